"""Which case is open for which purpose, kept in the browser's encrypted session.

The purpose is checked again on every look; here it only saves asking at every reload. "Snel weg"
forgets all of it.
"""

from __future__ import annotations

from flask import session

from shared.vocabulary import Purpose
from shared.web.pages import OPENED

_MOST = 20  # a cookie holds about 4 kB


def remember(case_id: str, purpose: Purpose) -> None:
    """Keeps the purpose given for a case; of more than twenty cases the oldest are forgotten."""
    kept = {key: value for key, value in session.get(OPENED, {}).items() if key != case_id}
    kept[case_id] = purpose.value
    session[OPENED] = dict(list(kept.items())[-_MOST:])


def purpose_of(case_id: str) -> str:
    """The purpose given for a case in this session, or ""."""
    return str(session.get(OPENED, {}).get(case_id, ""))


def forget(case_id: str) -> None:
    session[OPENED] = {key: v for key, v in session.get(OPENED, {}).items() if key != case_id}
