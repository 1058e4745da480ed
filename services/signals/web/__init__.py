"""Pages for coordinator and desk, drawn on the server; the last room a signal passes."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from services.signals.web.desk_pages import Desk, desk_pages
from services.signals.web.doors import CasesDoor, HeldDoor, PictureDoor, QueueDoor, SearchDoor
from services.signals.web.pages import coordinator_pages
from shared.web import install_pages

ENGLISH = Path(__file__).parent / "english.json"


def install(
    app: Flask,
    *,
    pictures: PictureDoor,
    searches: SearchDoor,
    queue: QueueDoor,
    cases: CasesDoor,
    held: HeldDoor,
) -> None:
    """Adds all pages of the service to its app. Call it after the log-in is installed."""
    app.register_blueprint(coordinator_pages(pictures, searches))
    app.register_blueprint(desk_pages(Desk(queue, cases, held)))
    install_pages(app, ENGLISH)
