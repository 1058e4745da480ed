"""Which case is open for which purpose, kept in the browser's encrypted session.

The purpose is checked again on every look; here it only saves asking at every reload. "Snel weg"
forgets all of it.
"""

from __future__ import annotations

from shared.authentication.sessions import note, noted
from shared.vocabulary import Purpose
from shared.web.pages import OPENED

_MOST = 8  # the cookie has little room; an older case asks its purpose again
_BETWEEN, _IS = " ", "="


def remember(case_id: str, purpose: Purpose) -> None:
    """Keeps the purpose given for a case; of more than eight cases the oldest are forgotten."""
    kept = {key: value for key, value in _opened().items() if key != case_id}
    kept[case_id] = purpose.value
    newest = list(kept.items())[-_MOST:]
    note(OPENED, _BETWEEN.join(f"{key}{_IS}{value}" for key, value in newest))


def purpose_of(case_id: str) -> str:
    """The purpose given for a case in this session, or ""."""
    return _opened().get(case_id, "")


def _opened() -> dict[str, str]:
    pairs = (part.partition(_IS) for part in noted(OPENED).split(_BETWEEN) if part)
    return {key: value for key, _is, value in pairs}
