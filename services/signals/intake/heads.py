"""Signals as such: found by id or by the source's own reference, moved to their next version.

Every function works inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from services.signals.intake.tables import (
    mentions,
    quarantine,
    signal_versions,
    signals,
    version_mentions,
)
from shared import clock


@dataclass(frozen=True)
class Head:
    """A signal as such, whatever its versions."""

    id: str
    source_system: str
    source_reference: str
    region: str
    kind: str
    current_version: int
    created_at: str
    withdrawn_at: str | None
    first_body_hmac: str
    first_status: int
    first_answer: str


def find_by_reference(
    connection: Connection, source_system: str, references: Collection[str]
) -> dict[str, Head]:
    """Heads of this source's own signals, by its own references (at most some hundreds)."""
    rows = connection.execute(
        select(signals).where(
            signals.c.source_system == source_system,
            signals.c.source_reference.in_(sorted(references)),
        )
    )
    return {row.source_reference: _head(row) for row in rows}


def find_by_id(connection: Connection, source_system: str, signal_id: str) -> Head | None:
    """The head of this source's own signal; None for anyone else's."""
    row = connection.execute(
        select(signals).where(signals.c.id == signal_id, signals.c.source_system == source_system)
    ).one_or_none()
    return _head(row) if row else None


def advance(connection: Connection, signal_id: str, expected: int, region: str = "") -> bool:
    """Moves the head from version `expected` to the next; False when it is elsewhere by now."""
    changes: dict[str, Any] = {"current_version": expected + 1}
    if region:
        changes["region"] = region
    result = connection.execute(
        update(signals)
        .where(signals.c.id == signal_id, signals.c.current_version == expected)
        .values(**changes)
    )
    return result.rowcount == 1


def mark_withdrawn(connection: Connection, signal_id: str, at: str) -> None:
    connection.execute(update(signals).where(signals.c.id == signal_id).values(withdrawn_at=at))


def version_row(connection: Connection, signal_id: str, version: int) -> Row[Any] | None:
    return connection.execute(
        select(signal_versions).where(
            signal_versions.c.signal_id == signal_id, signal_versions.c.version == version
        )
    ).one_or_none()


def kept_mentions(connection: Connection, signal_id: str, version: int) -> dict[str, str]:
    """Mentions of a version by fingerprint: the next version keeps those that stay the same."""
    rows = connection.execute(
        select(mentions.c.body_hmac, mentions.c.id)
        .join(version_mentions, version_mentions.c.mention_id == mentions.c.id)
        .where(version_mentions.c.signal_id == signal_id, version_mentions.c.version == version)
    )
    return {row.body_hmac: row.id for row in rows}


def mention_refs(connection: Connection, signal_id: str, version: int) -> dict[str, str]:
    """The source's own ref of each person in a version -> mention id."""
    rows = connection.execute(
        select(mentions.c.ref, mentions.c.id)
        .join(version_mentions, version_mentions.c.mention_id == mentions.c.id)
        .where(version_mentions.c.signal_id == signal_id, version_mentions.c.version == version)
    )
    return {row.ref: row.id for row in rows}


def waiting_in_quarantine(
    connection: Connection, signal_id: str, body_hmac: str = ""
) -> Row[Any] | None:
    """The newest unresolved row of a signal, if any; only with this body when one is given."""
    query = select(quarantine).where(
        quarantine.c.signal_id == signal_id, quarantine.c.resolved_at.is_(None)
    )
    if body_hmac:
        query = query.where(quarantine.c.body_hmac == body_hmac)
    return connection.execute(
        query.order_by(quarantine.c.received_at.desc(), quarantine.c.id).limit(1)
    ).one_or_none()


def resolve_quarantine(connection: Connection, signal_id: str) -> None:
    """A later delivery was understood, or the signal is withdrawn: the desk need not look."""
    connection.execute(
        update(quarantine)
        .where(quarantine.c.signal_id == signal_id, quarantine.c.resolved_at.is_(None))
        .values(resolved_at=clock.timestamp(clock.now()))
    )


def _head(row: Row[Any]) -> Head:
    return Head(
        row.id,
        row.source_system,
        row.source_reference,
        row.region,
        row.kind,
        row.current_version,
        row.created_at,
        row.withdrawn_at,
        row.first_body_hmac,
        row.first_status,
        row.first_answer,
    )
