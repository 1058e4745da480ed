"""When an acute signal asks for attention: one rule for the desk, the work list and the picture.

An acute signal stays acute until the case's coordinator first looked at the household after it
came, however long that takes; from that look on for fourteen days more. A new coordinator has
not looked yet.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection

from services.signals.cases import repository
from services.signals.intake.records import SignalRecord
from shared import clock

KEPT_AFTER_LOOK = timedelta(days=14)


def settled(
    connection: Connection, case_ids: Collection[str], now: datetime
) -> dict[str, datetime]:
    """By case the moment up to which what came is no longer acute: the coordinator's latest look
    of at least KEPT_AFTER_LOOK ago. Without such a look a case is not in it."""
    return repository.coordinators_looks(connection, case_ids, now - KEPT_AFTER_LOOK)


def is_acute(signal: SignalRecord, settled_until: datetime | None) -> bool:
    """Whether this signal is acute now, in a case that is `settled` up to that moment."""
    if not signal.acute:
        return False
    return settled_until is None or clock.moment(signal.received_at) >= settled_until
