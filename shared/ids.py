"""The one place where identifiers and randomness come from."""

from __future__ import annotations

import secrets
import uuid


def new_id() -> str:
    """A random UUIDv4: says nothing about when it was made, so it may be shown outside."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))


def is_id(text: str) -> bool:
    """True for a UUID written in the usual form."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def random_bytes(count: int) -> bytes:
    return secrets.token_bytes(count)


def random_text(count: int = 32) -> str:
    """URL-safe text with `count` random bytes in it."""
    return secrets.token_urlsafe(count)
