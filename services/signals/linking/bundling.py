"""What circles become: signals bundled in households, members with their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, select

from services.signals.intake.reading import chunks
from services.signals.linking.circles import Circle, Gathering, Named, PersonTie
from services.signals.linking.places import Position, position_of
from services.signals.linking.scope import Scope
from services.signals.linking.tables import bundlings, households, memberships
from services.signals.linking.versions import add, end

RESERVED = "reserved"  # basis of what lies in a household and did not help to make it


@dataclass(frozen=True)
class Settled:
    """A scope, its circles and the households they go on as, in the same order."""

    scope: Scope
    gatherings: Sequence[Gathering]
    circles: Sequence[Circle]
    homes: Sequence[str]
    merged_into: Mapping[str, str]


class _Bundled(NamedTuple):
    id: str
    household_id: str
    mention_id: str
    signal_id: str
    basis: str


class _Member(NamedTuple):
    id: str
    household_id: str
    person_id: str
    role: str
    from_date: str | None
    until_date: str | None


def settle_bundlings(connection: Connection, settled: Sequence[Settled]) -> None:
    """Which mentions lie in which household from now on."""
    held = _bundled(connection, {signal for one in settled for signal in one.scope.signals})
    ended: dict[str, list[str]] = {"merged": [], "regrouped": []}
    added = []
    for one in settled:
        wanted = _wanted_bundlings(one)
        before = {
            (row.household_id, row.mention_id): row
            for signal in one.scope.signals
            for row in held.get((one.scope.layer, signal), ())
        }
        for key, row in before.items():
            if wanted.get(key) != (row.signal_id, row.basis):
                merged = row.household_id in one.merged_into
                ended["merged" if merged else "regrouped"].append(row.id)
        added += [
            {"household_id": key[0], "mention_id": key[1], "signal_id": signal, "basis": basis}
            for key, (signal, basis) in sorted(wanted.items())
            if key not in before or (before[key].signal_id, before[key].basis) != (signal, basis)
        ]
    for reason, rows in ended.items():
        end(connection, bundlings, rows, end_reason=reason)
    add(connection, bundlings, added)


def settle_memberships(connection: Connection, settled: Sequence[Settled]) -> None:
    """Who belongs to which household from now on, and as what."""
    homes = {home for one in settled for home in (*one.scope.households, *one.homes)}
    held = _members(connection, homes)
    ended: list[str] = []
    added = []
    for one in settled:
        wanted = _wanted_memberships(one)
        before = {
            (row.household_id, row.person_id): row
            for home in {*one.scope.households, *one.homes}
            for row in held.get((one.scope.layer, one.scope.region, home), ())
        }
        changed = {
            key: position
            for key, position in wanted.items()
            if key not in before or before[key][3:] != position
        }
        ended += [row.id for key, row in before.items() if key not in wanted or key in changed]
        added += [
            {
                "household_id": key[0],
                "person_id": key[1],
                "role": role,
                "from_date": since,
                "until_date": until,
            }
            for key, (role, since, until) in sorted(changed.items())
        ]
    end(connection, memberships, ended)
    add(connection, memberships, added)


def _wanted_bundlings(one: Settled) -> dict[tuple[str, str], tuple[str, str]]:
    wanted: dict[tuple[str, str], tuple[str, str]] = {}
    for circle, home in zip(one.circles, one.homes, strict=True):
        for knot in circle.own:
            for mention in knot.mentions:
                wanted[home, mention] = (knot.signal_id, knot.basis)
        for knot in circle.attached:
            for mention in knot.mentions:
                wanted.setdefault((home, mention), (knot.signal_id, "concerns"))
        for knot in circle.reserved:
            for mention in knot.mentions:
                wanted.setdefault((home, mention), (knot.signal_id, RESERVED))
    return wanted


def _wanted_memberships(
    one: Settled,
) -> dict[tuple[str, str], tuple[str, str | None, str | None]]:
    """(household, person) → place, since, until. Somebody whom an open signal names stands where
    the open signals put them, whatever closed ones say."""
    told: dict[str, tuple[Named, bool]] = {
        named.mention_id: (named, gathering.reserved)
        for gathering in one.gatherings
        for named in gathering.named
    }
    declared = [(tie, gathering.reserved) for gathering in one.gatherings for tie in gathering.ties]
    wanted: dict[tuple[str, str], tuple[str, str | None, str | None]] = {}
    for circle, home in zip(one.circles, one.homes, strict=True):
        knots = (*circle.own, *circle.attached, *circle.reserved)
        here = [told[mention] for knot in knots for mention in knot.mentions]
        openly = _positions(
            circle.persons,
            [named for named, reserved in here if not reserved],
            [tie for tie, reserved in declared if not reserved],
        )
        positions = openly
        if len(openly) < len(circle.persons):
            every = [named for named, _ in here], [tie for tie, _ in declared]
            positions = {**_positions(circle.persons, *every), **openly}
        for person in circle.persons:
            found = positions[person]
            wanted[home, person] = (str(found.place), found.from_date, found.until_date)
    return wanted


def _positions(
    persons: Collection[str], named: Iterable[Named], ties: Iterable[PersonTie]
) -> dict[str, Position]:
    """The place of each person that `named` names."""
    inside = [tie for tie in ties if tie.person_from in persons and tie.person_to in persons]
    inside = list(dict.fromkeys(inside))  # a tie told often says no more than told once
    mentions: dict[str, list[Named]] = defaultdict(list)
    for one in named:
        mentions[one.person_id].append(one)
    return {
        person: position_of(person, found, inside, persons) for person, found in mentions.items()
    }


def _bundled(
    connection: Connection, signal_ids: Collection[str]
) -> dict[tuple[str, str], list[_Bundled]]:
    found: dict[tuple[str, str], list[_Bundled]] = defaultdict(list)
    columns = [bundlings.c[name] for name in _Bundled._fields]
    for chunk in chunks(signal_ids):
        for layer, *told in connection.execute(
            select(households.c.layer, *columns)
            .join(households, households.c.id == bundlings.c.household_id)
            .where(bundlings.c.signal_id.in_(chunk), bundlings.c.ended_at.is_(None))
        ):
            row = _Bundled(*told)
            found[layer, row.signal_id].append(row)
    return found


def _members(
    connection: Connection, household_ids: Collection[str]
) -> dict[tuple[str, str, str], list[_Member]]:
    found: dict[tuple[str, str, str], list[_Member]] = defaultdict(list)
    columns = [memberships.c[name] for name in _Member._fields]
    for chunk in chunks(household_ids):
        for layer, region, *told in connection.execute(
            select(households.c.layer, households.c.region, *columns)
            .join(households, households.c.id == memberships.c.household_id)
            .where(memberships.c.household_id.in_(chunk), memberships.c.ended_at.is_(None))
        ):
            row = _Member(*told)
            found[layer, region, row.household_id].append(row)
    return found
