"""Time to place: one axis, two speeds. The last fourteen days get a third of the width."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from services.signals.picture.model import Item
from shared import clock
from shared.web.dates import moment_of, short_month

LEFT = 118.0  # the lanes' names stand left of this
NOW_X = 862.0
RECENT = timedelta(days=14)
RECENT_X = NOW_X - (NOW_X - LEFT) / 3


@dataclass(frozen=True)
class Tick:
    x: float
    text: str


@dataclass
class Scale:
    """Time to place. With nothing older than fourteen days the whole width is recent."""

    start: datetime
    now: datetime
    recent_x: float = field(init=False)

    def __post_init__(self) -> None:
        self.border = self.now - RECENT
        self.recent_x = RECENT_X if self.start < self.border else LEFT

    def x(self, moment: datetime) -> float:
        if moment >= self.border:
            share = (min(moment, self.now) - self.border) / RECENT
            return self.recent_x + share * (NOW_X - self.recent_x)
        span = (self.border - self.start) / timedelta(seconds=1)
        share = max((moment - self.start) / timedelta(seconds=1), 0.0) / max(span, 1.0)
        return LEFT + share * (self.recent_x - LEFT)


def period_of(item: Item) -> tuple[datetime, datetime]:
    """When it happened, as a first and last moment."""
    start = moment_of(item.occurred_from)
    last = moment_of(item.occurred_to) if item.occurred_to else start
    end = last.at
    if last.precision == "year":
        end = last.at.replace(month=12, day=31)
    elif last.precision == "month":
        end = _next_month(last.at) - timedelta(days=1)
    elif last.precision == "day":
        end = last.at + timedelta(hours=12)
    first = start.at + timedelta(hours=12) if start.precision == "day" else start.at
    return first, max(first, end)


def month_start(moment: datetime) -> datetime:
    return moment.astimezone(clock.DUTCH_TIME).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )


def _next_month(moment: datetime) -> datetime:
    return (moment.replace(day=1) + timedelta(days=32)).replace(day=1)


def months_of(scale: Scale) -> tuple[Tick, ...]:
    """Names of months, at least 58 apart."""
    ticks: list[Tick] = []
    month = scale.start
    while month < scale.border:
        x = scale.x(month)
        if (not ticks or x - ticks[-1].x >= 58) and x < scale.recent_x - 30:
            ticks.append(Tick(x, f"{short_month(month.month)} {month.year % 100:02d}"))
        month = _next_month(month)
    return tuple(ticks)


def days_of(scale: Scale) -> tuple[Tick, ...]:
    today: date = scale.now.astimezone(clock.DUTCH_TIME).date()
    ticks = []
    for back in (13, 9, 5, 1):
        day = today - timedelta(days=back)
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=clock.DUTCH_TIME)
        ticks.append(Tick(scale.x(noon), f"{day.day} {short_month(day.month)}"))
    return tuple(ticks)
