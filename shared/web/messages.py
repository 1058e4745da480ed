"""One line for the next page: what was just done. A fixed text, never a person's data."""

from __future__ import annotations

from shared.authentication.sessions import current_session, note, noted
from shared.web.translation import _

_SAID = "said"


def tell(text: str) -> None:
    """Keeps a Dutch text (a key of english.json) for the next page of this session."""
    if current_session() is not None:
        note(_SAID, text)


def told() -> str:
    """The kept text in the reader's language, once; or ""."""
    text = noted(_SAID)
    if text:
        note(_SAID, "")
        return _(text)
    return ""
