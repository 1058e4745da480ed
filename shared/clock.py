"""The one place where time comes from: UTC, never naive."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

DUTCH_TIME = ZoneInfo("Europe/Amsterdam")
EPOCH = date(1970, 1, 1)


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The present moment in UTC."""
    return _source()


def today() -> date:
    """Today's date as people in the Netherlands read it."""
    return now().astimezone(DUTCH_TIME).date()


def epoch_days(day: date) -> int:
    """Days since 1970-01-01: how dates reach the policy engine."""
    return (day - EPOCH).days


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds and a Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """Reads what `timestamp` wrote (any RFC 3339 date-time). Raises ValueError."""
    return datetime.fromisoformat(text)


def monotonic() -> float:
    """Seconds that never run backwards, for durations."""
    return time.monotonic()


def from_epoch(seconds: int) -> datetime:
    """The moment that many seconds after 1970 began."""
    return datetime.fromtimestamp(seconds, UTC)


def set_source(source: Callable[[], datetime] | None) -> None:
    """Tests fix the time here; None gives the system's time back."""
    global _source  # noqa: PLW0603 - the one switch for tests
    _source = source or _system


def pause(seconds: float) -> None:
    """Waits. Only for programs that poll another process; services never sleep."""
    time.sleep(seconds)
