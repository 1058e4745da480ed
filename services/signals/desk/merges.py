"""Merges that hold: what may be taken back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from services.signals.linking.tables import merge_moves, merges, persons


@dataclass(frozen=True, slots=True)
class Merge:
    """`mention_ids`: what it moved. `undoable`: the survivor was not itself merged since."""

    id: str
    survivor: str
    absorbed: str
    made_at: str
    mention_ids: tuple[str, ...]
    undoable: bool


def merges_into(connection: Connection, person_ids: Collection[str]) -> list[Merge]:
    """Merges that made these persons what they are, by whatever many steps; the newest first."""
    reached, waiting = set(person_ids), set(person_ids)
    found: dict[str, Merge] = {}
    while waiting:
        rows = connection.execute(
            select(merges, persons.c.replaced_by)
            .join(persons, persons.c.id == merges.c.survivor)
            .where(merges.c.survivor.in_(waiting), merges.c.undone_at.is_(None))
        ).all()
        for row in rows:
            found[row.id] = _merge(connection, row.id, row.survivor, row.absorbed, row.made_at,
                                   undoable=row.replaced_by is None)  # fmt: skip
        waiting = {row.absorbed for row in rows} - reached
        reached |= waiting
    return sorted(found.values(), key=lambda one: (one.made_at, one.id), reverse=True)


def merge_by_id(connection: Connection, merge_id: str) -> Merge | None:
    """A merge that was not undone; None when there is none."""
    row = connection.execute(
        select(merges, persons.c.replaced_by)
        .join(persons, persons.c.id == merges.c.survivor)
        .where(merges.c.id == merge_id, merges.c.undone_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    return _merge(connection, row.id, row.survivor, row.absorbed, row.made_at,
                  undoable=row.replaced_by is None)  # fmt: skip


def _merge(
    connection: Connection, merge_id: str, survivor: str, absorbed: str, made_at: str, *,
    undoable: bool,
) -> Merge:  # fmt: skip
    moved = connection.scalars(
        select(merge_moves.c.mention_id)
        .where(merge_moves.c.merge_id == merge_id)
        .order_by(merge_moves.c.mention_id)
    )
    return Merge(merge_id, survivor, absorbed, made_at, tuple(moved), undoable)
