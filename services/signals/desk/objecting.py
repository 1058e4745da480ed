"""A coordinator says a signal is about somebody else. The desk judges it: links are its work."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from services.signals.desk.tables import objections
from shared import clock, ids

# Why a coordinator thinks so; the reason stands in the log, where free text has no place (I9).
REASONS = ("other-person", "name-alike", "not-in-this-family", "person-says-so")
SPLIT, KEPT = "split", "kept"


@dataclass(frozen=True, slots=True)
class Objection:
    id: str
    mention_id: str
    person_id: str
    case_id: str
    reason: str
    made_by: str
    made_at: str


def open_objections(connection: Connection, region: str, layer: str) -> list[Objection]:
    """What waits for one desk, oldest first."""
    rows = connection.execute(
        select(objections)
        .where(
            objections.c.region == region,
            objections.c.layer == layer,
            objections.c.decided_at.is_(None),
        )
        .order_by(objections.c.made_at, objections.c.id)
    )
    return [
        Objection(
            row.id, row.mention_id, row.person_id, row.case_id, row.reason, row.made_by, row.made_at
        )
        for row in rows
    ]


def object_to(
    connection: Connection, objection: Objection, region: str, layer: str, entry_id: str
) -> None:
    """Adds it. Raises IntegrityError when the mention is objected to already."""
    connection.execute(
        objections.insert().values(
            id=objection.id or ids.new_id(),
            mention_id=objection.mention_id,
            person_id=objection.person_id,
            layer=layer,
            region=region,
            case_id=objection.case_id,
            reason=objection.reason,
            made_by=objection.made_by,
            made_at=objection.made_at,
            entry_id=entry_id,
        )
    )


def settle(
    connection: Connection, mention_ids: Collection[str], layer: str, decision: str, by: str
) -> None:
    """What the desk decided about these mentions answers what was objected to them."""
    connection.execute(
        update(objections)
        .where(
            objections.c.mention_id.in_(list(mention_ids)),
            objections.c.layer == layer,
            objections.c.decided_at.is_(None),
        )
        .values(decided_at=clock.timestamp(clock.now()), decided_by=by, decision=decision)
    )
