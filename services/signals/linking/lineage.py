"""Households themselves: which there are, which lives on in which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from services.signals.linking.tables import bundlings, households


@dataclass(frozen=True)
class HouseholdRecord:
    household_id: str
    region: str
    created_at: str
    merged_into: str | None


_MERGED = select(households.c.id, households.c.merged_into).where(
    households.c.id.in_(bindparam("waiting", expanding=True)),
    households.c.merged_into.is_not(None),
)


def surviving_households(connection: Connection, household_ids: Iterable[str]) -> dict[str, str]:
    """Asked household → the household it lives on in (itself when it was not merged)."""
    result = {asked: asked for asked in household_ids}
    waiting = set(result.values())
    while waiting:
        rows = connection.execute(_MERGED, {"waiting": list(waiting)})
        steps = {row.id: row.merged_into for row in rows}
        for asked, current in result.items():
            result[asked] = steps.get(current, current)
        waiting = set(steps.values())
    return result


def absorbed_households(connection: Connection, household_ids: Iterable[str]) -> set[str]:
    """Households that were merged into these, by whatever many steps."""
    found: set[str] = set()
    waiting = set(household_ids)
    while waiting:
        rows = connection.execute(
            select(households.c.id).where(households.c.merged_into.in_(waiting))
        )
        waiting = set(rows.scalars()) - found
        found |= waiting
    return found


def load_households(connection: Connection, household_ids: Iterable[str]) -> list[HouseholdRecord]:
    """The households themselves, unknown ids left out."""
    rows = connection.execute(select(households).where(households.c.id.in_(set(household_ids))))
    return [HouseholdRecord(r.id, r.region, r.created_at, r.merged_into) for r in rows]


def households_of_signals(
    connection: Connection, signal_ids: Iterable[str]
) -> dict[str, list[str]]:
    """Signal → households that bundle it now, oldest household first."""
    wanted = list(signal_ids)
    rows = connection.execute(
        select(bundlings.c.signal_id, households.c.id, households.c.created_at)
        .join(households, households.c.id == bundlings.c.household_id)
        .where(bundlings.c.signal_id.in_(wanted), bundlings.c.ended_at.is_(None))
        .distinct()
        .order_by(households.c.created_at, households.c.id)
    )
    result: dict[str, list[str]] = {signal: [] for signal in wanted}
    for row in rows:
        result[row.signal_id].append(row.id)
    return result


def bundled_signals(connection: Connection, after: str, limit: int) -> list[str]:
    """The next signals that lie in a household now, in the order of their ids."""
    query = (
        select(bundlings.c.signal_id)
        .where(bundlings.c.signal_id > after, bundlings.c.ended_at.is_(None))
        .distinct()
        .order_by(bundlings.c.signal_id)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())
