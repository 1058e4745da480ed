"""Where each role works: the same menu in all three services."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from shared.authentication.actor import Actor
from shared.vocabulary import Role
from shared.web.translation import _


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
    here = request.script_root + request.path
    return [
        # A household is reached from the work list and belongs to it.
        Entry(text, path, here == path or (path == "/signals/" and "/signals/cases/" in here))
        for text, path in _places(actor.role)
    ]


def home(actor: Actor | None) -> str:
    """The page a person starts at."""
    places = _places(actor.role) if actor is not None else []
    return places[0][1] if places else f"{request.script_root}/"


def _places(role: Role) -> list[tuple[str, str]]:
    if role is Role.COORDINATOR:
        return [(_("Werklijst"), "/signals/"), (_("Zoeken"), "/signals/search")]
    if role is Role.DESK:
        return [(_("Meldpunt"), "/signals/desk")]
    if role is Role.CONSENT_OFFICER:
        return [(_("Toestemmingen"), "/consent/")]
    if role is Role.PRIVACY_OFFICER:
        return [(_("Logboek"), "/audit/")]
    return []
