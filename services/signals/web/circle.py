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

CELL = 112.0  # width of a person's place
ROW = 124.0
TOP = 14.0
HALF = 21.0  # half a symbol
_CHARACTERS = 15  # of a name under a symbol
_UP = ("parent_child", "step_parent", "grandparent")
_PAIR = ("partner", "ex_partner")


@dataclass(frozen=True)
class Symbol:
    person: PersonView
    kind: str  # square | circle | diamond
    x: float
    y: float
    lines: tuple[str, ...]

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
    places = _places(persons, ties)
    symbols = {
        person.id: Symbol(person, _kind(person.sex), *places[person.id], _lines_of(person))
        for person in persons
    }
    width = max((symbol.x for symbol in symbols.values()), default=0) + CELL / 2
    rows = max((symbol.y for symbol in symbols.values()), default=0)
    return Circle(
        width=max(width, 3 * CELL),
        height=rows + HALF + 46,
        symbols=tuple(symbols.values()),
        lines=(*_pair_lines(symbols, ties), *_parent_lines(symbols, ties)),
    )


def _kind(sex: str) -> str:
    return {"male": "square", "female": "circle"}.get(sex, "diamond")


def _lines_of(person: PersonView) -> tuple[str, ...]:
    """The name in at most two short lines: given name, then the rest."""
    first, _space, rest = person.name.partition(" ")
    return tuple(_clip(part) for part in (first, rest) if part)


def _clip(text: str) -> str:
    return text if len(text) <= _CHARACTERS else text[: _CHARACTERS - 1] + "…"


def _generations(persons: Sequence[PersonView], ties: Iterable[TieView]) -> dict[str, int]:
    """A row for each person, 0 at the top: parents above children, partners level.

    Relaxed as often as there are persons, so that a contradiction in the ties ends too.
    """
    step = {"parent_child": 1, "step_parent": 1, "grandparent": 2}
    related = [tie for tie in ties if tie.kind in (*_UP, *_PAIR, "sibling")]
    row = {person.id: 0 for person in persons}
    for _round in persons:
        for tie in related:
            if tie.kind in step:
                row[tie.to_id] = max(row[tie.to_id], row[tie.from_id] + step[tie.kind])
            else:
                row[tie.from_id] = row[tie.to_id] = max(row[tie.from_id], row[tie.to_id])
        if max(row.values(), default=0) > len(persons):
            break  # a circle of ties: keep what there is
    tied = {end for tie in related for end in (tie.from_id, tie.to_id)}
    used = sorted({row[person.id] for person in persons if person.id in tied})
    dense = {old: new for new, old in enumerate(used)}
    # Persons without such a tie: children below, all others in the first row.
    last = max(dense.values(), default=0)
    return {
        person.id: dense[row[person.id]]
        if person.id in tied
        else (max(last, 1) if person.age is not None and person.age < 18 else 0)
        for person in persons
    }


def _places(
    persons: Sequence[PersonView], ties: Sequence[TieView]
) -> dict[str, tuple[float, float]]:
    rows: dict[int, list[str]] = defaultdict(list)
    generation = _generations(persons, ties)
    for person in persons:
        rows[generation[person.id]].append(person.id)
    column: dict[str, float] = {}
    for number in sorted(rows):
        if number == 0:
            order = _in_pairs(rows[number], ties)
            column.update({person: float(place) for place, person in enumerate(order)})
            continue
        wanted = {member: _under_parents(member, ties, column) for member in rows[number]}
        paired = _in_pairs(rows[number], ties)
        order = sorted(paired, key=lambda p: (wanted[p] is None, wanted[p] or 0.0))
        place = -1.0
        for member in order:
            target = wanted[member]
            place = max(place + 1.0, target if target is not None else 0.0)
            column[member] = place
        _pull_left(order, wanted, column)
    return {
        person: (CELL / 2 + column[person] * CELL, TOP + HALF + generation[person] * ROW)
        for person in column
    }


def _in_pairs(people: Sequence[str], ties: Iterable[TieView]) -> list[str]:
    """An order in which partners stand side by side: an ex left, the partner right."""
    former: dict[str, list[str]] = defaultdict(list)
    present: dict[str, list[str]] = defaultdict(list)
    for tie in ties:
        if tie.kind in _PAIR and tie.from_id in people and tie.to_id in people:
            side = former if tie.kind == "ex_partner" or tie.former else present
            side[tie.from_id].append(tie.to_id)
            side[tie.to_id].append(tie.from_id)
    order: list[str] = []
    by_ties = sorted(people, key=lambda p: -len(former[p]) - len(present[p]))
    for person in by_ties:
        if person in order:
            continue
        left = [p for p in former[person] if p not in order]
        right = [p for p in present[person] if p not in order]
        order.extend([*left, person, *[p for p in right if p not in left]])
    return order


def _under_parents(person: str, ties: Iterable[TieView], column: dict[str, float]) -> float | None:
    parents = [
        column[tie.from_id]
        for tie in ties
        if tie.kind in ("parent_child", "grandparent")
        and tie.to_id == person
        and tie.from_id in column
    ]
    return sum(parents) / len(parents) if parents else None


def _pull_left(
    order: Sequence[str], wanted: dict[str, float | None], column: dict[str, float]
) -> None:
    """Brothers and sisters pushed right of their parents are spread around the middle again."""
    groups: dict[float, list[str]] = defaultdict(list)
    for person in order:
        target = wanted[person]
        if target is not None:
            groups[target].append(person)
    edge = -1.0
    for target, group in sorted(groups.items()):
        start = max(target - (len(group) - 1) / 2, edge + 1.0, 0.0)
        for number, person in enumerate(group):
            column[person] = start + number
        edge = start + len(group) - 1
    for person in order:
        if wanted[person] is None:
            edge += 1.0
            column[person] = edge


def _pair_lines(symbols: dict[str, Symbol], ties: Iterable[TieView]) -> list[Line]:
    found: list[Line] = []
    for tie in ties:
        if tie.kind not in _PAIR:
            continue
        a, b = sorted((symbols[tie.from_id], symbols[tie.to_id]), key=lambda s: s.x)
        ended = tie.kind == "ex_partner" or tie.former
        middle = (a.x + b.x) / 2
        if a.y == b.y and b.x - a.x <= CELL + 1:
            path, height = f"M{a.x + HALF:.0f} {a.y:.0f}H{b.x - HALF:.0f}", a.y
        else:  # over the heads of those between
            height = min(a.y, b.y) - HALF - 8
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
    paired = {frozenset((tie.from_id, tie.to_id)) for tie in ties if tie.kind in _PAIR}
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
