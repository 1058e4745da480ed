"""The few words beside marks of the timeline: none touches another or a mark.

One that finds no place is left out: the list under the drawing says it all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from services.signals.picture.model import Item
from services.signals.web.time_scale import LEFT
from shared.web.labels import label

WIDTH = 880.0
CHARACTER = 6.9  # a generous estimate of a character's width at 12 px
MOST_EQUAL = 2  # the same words a third time say nothing new
LOUD = ("acute", "spontaneous_disclosure")
WEIGHT = {"acute": 0, "structural": 1, "incident": 2, "suspicion": 3, "masked": 4}


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
class More:
    """How many signals did not fit at a place; the list below has them."""

    x: float
    y: float
    count: int


@dataclass(frozen=True)
class Note:
    text: str
    x: float
    y: float
    anchor: str  # start | middle | end
    loud: bool
    box: Box


def place_notes(
    marks: Sequence[Mark], more: Sequence[More], lanes: Sequence[Lane]
) -> tuple[Note, ...]:
    taken = [mark.box for mark in marks]
    taken.extend(Box(m.x - 14, m.y - 9, m.x + 14, m.y + 4) for m in more)
    notes: list[Note] = []
    order = sorted(
        marks,
        key=lambda mark: (
            mark.item.severity not in LOUD,
            not mark.item.is_new,
            WEIGHT[mark.shape],
            -mark.x,
        ),
    )
    floor = {mark.item.signal_id: lane.bottom for mark in marks for lane in lanes
             if lane.agency == mark.item.agency}  # fmt: skip
    common = Counter(form for mark in marks for form in mark.item.violence_forms)
    said: Counter[str] = Counter()
    for mark in order:
        text = _short(mark.item, common)
        if not text or said[text] == MOST_EQUAL:
            continue
        for note in _places(mark, text):
            inside = note.box.left >= LEFT - 30 and note.box.right <= WIDTH
            if not inside or note.box.bottom > floor[mark.item.signal_id] + 3:
                continue
            if not any(note.box.touches(box) for box in taken):
                notes.append(note)
                said[text] += 1
                taken.append(note.box)
                break
    return tuple(notes)


def _places(mark: Mark, text: str) -> list[Note]:
    """Under the mark, then beside it: every place where its words would be read with it."""
    wide = len(text) * CHARACTER
    loud = mark.item.severity in LOUD
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


def _short(item: Item, common: Counter[str]) -> str:
    """A few words beside a mark: what was said when it is acute, else the form of violence that
    sets this signal apart most."""
    if item.mask:
        return ""
    if item.severity in LOUD and item.statements:
        return _clip(item.statements[0].text, 30)
    if item.violence_forms:
        return label("violence", min(item.violence_forms, key=lambda form: (common[form], form)))
    return ""


def _clip(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"
