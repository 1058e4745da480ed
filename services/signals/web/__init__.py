"""Pages for coordinator and desk, drawn on the server; the last room a signal passes."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask

from services.signals.picture.wording import speak
from services.signals.web.desk_doors import Desk
from services.signals.web.desk_pages import desk_pages
from services.signals.web.doors import PictureDoor, SearchDoor
from services.signals.web.doubt_pages import add_doubts
from services.signals.web.pages import coordinator_pages
from shared.web import install_pages
from shared.web.translation import language

ENGLISH = Path(__file__).parent / "english.json"


def install(
    app: Flask,
    *,
    pictures: PictureDoor,
    searches: SearchDoor,
    desk: Desk,
) -> None:
    """Adds all pages of the service to its app. Call it after the log-in is installed."""
    own = coordinator_pages(pictures, searches)
    add_doubts(own, desk.doubting)
    for blueprint in (own, desk_pages(desk)):
        in_the_readers_language(blueprint)
        app.register_blueprint(blueprint)
    install_pages(app, ENGLISH)


def in_the_readers_language(blueprint: Blueprint) -> None:
    """Sentences made for these pages are in the language of the page; all others stay Dutch."""

    @blueprint.before_request
    def begin() -> None:
        speak(language())

    @blueprint.teardown_request
    def end(_error: BaseException | None) -> None:
        speak("nl")
