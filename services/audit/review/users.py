"""From what an officer types for a user to the id that stands in entries."""

from __future__ import annotations

import uuid

from shared.ids import is_id
from shared.settings import Settings

# The development provider makes a person's id from the user name in this name space.
_DEVELOPMENT_SUBJECTS = uuid.UUID("5b1f6c9e-58a2-4c5f-9d3e-0c1b7f2a6e44")


def actor_id(settings: Settings, typed: str) -> str:
    """The id in entries for an id, a client or (development provider only) a user name.

    A client's id ("police-utrecht") is its id in entries; user names have a full stop in them.
    """
    text = typed.strip()
    if is_id(text):
        return text.lower()
    if settings.development and "." in text:
        return str(uuid.uuid5(_DEVELOPMENT_SUBJECTS, text.lower()))
    return text
