"""Households: circles of persons bound by what signals declare about them, never by an address.

Each signal ties some of its persons into a knot. Knots that share a person are one circle, with two
exceptions. Someone with more than one (former) partner belongs to the circle of each, but does not
join those circles by himself: an ex's new family is no part of the first household unless a signal
ties it to somebody else there. And a circle never grows beyond a bound: a human looks first.

What only named people may know of (a closed compartment) lies in each circle it touches and joins
none: else who may not know of it would see by the company that it exists (I4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

LARGEST_CIRCLE = 25

# Roles that say "of the same incident, at home". Bystanders, professionals and others join only
# when a tie names them. A role binds within its own signal and nowhere else.
INCIDENT_ROLES = frozenset(
    {"victim", "perpetrator", "both", "child_victim", "child_witness", "ex_partner",
     "step_parent", "family_member"}
)  # fmt: skip
PARTNER_KINDS = frozenset({"partner", "ex_partner"})


@dataclass(frozen=True)
class Named:
    """A mention in a signal and the person it is linked to."""

    mention_id: str
    person_id: str
    roles: tuple[str, ...]
    placeholder: bool = False


@dataclass(frozen=True)
class PersonTie:
    """A declared tie between linked persons; parent_child runs from the parent."""

    person_from: str
    person_to: str
    kind: str
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True)
class Gathering:
    """One signal: who is in it and which ties it declares. `order` sorts signals by arrival;
    `reserved`: some who see its persons elsewhere may not know of it."""

    signal_id: str
    order: str
    named: tuple[Named, ...]
    ties: tuple[PersonTie, ...] = ()
    reserved: bool = False


@dataclass(frozen=True)
class Knot:
    """Persons whom one signal puts together. `basis`: tie, incident or alone."""

    signal_id: str
    order: str
    persons: frozenset[str]
    mentions: tuple[str, ...]
    basis: str


@dataclass(frozen=True)
class Circle:
    """A household to be: `own` knots make it; `attached` ones only concern one of its persons, and
    `reserved` ones lie in it for those who may know of them."""

    persons: frozenset[str]
    own: tuple[Knot, ...]
    attached: tuple[Knot, ...] = ()
    reserved: tuple[Knot, ...] = ()


@dataclass(frozen=True)
class TooLarge:
    """A knot that was not joined because the circle would have grown beyond the bound."""

    knot: Knot
    other_signal_id: str
    persons: int


class Groups:
    """Disjoint groups of hashable things; the smallest member stands for its group."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def find(self, item: str) -> str:
        path = []
        while (above := self._above.get(item, item)) != item:
            path.append(item)
            item = above
        for step in path:
            self._above[step] = item
        return item

    def join(self, one: str, other: str) -> None:
        low, high = sorted((self.find(one), self.find(other)))
        self._above[high] = low


def knots_of(gathering: Gathering) -> list[Knot]:
    """The knots of one signal. Someone without a tie or a role of the incident is in none, unless
    nobody else is: then each stands alone, so that no signal is without a household."""
    groups = Groups()
    tied: set[str] = set()
    present = {named.person_id for named in gathering.named}
    for tie in gathering.ties:
        if {tie.person_from, tie.person_to} <= present and tie.person_from != tie.person_to:
            groups.join(tie.person_from, tie.person_to)
            tied |= {tie.person_from, tie.person_to}
    involved = sorted({n.person_id for n in gathering.named if INCIDENT_ROLES & set(n.roles)})
    for person in involved[1:]:
        groups.join(involved[0], person)
    inside = tied | set(involved) or present
    members: dict[str, set[str]] = defaultdict(set)
    for person in inside:
        members[groups.find(person)].add(person)
    knots = []
    for persons in members.values():
        basis = "tie" if persons & tied else "incident" if len(persons) > 1 else "alone"
        mentions = sorted(n.mention_id for n in gathering.named if n.person_id in persons)
        knots.append(
            Knot(gathering.signal_id, gathering.order, frozenset(persons), tuple(mentions), basis)
        )
    return sorted(knots, key=_knot_order)


def people_of_several_circles(
    gatherings: Iterable[Gathering], maybe_same: Iterable[tuple[str, str]] = ()
) -> frozenset[str]:
    """Persons with two or more different partners or former partners.

    Unknown partners do not count, and partners who may be one human (`maybe_same`, pairs that wait
    for the desk) count once: a doubtful match must not tear a household apart.
    """
    same = Groups()
    for one, other in maybe_same:
        same.join(one, other)
    unknown: set[str] = set()
    partners: dict[str, set[str]] = defaultdict(set)
    for gathering in gatherings:
        unknown |= {named.person_id for named in gathering.named if named.placeholder}
        for tie in gathering.ties:
            if tie.kind in PARTNER_KINDS and tie.person_from != tie.person_to:
                partners[tie.person_from].add(tie.person_to)
                partners[tie.person_to].add(tie.person_from)
    return frozenset(
        person
        for person, others in partners.items()
        if len({same.find(other) for other in others - unknown}) > 1
    )


def circles_of(
    gatherings: Sequence[Gathering],
    maybe_same: Iterable[tuple[str, str]] = (),
    largest: int = LARGEST_CIRCLE,
) -> tuple[list[Circle], list[TooLarge]]:
    """All circles, and what was not joined for size. The same input in any order gives the same."""
    same = list(maybe_same)
    open_ones = [gathering for gathering in gatherings if not gathering.reserved]
    reserved = [gathering for gathering in gatherings if gathering.reserved]
    circles, too_large = _circles(open_ones, _knots(open_ones), same, largest)
    lying: dict[int, list[Knot]] = defaultdict(list)
    apart = []
    for knot in _knots(reserved):
        homes = [i for i, circle in enumerate(circles) if _core(circle) & knot.persons]
        for i in homes:
            lying[i].append(knot)
        if not homes:
            apart.append(knot)
    circles = [
        replace(
            circle,
            persons=circle.persons.union(*(knot.persons for knot in lying[i])),
            reserved=tuple(lying[i]),
        )
        for i, circle in enumerate(circles)
    ]
    more, more_too_large = _circles(reserved, apart, same, largest)
    return (
        sorted([*circles, *more], key=lambda circle: _knot_order(circle.own[0])),
        [*too_large, *more_too_large],
    )


def _knots(gatherings: Iterable[Gathering]) -> list[Knot]:
    return sorted((knot for g in gatherings for knot in knots_of(g)), key=_knot_order)


def _core(circle: Circle) -> frozenset[str]:
    return frozenset().union(*(knot.persons for knot in circle.own))


def _circles(
    gatherings: Sequence[Gathering],
    knots: Sequence[Knot],
    maybe_same: Iterable[tuple[str, str]],
    largest: int,
) -> tuple[list[Circle], list[TooLarge]]:
    """Circles of these knots, which the gatherings tied."""
    several = people_of_several_circles(gatherings, maybe_same)
    unknown = {n.person_id for g in gatherings for n in g.named if n.placeholder}
    making: list[Knot] = []
    concerning: list[Knot] = []
    for knot in knots:
        (making if _makes_a_circle(knot, several, unknown) else concerning).append(knot)
    drafts, too_large = _join(making, several, largest)
    attached: dict[int, list[Knot]] = defaultdict(list)
    left_over = []
    for knot in concerning:
        homes = [i for i, draft in enumerate(drafts) if draft.persons & knot.persons & several]
        for i in homes:
            attached[i].append(knot)
        if not homes:
            left_over.append(knot)
    circles = [
        Circle(
            frozenset(draft.persons.union(*(knot.persons for knot in attached[i]))),
            tuple(draft.knots),
            tuple(attached[i]),
        )
        for i, draft in enumerate(drafts)
    ]
    # Someone of several circles of whom none is known here: his signals stay together.
    rest, more_too_large = _join(left_over, frozenset(), largest)
    circles += [Circle(frozenset(draft.persons), tuple(draft.knots)) for draft in rest]
    return circles, [*too_large, *more_too_large]


def _makes_a_circle(knot: Knot, several: frozenset[str], unknown: set[str]) -> bool:
    """False for signals on one person of several circles, alone or with unknown people: they
    concern each of his circles and join none."""
    of_several = knot.persons & several
    return len(of_several) != 1 or bool(knot.persons - several - unknown)


@dataclass
class _Draft:
    """A circle in the making: its first knot, and all of them in any order."""

    persons: set[str]
    first: Knot
    knots: list[Knot]


def _join(
    knots: Sequence[Knot], several: Collection[str], largest: int
) -> tuple[list[_Draft], list[TooLarge]]:
    """Knots in order of arrival, each joined to every draft it belongs with, within the bound."""
    drafts: list[_Draft] = []
    too_large: list[TooLarge] = []
    for knot in knots:
        current = _Draft(set(knot.persons), knot, [knot])
        kept = []
        for draft in drafts:
            if not _belong_together(current, draft, several):
                kept.append(draft)
                continue
            size = len(current.persons | draft.persons)
            if size > largest:
                too_large.append(TooLarge(knot, draft.first.signal_id, size))
                kept.append(draft)
                continue
            less, more = sorted((current, draft), key=lambda one: len(one.knots))
            more.persons |= less.persons
            more.knots += less.knots
            more.first = min(current.first, draft.first, key=_knot_order)
            current = more
        drafts = sorted([*kept, current], key=lambda draft: _knot_order(draft.first))
    for draft in drafts:
        draft.knots.sort(key=_knot_order)
    return drafts, too_large


def _belong_together(one: _Draft, other: _Draft, several: Collection[str]) -> bool:
    """True when they share someone of one circle only, or a knot of each shares two persons."""
    shared = one.persons & other.persons
    if shared - set(several):
        return True
    return len(shared) > 1 and any(
        len(a.persons & b.persons) > 1 for a in one.knots for b in other.knots
    )


def _knot_order(knot: Knot) -> tuple[str, str, tuple[str, ...]]:
    return knot.order, knot.signal_id, knot.mentions
