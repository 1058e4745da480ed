"""Opening: of all that was read only what may be seen is decrypted."""

from __future__ import annotations

from collections.abc import Iterable

from services.signals.intake.reading import open_contents, open_mentions
from services.signals.picture.builder import Opened
from services.signals.picture.decided import (
    EVIDENCE,
    PERSONS,
    REPORTER,
    STATEMENTS,
    KnownItem,
)
from services.signals.protection.vault import Vault

_SEALED_FIELDS = frozenset({STATEMENTS, EVIDENCE, REPORTER})


def open_viewed(vault: Vault, known: Iterable[KnownItem], *, contents: bool = True) -> Opened:
    """Decrypts contents and mentions of viewed items; of masked ones nothing is opened."""
    viewed = [one for one in known if one.viewed]
    signals = [one.item.signal for one in viewed if contents and one.fields & _SEALED_FIELDS]
    # A person may be linked through one of two signals only: each mention once.
    mentions = {m.id: m for one in viewed if one.shows(PERSONS) for m in one.item.mentions}
    return Opened(
        signals=open_contents(vault, signals),
        mentions=open_mentions(vault, mentions.values()),
    )
