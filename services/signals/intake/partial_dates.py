"""Dates as sources know them: a year, a month, a day, or a moment with its offset (RFC 3339)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from shared.clock import DUTCH_TIME

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
EARLIEST_YEAR = 1900
CLOCKS_MAY_DIFFER = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From the first to the last moment that a partial date can mean, in UTC."""

    first: datetime
    last: datetime

    def may_precede(self, other: Span) -> bool:
        """False only when this surely ends after the other ends."""
        return self.first <= other.last


def read_date(text: str) -> tuple[date, date]:
    """First and last day that `2026`, `2026-03` or `2026-03-03` can mean. Raises ValueError."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError("not a partial date")
    year, month, day = match.groups()
    first = date(int(year), int(month or 1), int(day or 1))
    if day:
        return first, first
    last_month = int(month or 12)
    return first, date(int(year), last_month, calendar.monthrange(int(year), last_month)[1])


def read_moment(text: str) -> datetime:
    """A date-time with an offset. Raises ValueError, also without an offset."""
    if _MOMENT.fullmatch(text) is None:
        raise ValueError("not a date-time with an offset")
    return datetime.fromisoformat(text).astimezone(UTC)


def read_span(text: str) -> Span:
    """A partial date or a date-time. Raises ValueError."""
    if "T" in text:
        moment = read_moment(text)
        return Span(moment, moment)
    first, last = read_date(text)
    # A day without a clock time is a day in the Netherlands.
    return Span(
        datetime.combine(first, time.min, DUTCH_TIME).astimezone(UTC),
        datetime.combine(last, time.max, DUTCH_TIME).astimezone(UTC),
    )


def surely_younger_than(years: int, birth_date: str, on: date) -> bool:
    """True when a person born on the (partial) birth date was surely under `years` on that day."""
    born = read_date(birth_date)[0]
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return age < years
