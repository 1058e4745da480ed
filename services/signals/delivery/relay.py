"""The relay empties the outbox: oldest first, in batches of one kind, with back-off.

A message is marked sent only after its handler returned, which for the log means: after the
receipt. Unavailable means "again later", for as long as it takes; any other failure counts, and
after LAST_ATTEMPT the message is a dead letter: kept, counted, listed, never dropped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection, Engine, or_, select, update

from services.signals.delivery.outbox import OutboxRow, outbox_row
from services.signals.delivery.tables import outbox
from shared import clock
from shared.clients.audit import AuditClient, EntryRefused
from shared.database import writing
from shared.logging import get_logger
from shared.problems import Unavailable

BATCH = 200
LAST_ATTEMPT = 12
LONGEST_WAIT = timedelta(minutes=5)

Handler = Callable[[Sequence[OutboxRow]], None]
OnReceipt = Callable[[Connection, Sequence[str]], None]


class Relay:
    """Sends what is due. One `run_once` at a time in this process; several processes may overlap,
    which only makes a message arrive twice at an idempotent receiver."""

    def __init__(
        self,
        engine: Engine,
        handlers: Mapping[str, Handler],
        on_receipt: Mapping[str, OnReceipt] | None = None,
    ) -> None:
        self._engine = engine
        self._handlers = dict(handlers)
        self._on_receipt = dict(on_receipt or {})
        self._busy = threading.Lock()

    def run_once(self) -> int:
        """Tries every message that is due once; how many were sent."""
        with self._busy:
            return sum(self._send_due(kind) for kind in self._handlers)

    def _send_due(self, kind: str) -> int:
        now = clock.now()
        with self._engine.connect() as connection:
            rows = [
                outbox_row(row)
                for row in connection.execute(
                    select(outbox)
                    .where(
                        outbox.c.kind == kind,
                        outbox.c.sent_at.is_(None),
                        outbox.c.dead_at.is_(None),
                        or_(
                            outbox.c.next_at <= clock.timestamp(now),
                            # Put there before the clock was set back: it does not wait that long.
                            outbox.c.next_at > clock.timestamp(now + LONGEST_WAIT),
                        ),
                    )
                    .order_by(outbox.c.created_at, outbox.c.id)
                    .limit(BATCH)
                )
            ]
        if not rows:
            return 0
        return self._send(kind, rows)

    def _send(self, kind: str, rows: Sequence[OutboxRow]) -> int:
        try:
            self._handlers[kind](rows)
        except EntryRefused:
            return self._send_apart(kind, rows)
        except Unavailable:
            self._postpone(rows, counts=False)
            return 0
        except Exception as error:
            get_logger().error("delivery failed", code=kind, exception_type=type(error).__name__)
            return self._send_apart(kind, rows)
        self._settle(kind, rows)
        return len(rows)

    def _send_apart(self, kind: str, rows: Sequence[OutboxRow]) -> int:
        """One message spoils the batch: find it, so that the others go on."""
        if len(rows) == 1:
            self._postpone(rows, counts=True)
            return 0
        middle = len(rows) // 2
        return self._send(kind, rows[:middle]) + self._send(kind, rows[middle:])

    def _settle(self, kind: str, rows: Sequence[OutboxRow]) -> None:
        sent = [row.id for row in rows]
        with writing(self._engine).begin() as connection:
            connection.execute(
                update(outbox)
                .where(outbox.c.id.in_(sent))
                .values(sent_at=clock.timestamp(clock.now()))
            )
            if kind in self._on_receipt:
                self._on_receipt[kind](connection, sent)

    def _postpone(self, rows: Sequence[OutboxRow], *, counts: bool) -> None:
        now = clock.now()
        with writing(self._engine).begin() as connection:
            for row in rows:
                wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(row.attempts, 9)))
                dead = counts and row.attempts + 1 >= LAST_ATTEMPT
                connection.execute(
                    update(outbox)
                    .where(outbox.c.id == row.id)
                    .values(
                        attempts=row.attempts + 1,
                        next_at=clock.timestamp(now + wait),
                        dead_at=clock.timestamp(now) if dead else None,
                    )
                )


def audit_handler(audit: AuditClient) -> Handler:
    """Sends rows of kind "audit"; each payload is an entry, its id the row's id."""

    def send(rows: Sequence[OutboxRow]) -> None:
        audit.record_bodies([dict(row.payload) for row in rows])

    return send
