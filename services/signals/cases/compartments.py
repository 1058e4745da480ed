"""Who is named for the closed compartment of a household: for the others it does not exist."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Connection, insert, select, update

from services.signals.cases.tables import compartments
from shared import clock, ids


def named_actors(
    connection: Connection, household_ids: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Who is named for the closed compartment of each household."""
    found: dict[str, list[str]] = defaultdict(list)
    query = (
        select(compartments.c.household_id, compartments.c.subject)
        .where(
            compartments.c.household_id.in_(list(household_ids)),
            compartments.c.removed_at.is_(None),
        )
        .order_by(compartments.c.subject)
    )
    for row in connection.execute(query):
        found[row.household_id].append(row.subject)
    return {household: tuple(subjects) for household, subjects in found.items()}


def name_actor(connection: Connection, household_id: str, subject: str, by: str) -> None:
    """Adds a person to the closed compartment of a household."""
    connection.execute(
        insert(compartments).values(
            id=ids.new_id(),
            household_id=household_id,
            subject=subject,
            added_by=by,
            added_at=clock.timestamp(clock.now()),
        )
    )


def carry_named_actors(connection: Connection, household_id: str, survivor: str) -> None:
    """Who is named for a household stays named in the one it was merged into."""
    named = named_actors(connection, [household_id, survivor])
    for subject in named.get(household_id, ()):
        if subject not in named.get(survivor, ()):
            name_actor(connection, survivor, subject, "bundel")


def unname_actor(connection: Connection, household_id: str, subject: str, by: str) -> None:
    """Ends a person's place in the closed compartment."""
    connection.execute(
        update(compartments)
        .where(
            compartments.c.household_id == household_id,
            compartments.c.subject == subject,
            compartments.c.removed_at.is_(None),
        )
        .values(removed_at=clock.timestamp(clock.now()), removed_by=by)
    )
