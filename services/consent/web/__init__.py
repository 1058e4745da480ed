"""Pages of the consent officer, in Dutch and English."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from services.consent.decisions.service import DecisionService
from services.consent.office.recording import ConsentOffice
from services.consent.web.pages import consent_pages
from shared.clients.persons import PersonFinder
from shared.web import install_pages

ENGLISH = Path(__file__).parent / "english.json"


def install(
    app: Flask, office: ConsentOffice, persons: PersonFinder, decisions: DecisionService
) -> None:
    """Adds the pages. Call it after the log-in is installed."""
    app.register_blueprint(consent_pages(office, persons, decisions))
    install_pages(app, ENGLISH)
