"""What circles become: signals bundled in households, members with their place."""

from __future__ import annotations

from sqlalchemy import Connection, select

from services.signals.intake.reading import chunks
from services.signals.linking.circles import Circle, Gathering
from services.signals.linking.places import position_of
from services.signals.linking.scope import Scope
from services.signals.linking.tables import bundlings, households, memberships
from services.signals.linking.versions import add, end

RESERVED = "reserved"  # basis of what lies in a household and did not help to make it


def settle_bundlings(
    connection: Connection,
    scope: Scope,
    circles: list[Circle],
    homes: list[str],
    merged_into: dict[str, str],
) -> None:
    """Which mentions lie in which household from now on."""
    wanted: dict[tuple[str, str], tuple[str, str]] = {}
    for circle, home in zip(circles, homes, strict=True):
        for knot in circle.own:
            for mention in knot.mentions:
                wanted[home, mention] = (knot.signal_id, knot.basis)
        for knot in circle.attached:
            for mention in knot.mentions:
                wanted.setdefault((home, mention), (knot.signal_id, "concerns"))
        for knot in circle.reserved:
            for mention in knot.mentions:
                wanted.setdefault((home, mention), (knot.signal_id, RESERVED))
    held = {}
    for chunk in chunks(scope.signals):
        for row in connection.execute(
            select(bundlings)
            .join(households, households.c.id == bundlings.c.household_id)
            .where(
                bundlings.c.signal_id.in_(chunk),
                bundlings.c.ended_at.is_(None),
                households.c.layer == scope.layer,
            )
        ):
            held[row.household_id, row.mention_id] = row
    gone = [row for key, row in held.items() if wanted.get(key) != (row.signal_id, row.basis)]
    for reason, rows in (
        ("merged", [row.id for row in gone if row.household_id in merged_into]),
        ("regrouped", [row.id for row in gone if row.household_id not in merged_into]),
    ):
        end(connection, bundlings, rows, end_reason=reason)
    ended = {(row.household_id, row.mention_id) for row in gone}
    add(
        connection,
        bundlings,
        [
            {"household_id": key[0], "mention_id": key[1], "signal_id": signal, "basis": basis}
            for key, (signal, basis) in sorted(wanted.items())
            if key not in held or key in ended
        ],
    )


def settle_memberships(
    connection: Connection,
    scope: Scope,
    gatherings: list[Gathering],
    circles: list[Circle],
    homes: list[str],
) -> None:
    """Who belongs to which household from now on, and as what."""
    wanted: dict[tuple[str, str], tuple[str, str | None, str | None]] = {}
    for circle, home in zip(circles, homes, strict=True):
        knots = (*circle.own, *circle.attached, *circle.reserved)
        bundled = {mention for knot in knots for mention in knot.mentions}
        named = [n for g in gatherings for n in g.named if n.mention_id in bundled]
        declared = [t for g in gatherings for t in g.ties]
        for person in circle.persons:
            position = position_of(person, named, declared, circle.persons)
            wanted[home, person] = (position.place, position.from_date, position.until_date)
    held = {}
    for chunk in chunks(scope.households | set(homes)):
        for row in connection.execute(
            select(memberships)
            .join(households, households.c.id == memberships.c.household_id)
            .where(
                memberships.c.household_id.in_(chunk),
                memberships.c.ended_at.is_(None),
                households.c.region == scope.region,
                households.c.layer == scope.layer,
            )
        ):
            held[row.household_id, row.person_id] = row
    gone = {
        key
        for key, row in held.items()
        if wanted.get(key) != (row.role, row.from_date, row.until_date)
    }
    end(connection, memberships, [held[key].id for key in gone])
    add(
        connection,
        memberships,
        [
            {
                "household_id": key[0],
                "person_id": key[1],
                "role": str(role),
                "from_date": since,
                "until_date": until,
            }
            for key, (role, since, until) in sorted(wanted.items())
            if key not in held or key in gone
        ],
    )
