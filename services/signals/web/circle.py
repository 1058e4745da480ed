"""The circle as a drawing in the manner of a genogram: who belongs to whom, apart from residence.

A square is a man, a circle a woman, a diamond anyone whose sex is not known. Generations lie in
rows, partners beside each other, children under their parents. What a line cannot say without
crossing a name is left to the list beside the drawing, which holds every tie.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.signals.picture.model import PersonView, TieView
from services.signals.web.circle_places import PAIR, places

CELL = 112.0  # width of a person's place
ROW = 124.0
TOP = 48.0  # room for names and for lines over heads
HALF = 21.0  # half a symbol
_CHARACTERS = 15  # of a name under a symbol


@dataclass(frozen=True)
class Symbol:
    person: PersonView
    kind: str  # square | circle | diamond
    x: float
    y: float
    lines: tuple[str, ...]
    above: bool  # the name stands over the symbol: in the first row lines go down from it

    @property
    def name_y(self) -> float:
        """Baseline of the name's first line."""
        return self.y - HALF - 8 - 14 * (len(self.lines) - 1) if self.above else self.y + HALF + 16

    @property
    def left(self) -> float:
        return self.x - HALF

    @property
    def top(self) -> float:
        return self.y - HALF

    @property
    def diamond(self) -> str:
        return (
            f"M{self.x:.0f} {self.y - HALF:.0f}l{HALF:.0f} {HALF:.0f}l-{HALF:.0f} {HALF:.0f}"
            f"l-{HALF:.0f} -{HALF:.0f}z"
        )


@dataclass(frozen=True)
class Line:
    """An SVG path. kind: partner | ex | parent | step. `cut` is where an ended tie is struck."""

    path: str
    kind: str
    cut: tuple[float, float] | None = None


@dataclass(frozen=True)
class Circle:
    width: float
    height: float
    symbols: tuple[Symbol, ...]
    lines: tuple[Line, ...]


def draw_circle(persons: Sequence[PersonView], ties: Sequence[TieView]) -> Circle:
    """The drawing. Ties to persons who are not in `persons` are not drawn."""
    known = {person.id for person in persons}
    ties = [tie for tie in ties if tie.from_id in known and tie.to_id in known]
    found = places(persons, ties)
    generations = any(row > 0 for _column, row in found.values())
    symbols = {person.id: _symbol(person, *found[person.id], generations) for person in persons}
    width = max((symbol.x for symbol in symbols.values()), default=0) + CELL / 2
    rows = max((symbol.y for symbol in symbols.values()), default=0)
    return Circle(
        width=max(width, 3 * CELL),
        height=rows + HALF + 46,
        symbols=tuple(symbols.values()),
        lines=(*_pair_lines(symbols, ties), *_parent_lines(symbols, ties)),
    )


def _symbol(person: PersonView, column: float, row: int, generations: bool) -> Symbol:
    x, y = CELL / 2 + column * CELL, TOP + HALF + row * ROW
    return Symbol(person, _kind(person.sex), x, y, _lines_of(person), generations and row == 0)


def _kind(sex: str) -> str:
    return {"male": "square", "female": "circle"}.get(sex, "diamond")


def _lines_of(person: PersonView) -> tuple[str, ...]:
    """The name in at most two short lines: given name, then the rest."""
    first, _space, rest = person.name.partition(" ")
    return tuple(_clip(part) for part in (first, rest) if part)


def _clip(text: str) -> str:
    return text if len(text) <= _CHARACTERS else text[: _CHARACTERS - 1] + "…"


def _pair_lines(symbols: dict[str, Symbol], ties: Iterable[TieView]) -> list[Line]:
    found: list[Line] = []
    for tie in ties:
        if tie.kind not in PAIR:
            continue
        a, b = sorted((symbols[tie.from_id], symbols[tie.to_id]), key=lambda s: s.x)
        ended = tie.kind == "ex_partner" or tie.former
        middle = (a.x + b.x) / 2
        if a.y == b.y and b.x - a.x <= CELL + 1:
            path, height = f"M{a.x + HALF:.0f} {a.y:.0f}H{b.x - HALF:.0f}", a.y
        else:  # over the heads of those between
            height = min(a.y, b.y) - HALF - 40
            path = (
                f"M{a.x:.0f} {a.y - HALF:.0f}Q{a.x:.0f} {height:.0f} {a.x + 14:.0f} {height:.0f}"
                f"H{b.x - 14:.0f}Q{b.x:.0f} {height:.0f} {b.x:.0f} {b.y - HALF:.0f}"
            )
        found.append(Line(path, "ex" if ended else "partner", (middle, height) if ended else None))
    return found


def _parent_lines(symbols: dict[str, Symbol], ties: Sequence[TieView]) -> list[Line]:
    parents: dict[str, list[str]] = defaultdict(list)
    for tie in ties:
        if tie.kind == "parent_child":
            parents[tie.to_id].append(tie.from_id)
    paired = {frozenset((tie.from_id, tie.to_id)) for tie in ties if tie.kind in PAIR}
    found: list[Line] = []
    for child_id, parent_ids in parents.items():
        child = symbols[child_id]
        if len(parent_ids) == 2 and _adjacent(symbols, parent_ids, paired):
            a, b = (symbols[p] for p in parent_ids)
            found.append(Line(_down((a.x + b.x) / 2, a.y, child), "parent"))
            continue
        found.extend(
            Line(_down(symbols[p].x, symbols[p].y + HALF, child), "parent") for p in parent_ids
        )
    found.extend(
        Line(
            _down(
                symbols[tie.from_id].x + 10, symbols[tie.from_id].y + HALF, symbols[tie.to_id], 8
            ),
            "step",
        )
        for tie in ties
        if tie.kind == "step_parent"
    )
    return found


def _adjacent(symbols: dict[str, Symbol], pair: Sequence[str], paired: set[frozenset[str]]) -> bool:
    a, b = (symbols[p] for p in pair)
    return frozenset(pair) in paired and a.y == b.y and abs(a.x - b.x) <= CELL + 1


def _down(x: float, y: float, child: Symbol, aside: float = 0.0) -> str:
    """From (x, y) down to just above the child, across, and down to the child."""
    bend = child.y - HALF - 14 - aside
    return f"M{x:.0f} {y:.0f}V{bend:.0f}H{child.x + aside:.0f}V{child.y - HALF:.0f}"
