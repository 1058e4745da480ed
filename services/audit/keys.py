"""The log's keys, as the settings give them."""

from __future__ import annotations

from services.audit.entries.book import EntryBook
from services.audit.log.note import Signer
from shared.settings import Settings


def signer_of(settings: Settings) -> Signer:
    """Signs checkpoints; a log keeps its key and origin for ever."""
    return Signer(settings.log_origin, settings.key("LOG_KEY"))


def book_of(settings: Settings) -> EntryBook:
    """Makes tokens of subjects, and tells entries sent again from others."""
    return EntryBook(settings.key("TOKEN_KEY"), settings.key("IDEMPOTENCY_KEY"))
