"""Where everything on the timeline goes: one axis, two speeds, a lane for each agency.

The last fourteen days get a third of the width, since danger is recent; what is older shares the
rest. Plain geometry in units of the drawing (880 wide); the template only prints it. No label
touches another label or a mark: one that finds no place is left out (the list says it all).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from services.signals.picture.model import Item
from services.signals.web.time_scale import (
    NOW_X,
    Scale,
    Tick,
    days_of,
    month_start,
    months_of,
    period_of,
)
from services.signals.web.timeline_notes import WEIGHT, Lane, Mark, More, Note, place_notes
from shared.web.dates import short_month
from shared.web.icons import SEVERITY_SHAPES
from shared.web.labels import label
from shared.web.translation import _

TOP = 26.0
ROW = 25.0  # height of one row of marks
LABEL_ROW = 19.0  # room for labels under a lane's marks
MAX_ROWS = 4
AGENCY_ORDER = ("police", "veilig_thuis", "youth_care", "zvh", "municipality")
_SIZE = {"acute": 30.0}
_MARK = 22.0


@dataclass(frozen=True)
class Timeline:
    height: float
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    notes: tuple[Note, ...]
    joins: tuple[tuple[Mark, Mark], ...]
    months: tuple[Tick, ...]
    days: tuple[Tick, ...]
    more: tuple[More, ...]
    start_text: str
    new_from_x: float | None
    organisations: int
    recent_x: float
    now_x: float = NOW_X
    top: float = TOP

    @property
    def bottom(self) -> float:
        return self.lanes[-1].bottom if self.lanes else self.top + ROW


def draw_timeline(items: Sequence[Item], now: datetime, last_look: datetime | None) -> Timeline:
    """The drawing of these signals. An item with an unreadable date is left to the list."""
    periods = [(item, *period_of(item)) for item in items if item.occurred_from]
    oldest = min((start for _item, start, _end in periods), default=now)
    scale = Scale(month_start(oldest), now)
    lanes: list[Lane] = []
    marks: list[Mark] = []
    more: list[More] = []
    top = TOP + 8
    for agency in _agencies(items):
        rows, lane_marks, lane_more = _fill_lane(
            [found for found in periods if found[0].agency == agency], scale, top
        )
        bottom = top + rows * ROW + LABEL_ROW
        lanes.append(Lane(agency, label("agency", agency), top + ROW / 2, top, bottom))
        marks.extend(lane_marks)
        more.extend(lane_more)
        top = bottom
    end = (lanes[-1].bottom if lanes else TOP + ROW) + 38
    new_from = scale.x(last_look) if last_look and last_look > scale.start else None
    return Timeline(
        height=end,
        lanes=tuple(lanes),
        marks=tuple(marks),
        notes=place_notes(marks, more, lanes),
        joins=_joins(marks),
        months=months_of(scale),
        days=days_of(scale),
        more=tuple(more),
        start_text=f"{short_month(scale.start.month)} {scale.start.year}",
        new_from_x=new_from if any(mark.item.is_new for mark in marks) else None,
        organisations=len({item.organisation or item.agency for item in items}),
        recent_x=scale.recent_x,
    )


def _agencies(items: Sequence[Item]) -> list[str]:
    found = {item.agency for item in items}
    known = [agency for agency in AGENCY_ORDER if agency in found]
    return known + sorted(found - set(known))


def _fill_lane(
    periods: Sequence[tuple[Item, datetime, datetime]], scale: Scale, top: float
) -> tuple[int, list[Mark], list[More]]:
    """Puts each mark in the first row with room; the heaviest first, so that they always show."""
    order = sorted(
        periods, key=lambda p: (WEIGHT[_shape(p[0])], not p[0].is_new, -p[2].timestamp())
    )
    rows: list[list[Mark]] = [[]]
    left_out: dict[int, int] = {}
    for item, first, last in order:
        shape = _shape(item)
        size = _SIZE.get(shape, _MARK)
        x = min((scale.x(first) + scale.x(last)) / 2, NOW_X - 2)
        for number in range(MAX_ROWS):
            if number == len(rows):
                rows.append([])
            free = all(abs(other.x - x) >= (other.size + size) / 2 for other in rows[number])
            if free:
                y = top + ROW * number + ROW / 2
                rows[number].append(Mark(item, shape, x, y, size, scale.x(first), scale.x(last)))
                break
        else:
            left_out[int(x // 40)] = left_out.get(int(x // 40), 0) + 1
    y = top + ROW * len(rows) + 11
    more = [More(min(column * 40.0 + 20, NOW_X - 20), y, n) for column, n in left_out.items()]
    return len(rows), [mark for row in rows for mark in row], more


def _shape(item: Item) -> str:
    return "masked" if item.mask else SEVERITY_SHAPES.get(item.severity, "incident")


def _joins(marks: Sequence[Mark]) -> tuple[tuple[Mark, Mark], ...]:
    """Marks that tell the same incident, from one lane to the next."""
    incidents: dict[str, list[Mark]] = {}
    for mark in marks:
        if mark.item.origin_incident:
            incidents.setdefault(mark.item.origin_incident, []).append(mark)
    joined: list[tuple[Mark, Mark]] = []
    for found in incidents.values():
        joined.extend(pairwise(sorted(found, key=lambda mark: mark.y)))
    return tuple(joined)


def describe(timeline: Timeline) -> str:
    """The drawing's title: what a reader who cannot see it gets before the list."""
    return _(
        "Tijdlijn van {n} signalen in {lanes} rijen, van {start} tot nu; "
        "dezelfde gegevens staan in de lijst en de tabel hieronder",
        n=len(timeline.marks),
        lanes=len(timeline.lanes),
        start=timeline.start_text,
    )
