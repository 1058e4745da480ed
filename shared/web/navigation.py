"""Where each role works: the same menu in all three services."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from shared.authentication.actor import Actor
from shared.vocabulary import Role
from shared.web.translation import _

EMERGENCIES = "/consent/emergencies"


@dataclass(frozen=True)
class Entry:
    """One item of the menu. `path` is absolute from the address's root."""

    text: str
    path: str
    current: bool


def navigation(actor: Actor | None) -> list[Entry]:
    """The menu of a person, in the reader's language; empty for nobody."""
    if actor is None:
        return []
    places = _places(actor.role)
    here = _place_of(request.script_root + request.path, [path for _text, path in places])
    return [Entry(text, path, path == here) for text, path in places]


def _place_of(here: str, paths: list[str]) -> str:
    """The place of the menu that a page belongs to: itself, else the nearest above it. A household
    is reached from the work list, an entry from the log. The API's page belongs to none."""
    if "/v1/" in here:
        return ""
    above = [path for path in paths if here == path or here.startswith(path.rstrip("/") + "/")]
    return max(above, key=len, default="")


def home(actor: Actor | None) -> str:
    """The page a person starts at."""
    if actor is None:
        return f"{request.script_root}/"
    places = _places(actor.role)
    # Who has no pages (the administrator) is told so there; elsewhere a redirect would not end.
    return places[0][1] if places else "/signals/"


def _places(role: Role) -> list[tuple[str, str]]:
    if role is Role.COORDINATOR:
        return [
            (_("Werklijst"), "/signals/"),
            (_("Zoeken"), "/signals/search"),
            (_("Noodinzage"), EMERGENCIES),
        ]
    if role is Role.DESK:
        return [(_("Meldpunt"), "/signals/desk"), (_("Noodinzage"), EMERGENCIES)]
    if role is Role.CONSENT_OFFICER:
        return [(_("Toestemmingen"), "/consent/"), (_("Beperkingen"), "/consent/restrictions")]
    if role is Role.PRIVACY_OFFICER:
        return [(_("Logboek"), "/audit/"), (_("Noodinzages"), EMERGENCIES)]
    return []
