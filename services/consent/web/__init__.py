"""Pages of the consent officer, and of break-glass; in Dutch and English."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from services.consent.decisions.service import DecisionService
from services.consent.emergencies.service import EmergencyOffice
from services.consent.office.recording import ConsentOffice
from services.consent.office.restricting import RestrictionOffice
from services.consent.web.emergency_pages import emergency_pages
from services.consent.web.pages import consent_pages
from services.consent.web.restriction_pages import restriction_pages
from shared.clients.persons import PersonFinder
from shared.web import install_pages

ENGLISH = Path(__file__).parent / "english.json"


def install(
    app: Flask,
    office: ConsentOffice,
    persons: PersonFinder,
    decisions: DecisionService,
    restrictions: RestrictionOffice,
    emergencies: EmergencyOffice,
) -> None:
    """Adds the pages. Call it after the log-in is installed."""
    app.register_blueprint(consent_pages(office, persons, decisions))
    app.register_blueprint(restriction_pages(restrictions, persons))
    app.register_blueprint(emergency_pages(emergencies))
    install_pages(app, ENGLISH)
