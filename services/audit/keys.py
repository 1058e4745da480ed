"""The log's keys, as the settings give them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from services.audit.entries.book import EntryBook
from services.audit.log.cosignature import WitnessKey
from services.audit.log.note import NoteError, Signer
from services.audit.log.tree import EMPTY_ROOT
from services.audit.witnessing.client import WitnessClient
from services.audit.witnessing.witnessing import Witnessing
from shared.clients.transport import Transport
from shared.settings import Settings, SettingsError


def signer_of(settings: Settings) -> Signer:
    """Signs checkpoints; a log keeps its key and origin for ever."""
    return Signer(settings.log_origin, settings.key("LOG_KEY"))


def book_of(settings: Settings) -> EntryBook:
    """Makes tokens of subjects, and tells entries sent again from others."""
    return EntryBook(settings.key("TOKEN_KEY"), settings.key("IDEMPOTENCY_KEY"))


def witnessing_of(
    settings: Settings, engine: Engine, transport: Transport, stop: Callable[[str], None]
) -> Witnessing | None:
    """What has the log witnessed; None without a witness. Raises SettingsError for a wrong key."""
    if not settings.witness_url:
        return None
    try:
        key = WitnessKey.parse(settings.witness_key)
    except NoteError as error:
        raise SettingsError(f"BUNDEL_WITNESS_KEY is not a witness's key: {error}.") from error
    empty = signer_of(settings).sign(0, EMPTY_ROOT)
    return Witnessing(engine, WitnessClient(settings.witness_url, key, transport), empty, stop)
