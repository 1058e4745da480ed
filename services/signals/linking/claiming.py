"""Households of a scope and what each may claim: opening one, reading what it was made of."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, select, update

from services.signals.intake.reading import chunks
from services.signals.linking.claims import Claim
from services.signals.linking.links import now
from services.signals.linking.scope import Scope
from services.signals.linking.tables import bundlings, households
from shared import ids


def claims(connection: Connection, scope: Scope) -> list[Claim]:
    """What each household of the scope holds, so that it can go on as the same household."""
    made = {
        row.id: row.created_at
        for chunk in chunks(scope.households)
        for row in connection.execute(
            select(households).where(
                households.c.id.in_(chunk), households.c.region == scope.region
            )
        )
    }
    rows: dict[str, list[Any]] = defaultdict(list)
    for chunk in chunks(set(made)):
        for row in connection.execute(
            select(bundlings).where(
                bundlings.c.household_id.in_(chunk), bundlings.c.basis != "concerns"
            )
        ):
            rows[row.household_id].append(row)
    return [
        Claim(home, created_at, _anchors(rows[home])) for home, created_at in sorted(made.items())
    ]


def _anchors(rows: list[Any]) -> tuple[tuple[str, str], ...]:
    """What a household holds, or held when it was merged; the signal it had first comes first,
    through whatever joins, corrections and returns there were since."""
    first: dict[str, str] = {}
    for row in rows:
        first[row.signal_id] = min(first.get(row.signal_id, row.recorded_at), row.recorded_at)
    held = [row for row in rows if row.ended_at is None]
    if not held:
        merged = [row for row in rows if row.end_reason == "merged"]
        last = max((row.ended_at for row in merged), default="")
        held = [row for row in merged if row.ended_at == last]
    found = sorted((first[row.signal_id], row.signal_id, row.mention_id) for row in held)
    return tuple((signal, mention) for _, signal, mention in found)


def open_household(connection: Connection, scope: Scope) -> str:
    """A new household in the scope's region and layer; its id says nothing."""
    household_id = ids.new_id()
    connection.execute(
        households.insert().values(
            id=household_id,
            region=scope.region,
            layer=scope.layer,
            created_at=now(),
            merged_into=None,
        )
    )
    return household_id


def point_to_survivors(connection: Connection, scope: Scope, merged_into: dict[str, str]) -> None:
    """Households that were joined to another say which; those that came back do not."""
    for chunk in chunks(scope.households):
        for row in connection.execute(
            select(households).where(
                households.c.id.in_(chunk), households.c.region == scope.region
            )
        ).all():
            survivor = merged_into.get(row.id)
            if survivor != row.merged_into:
                connection.execute(
                    update(households).where(households.c.id == row.id).values(merged_into=survivor)
                )
