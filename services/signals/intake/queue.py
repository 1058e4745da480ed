"""What waits to be linked: linking takes it from here and says how it ended.

A row is written in the transaction that accepts the signal, so nothing accepted is forgotten (I7).
It turns pending again when a ground or an address changes: linking then computes the signal's match
keys anew from what `reading.open_mentions` gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, or_, select, update

from services.signals.intake.reading import chunks
from services.signals.intake.tables import link_queue, signals
from shared import clock

LONGEST_WAIT = timedelta(minutes=5)
AGAIN = "again"  # reason of what was linked before and is asked anew


@dataclass(frozen=True)
class Waiting:
    signal_id: str
    version: int
    attempts: int


def new_row(signal_id: str, version: int) -> dict[str, Any]:
    """The row of a new version: it waits for linking from now on."""
    return {
        "signal_id": signal_id,
        "version": version,
        "state": "pending",
        "attempts": 0,
        "next_at": clock.timestamp(clock.now()),
        "reason": "",
    }


def supersede(connection: Connection, signal_id: str, version: int) -> None:
    """A newer version came: the older one need not be linked any more."""
    connection.execute(
        update(link_queue)
        .where(link_queue.c.signal_id == signal_id, link_queue.c.version <= version)
        .values(state="done", reason="superseded")
    )


def take_pending(connection: Connection, limit: int = 50) -> list[Waiting]:
    """What is due now, oldest first; only the current version of a signal."""
    now = clock.now()
    rows = connection.execute(
        select(link_queue)
        .join(
            signals,
            (signals.c.id == link_queue.c.signal_id)
            & (signals.c.current_version == link_queue.c.version),
        )
        .where(
            link_queue.c.state == "pending",
            or_(
                link_queue.c.next_at <= clock.timestamp(now),
                # Put there before the clock was set back: it does not wait that long.
                link_queue.c.next_at > clock.timestamp(now + LONGEST_WAIT),
            ),
        )
        .order_by(link_queue.c.next_at, link_queue.c.signal_id)
        .limit(limit)
    )
    return [Waiting(row.signal_id, row.version, row.attempts) for row in rows]


def mark_all_done(connection: Connection, done: Sequence[tuple[str, int, str]]) -> None:
    """Linked: (signal, version, outcome). The outcome "review": a human must look at it; the source
    does not hear of that."""
    if done:
        connection.execute(
            update(link_queue)
            .where(
                link_queue.c.signal_id == bindparam("of_signal"),
                link_queue.c.version == bindparam("of_version"),
            )
            .values(state="done", reason=bindparam("outcome")),
            [
                {"of_signal": signal, "of_version": version, "outcome": outcome}
                for signal, version, outcome in done
            ],
        )


def postpone(connection: Connection, waiting: Waiting, reason: str) -> None:
    """A neighbour does not answer (`reason`, a code): again after 1, 2, 4, ... s, at most 5 min."""
    wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(waiting.attempts, 10)))
    connection.execute(
        update(link_queue)
        .where(
            link_queue.c.signal_id == waiting.signal_id,
            link_queue.c.version == waiting.version,
        )
        .values(
            attempts=waiting.attempts + 1,
            next_at=clock.timestamp(clock.now() + wait),
            reason=case((link_queue.c.reason == AGAIN, AGAIN), else_=reason),
        )
    )


def ask_again(connection: Connection, signal_ids: Iterable[str]) -> int:
    """The current versions of these signals wait for linking once more; how many."""
    count = 0
    for chunk in chunks(set(signal_ids)):
        current = select(signals.c.current_version).where(signals.c.id == link_queue.c.signal_id)
        result = connection.execute(
            update(link_queue)
            .where(
                link_queue.c.signal_id.in_(chunk),
                link_queue.c.version == current.scalar_subquery(),
            )
            .values(
                state="pending",
                attempts=0,
                next_at=clock.timestamp(clock.now()),
                reason=case((link_queue.c.state == "done", AGAIN), else_=link_queue.c.reason),
            )
        )
        count += result.rowcount
    return count
