"""Where everything on the timeline goes: one axis, two speeds, a lane for each agency.

The last fourteen days get a third of the width, since danger is recent; what is older shares the
rest. Plain geometry in units of the drawing (880 wide); the template only prints it. No label
touches another label or a mark: one that finds no place is left out (the list says it all).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from textwrap import wrap

from services.signals.picture.model import Item
from shared import clock
from shared.web.dates import moment_of, short_month
from shared.web.icons import SEVERITY_SHAPES
from shared.web.labels import label
from shared.web.translation import _

WIDTH = 880.0
LEFT = 118.0  # the lanes' names stand left of this
NOW_X = 862.0
RECENT = timedelta(days=14)
RECENT_X = NOW_X - (NOW_X - LEFT) / 3
TOP = 26.0
ROW = 25.0  # height of one row of marks
LABEL_ROW = 17.0  # room for labels under a lane's marks
CHARACTER = 6.9  # a generous estimate of a character's width at 12 px
MAX_ROWS = 4
AGENCY_ORDER = ("police", "veilig_thuis", "youth_care", "zvh", "municipality")
_LOUD = ("acute", "spontaneous_disclosure")
_SIZE = {"acute": 30.0}
_MARK = 22.0
_WEIGHT = {"acute": 0, "structural": 1, "incident": 2, "suspicion": 3, "masked": 4}


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def touches(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True)
class Mark:
    """One signal. `from_x`..`to_x` is wider than a point when the date is partial or a period."""

    item: Item
    shape: str
    x: float
    y: float
    size: float
    from_x: float
    to_x: float

    @property
    def box(self) -> Box:
        half = self.size / 2
        return Box(self.x - half, self.y - half, self.x + half, self.y + half)


@dataclass(frozen=True)
class Note:
    text: str
    x: float
    y: float
    anchor: str  # start | middle | end
    loud: bool
    box: Box


@dataclass(frozen=True)
class Lane:
    agency: str
    name: str
    y: float  # of the line through its first row
    top: float
    bottom: float

    @property
    def name_lines(self) -> list[str]:
        """The name in lines of at most sixteen characters, broken at spaces."""
        return wrap(self.name, 16, break_long_words=False)


@dataclass(frozen=True)
class Tick:
    x: float
    text: str


@dataclass(frozen=True)
class More:
    """How many signals did not fit at a place; the list below has them."""

    x: float
    y: float
    count: int


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


def draw_timeline(items: Sequence[Item], now: datetime, last_look: datetime | None) -> Timeline:
    """The drawing of these signals. An item with an unreadable date is left to the list."""
    periods = [(item, *_period(item)) for item in items if item.occurred_from]
    oldest = min((start for _item, start, _end in periods), default=now)
    scale = Scale(_month_start(oldest), now)
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
        notes=_notes(marks, more, lanes),
        joins=_joins(marks),
        months=_months(scale),
        days=_days(scale),
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


def _period(item: Item) -> tuple[datetime, datetime]:
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


def _fill_lane(
    periods: Sequence[tuple[Item, datetime, datetime]], scale: Scale, top: float
) -> tuple[int, list[Mark], list[More]]:
    """Puts each mark in the first row with room; the heaviest first, so that they always show."""
    order = sorted(
        periods, key=lambda p: (_WEIGHT[_shape(p[0])], not p[0].is_new, -p[2].timestamp())
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


def _notes(marks: Sequence[Mark], more: Sequence[More], lanes: Sequence[Lane]) -> tuple[Note, ...]:
    taken = [mark.box for mark in marks]
    taken.extend(Box(m.x - 14, m.y - 9, m.x + 14, m.y + 4) for m in more)
    notes: list[Note] = []
    order = sorted(
        marks,
        key=lambda mark: (
            mark.item.severity not in _LOUD,
            not mark.item.is_new,
            _WEIGHT[mark.shape],
            -mark.x,
        ),
    )
    floor = {mark.item.signal_id: lane.bottom for mark in marks for lane in lanes
             if lane.agency == mark.item.agency}  # fmt: skip
    for mark in order:
        text = _short(mark.item)
        if not text:
            continue
        for note in _places(mark, text):
            inside = note.box.left >= LEFT - 30 and note.box.right <= WIDTH
            free = not any(note.box.touches(box) for box in taken)
            if inside and free and note.box.bottom <= floor[mark.item.signal_id] + 3:
                notes.append(note)
                taken.append(note.box)
                break
    return tuple(notes)


def _places(mark: Mark, text: str) -> list[Note]:
    """Under the mark, then beside it: every place where its words would be read with it."""
    wide = len(text) * CHARACTER
    loud = mark.item.severity in _LOUD
    half = mark.size / 2
    below = mark.y + half + 14
    beside = mark.y + 4
    found: list[Note] = []
    for anchor, x, y in (
        ("middle", mark.x, below),
        ("end", min(mark.x + half, WIDTH - 4), below),
        ("start", mark.x - half, below),
        ("end", mark.x - half - 5, beside),
        ("start", mark.x + half + 5, beside),
    ):
        left = {"middle": x - wide / 2, "end": x - wide, "start": x}[anchor]
        box = Box(left - 3, y - 11, left + wide + 3, y + 3)
        found.append(Note(text, x, y, anchor, loud, box))
    return found


def _short(item: Item) -> str:
    """A few words beside a mark: what was said when it is acute, else the form of violence."""
    if item.mask:
        return ""
    if item.severity in _LOUD and item.statements:
        return _clip(item.statements[0].text, 30)
    if item.violence_forms:
        return label("violence", item.violence_forms[0])
    return ""


def _clip(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def _month_start(moment: datetime) -> datetime:
    return moment.astimezone(clock.DUTCH_TIME).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )


def _next_month(moment: datetime) -> datetime:
    return (moment.replace(day=1) + timedelta(days=32)).replace(day=1)


def _months(scale: Scale) -> tuple[Tick, ...]:
    """Names of months, at least 58 apart."""
    ticks: list[Tick] = []
    month = scale.start
    while month < scale.border:
        x = scale.x(month)
        if (not ticks or x - ticks[-1].x >= 58) and x < scale.recent_x - 30:
            ticks.append(Tick(x, f"{short_month(month.month)} {month.year % 100:02d}"))
        month = _next_month(month)
    return tuple(ticks)


def _days(scale: Scale) -> tuple[Tick, ...]:
    today: date = scale.now.astimezone(clock.DUTCH_TIME).date()
    ticks = []
    for back in (13, 9, 5, 1):
        day = today - timedelta(days=back)
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=clock.DUTCH_TIME)
        ticks.append(Tick(scale.x(noon), f"{day.day} {short_month(day.month)}"))
    return tuple(ticks)


def describe(timeline: Timeline) -> str:
    """The drawing's title: what a reader who cannot see it gets before the list."""
    return _(
        "Tijdlijn van {n} signalen in {lanes} rijen, van {start} tot nu; "
        "dezelfde gegevens staan in de lijst en de tabel hieronder",
        n=len(timeline.marks),
        lanes=len(timeline.lanes),
        start=timeline.start_text,
    )
