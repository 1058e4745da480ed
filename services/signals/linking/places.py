"""A person's place in a household, from the ties of that circle. No place says who did what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from enum import StrEnum

from services.signals.linking.circles import Named, PersonTie


class Place(StrEnum):
    CHILD = "child"
    PARTNER = "partner"
    PARENT = "parent"
    EX_PARTNER = "ex_partner"
    STEP_PARENT = "step_parent"
    RESIDENT = "resident"
    FAMILY = "family"
    INVOLVED = "involved"
    UNKNOWN = "unknown"  # a placeholder: somebody nobody could name


@dataclass(frozen=True)
class Position:
    """`until_date` = no longer lives there; a move ends residence, never the tie or the place."""

    place: Place
    from_date: str | None
    until_date: str | None


def position_of(
    person: str, named: Iterable[Named], ties: Collection[PersonTie], circle: Collection[str]
) -> Position:
    """Where `person` stands among `circle`. Dates are partial dates as the sources gave them."""
    members = circle if isinstance(circle, Set) else set(circle)
    inside = [t for t in ties if t.person_from in members and t.person_to in members]
    mine = [tie for tie in inside if person in (tie.person_from, tie.person_to)]
    since = sorted(tie.since for tie in mine if tie.since)
    mentions = [mention for mention in named if mention.person_id == person]
    return Position(
        _place(person, mentions, mine), since[0] if since else None, _moved_out(person, inside)
    )


def _place(person: str, mentions: list[Named], mine: list[PersonTie]) -> Place:
    if mentions and all(mention.placeholder for mention in mentions):
        return Place.UNKNOWN
    raised = {t.kind for t in mine if t.person_from == person}
    raised_by = {t.kind for t in mine if t.person_to == person}
    kinds = raised | raised_by
    roles = {role for mention in mentions for role in mention.roles}
    tests = (
        (Place.PARTNER, "partner" in kinds),
        (Place.PARENT, "parent_child" in raised),
        (Place.CHILD, bool({"parent_child", "step_parent"} & raised_by)),
        (Place.EX_PARTNER, "ex_partner" in kinds),
        (Place.STEP_PARENT, "step_parent" in raised),
        (Place.CHILD, bool({"child_victim", "child_witness"} & roles)),
        (Place.RESIDENT, "lives_with" in kinds),
        (Place.FAMILY, bool(kinds)),
    )
    return next((place for place, holds in tests if holds), Place.INVOLVED)


def _moved_out(person: str, ties: list[PersonTie]) -> str | None:
    """The last day of living together, when the others still live with somebody of the circle."""
    homes = [t for t in ties if t.kind == "lives_with"]
    mine = [t for t in homes if person in (t.person_from, t.person_to)]
    if not mine or any(tie.until is None for tie in mine):
        return None
    others = {p for tie in mine for p in (tie.person_from, tie.person_to)} - {person}
    stayed = any(tie.until is None and others & {tie.person_from, tie.person_to} for tie in homes)
    return max(tie.until for tie in mine if tie.until) if stayed else None
