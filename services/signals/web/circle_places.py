"""Who stands where in the circle: generations in rows, partners side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.signals.picture.model import PersonView, TieView

PAIR = ("partner", "ex_partner")
_STEP = {"parent_child": 1, "step_parent": 1, "grandparent": 2}
_ADULT = 18


def places(persons: Sequence[PersonView], ties: Sequence[TieView]) -> dict[str, tuple[float, int]]:
    """Column (in widths of a place, from 0) and row (from 0 at the top) by person id."""
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
    return {person: (column[person], generation[person]) for person in column}


def _generations(persons: Sequence[PersonView], ties: Iterable[TieView]) -> dict[str, int]:
    """A row for each person, 0 at the top: parents above children, partners level.

    Relaxed as often as there are persons, so that a contradiction in the ties ends too.
    """
    related = [tie for tie in ties if tie.kind in (*_STEP, *PAIR, "sibling")]
    row = {person.id: 0 for person in persons}
    for _round in persons:
        for tie in related:
            if tie.kind in _STEP:
                row[tie.to_id] = max(row[tie.to_id], row[tie.from_id] + _STEP[tie.kind])
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
        else (max(last, 1) if person.age is not None and person.age < _ADULT else 0)
        for person in persons
    }


def _in_pairs(people: Sequence[str], ties: Iterable[TieView]) -> list[str]:
    """An order in which partners stand side by side: an ex left, the partner right."""
    former: dict[str, list[str]] = defaultdict(list)
    present: dict[str, list[str]] = defaultdict(list)
    for tie in ties:
        if tie.kind in PAIR and tie.from_id in people and tie.to_id in people:
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
