"""Writing to the outbox and asking how it stands.

`enqueue` runs in the caller's transaction: what was committed will be told, what was rolled back
never (I7). The receiver must be idempotent: after a crash the same row may be sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select, update

from services.signals.delivery.tables import outbox
from shared import clock, ids


@dataclass(frozen=True)
class OutboxRow:
    """One message. `payload` is what its handler sends, as JSON."""

    id: str
    kind: str
    payload: Mapping[str, Any] = field(repr=False)
    created_at: str
    attempts: int


@dataclass(frozen=True)
class Backlog:
    """How the outbox stands. `oldest_seconds` is 0 when nothing waits."""

    waiting: int
    oldest_seconds: float
    dead: int


def enqueue(
    connection: Connection, kind: str, payload: Mapping[str, Any], message_id: str | None = None
) -> str:
    """Puts one message in the outbox; its id. `message_id` makes the message known to its caller,
    e.g. the entry id it carries."""
    row = new_message(kind, payload, message_id)
    enqueue_many(connection, [row])
    return str(row["id"])


def enqueue_many(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Puts messages in the outbox, as `new_message` makes them."""
    if rows:
        connection.execute(outbox.insert(), rows)


def new_message(
    kind: str, payload: Mapping[str, Any], message_id: str | None = None
) -> dict[str, Any]:
    """The row of a message, for callers that write many at once."""
    now = clock.timestamp(clock.now())
    return {
        "id": message_id or ids.new_id(),
        "kind": kind,
        "payload": dict(payload),
        "created_at": now,
        "attempts": 0,
        "next_at": now,
    }


def backlog(connection: Connection) -> Backlog:
    """Counts for metrics and for the administrator."""
    unsent = outbox.c.sent_at.is_(None)
    waiting, oldest = connection.execute(
        select(func.count(), func.min(outbox.c.created_at)).where(
            unsent, outbox.c.dead_at.is_(None)
        )
    ).one()
    dead = connection.execute(
        select(func.count()).where(unsent, outbox.c.dead_at.is_not(None))
    ).scalar_one()
    age = (clock.now() - clock.moment(oldest)).total_seconds() if oldest else 0.0
    return Backlog(waiting, max(0.0, age), dead)


def dead_letters(connection: Connection, limit: int = 100) -> list[OutboxRow]:
    """What was given up, oldest first."""
    rows = connection.execute(
        select(outbox)
        .where(outbox.c.dead_at.is_not(None), outbox.c.sent_at.is_(None))
        .order_by(outbox.c.created_at, outbox.c.id)
        .limit(limit)
    )
    return [outbox_row(row) for row in rows]


def revive(connection: Connection, message_id: str) -> bool:
    """Lets a dead letter be tried again; False when there is no such dead letter."""
    result = connection.execute(
        update(outbox)
        .where(outbox.c.id == message_id, outbox.c.dead_at.is_not(None))
        .values(dead_at=None, attempts=0, next_at=clock.timestamp(clock.now()))
    )
    return bool(result.rowcount)


def resend_since(connection: Connection, kind: str, moment: str) -> int:
    """Sends again what was sent since `moment` (RFC 3339, as stored): the receiver was put back to
    a state of before. How many messages."""
    result = connection.execute(
        update(outbox)
        .where(outbox.c.kind == kind, outbox.c.sent_at >= moment)
        .values(sent_at=None, attempts=0, next_at=clock.timestamp(clock.now()))
    )
    return result.rowcount


def outbox_row(row: Any) -> OutboxRow:
    return OutboxRow(row.id, row.kind, row.payload, row.created_at, row.attempts)
