"""Two persons become one, and apart again as they were. Nothing is overwritten (I6)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select, update

from services.signals.linking.doubts import tell_of_split
from services.signals.linking.links import links_of, mentions_of, next_version, now
from services.signals.linking.parting import demand_joinable, part
from services.signals.linking.settling import settle_signals
from services.signals.linking.states import EndReason
from services.signals.linking.tables import candidates, links, merge_moves, merges, persons
from shared import ids
from shared.problems import Conflict, NotFound


def merge_persons(
    connection: Connection, survivor: str, absorbed: str, by: str, candidate_id: str | None = None
) -> str:
    """All mentions of `absorbed` become mentions of `survivor`. The id of the merge, to undo it.
    `candidate_id`: the doubt that it takes away."""
    lives = connection.execute(
        select(persons.c.region, persons.c.layer).where(persons.c.id == survivor)
    ).one_or_none()
    if lives is None or survivor == absorbed:
        raise NotFound
    demand_person(connection, survivor, lives.region, lives.layer)
    demand_person(connection, absorbed, lives.region, lives.layer)
    rows = links_of(connection, absorbed)
    moving = [row.mention_id for row in rows]
    demand_joinable(connection, moving, mentions_of(connection, survivor))
    merge_id = ids.new_id()
    connection.execute(
        merges.insert().values(
            id=merge_id,
            survivor=survivor,
            absorbed=absorbed,
            made_at=now(),
            made_by=by,
            candidate_id=candidate_id,
        )
    )
    for row in rows:
        next_version(connection, row, EndReason.MERGED, person_id=survivor)
        connection.execute(
            merge_moves.insert().values(merge_id=merge_id, mention_id=row.mention_id)
        )
    connection.execute(update(persons).where(persons.c.id == absorbed).values(replaced_by=survivor))
    settle_signals(connection, {row.signal_id for row in rows})
    return merge_id


def unmerge(connection: Connection, merge_id: str, by: str, *, for_good: bool = False) -> None:
    """Undoes a merge: what it moved and still lies with the survivor goes back (I6). A doubt that
    the merge took away is there again, as it was.

    `for_good` parts the two instead, so that no machine proposes the pair again. A later merge of
    the survivor must be undone first: Conflict.
    """
    merge = connection.execute(
        select(merges).where(merges.c.id == merge_id, merges.c.undone_at.is_(None))
    ).one_or_none()
    if merge is None:
        raise NotFound
    gone = connection.scalar(select(persons.c.replaced_by).where(persons.c.id == merge.survivor))
    if gone is not None:
        raise Conflict("The person was merged again since. Undo the later merge first.")
    connection.execute(
        update(persons).where(persons.c.id == merge.absorbed).values(replaced_by=None)
    )
    moved = set(
        connection.scalars(
            select(merge_moves.c.mention_id).where(merge_moves.c.merge_id == merge_id)
        )
    )
    rows = [row for row in links_of(connection, merge.survivor) if row.mention_id in moved]
    doubted = _doubt_of(connection, merge.candidate_id)
    for row in rows:
        own = doubted is not None and row.mention_id == doubted.mention_id
        before = _as_merged(connection, row, merge.absorbed) if own else {}
        next_version(connection, row, EndReason.UNMERGED, person_id=merge.absorbed, **before)
    if doubted is not None and not for_good and any(r.mention_id in moved for r in rows):
        _ask_again(connection, doubted)
    connection.execute(
        update(merges).where(merges.c.id == merge_id).values(undone_at=now(), undone_by=by)
    )
    stayed = mentions_of(connection, merge.survivor)
    tell_of_split(connection, [*stayed, *(row.mention_id for row in rows)])
    if for_good:
        part(connection, [row.mention_id for row in rows], stayed, by, "unmerged")
    settle_signals(connection, {row.signal_id for row in rows})


def surviving_person(connection: Connection, person_id: str) -> str:
    """The person that `person_id` lives on in after merges; itself when there was none."""
    current = person_id
    while True:
        above = connection.scalar(select(persons.c.replaced_by).where(persons.c.id == current))
        if above is None:
            return current
        current = above


def demand_person(connection: Connection, person_id: str, region: str, layer: str) -> None:
    """Raises NotFound for a person that is not (any more) in this region and layer."""
    found = connection.execute(
        select(persons.c.id).where(
            persons.c.id == person_id,
            persons.c.region == region,
            persons.c.layer == layer,
            persons.c.replaced_by.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise NotFound


def _doubt_of(connection: Connection, candidate_id: str | None) -> Row[Any] | None:
    if candidate_id is None:
        return None
    return connection.execute(
        select(candidates).where(candidates.c.id == candidate_id)
    ).one_or_none()


def _as_merged(connection: Connection, row: Row[Any], absorbed: str) -> dict[str, object]:
    """Band and confirmation of the version that the merge ended: a human's word given with the
    merge goes with it."""
    before = connection.execute(
        select(links.c.band, links.c.confirmed_by, links.c.confirmed_at)
        .where(
            links.c.mention_id == row.mention_id,
            links.c.layer == row.layer,
            links.c.person_id == absorbed,
            links.c.end_reason == EndReason.MERGED.value,
        )
        .order_by(links.c.ended_at.desc(), links.c.made_at.desc())
        .limit(1)
    ).one_or_none()
    return dict(before._mapping) if before is not None else {}


def _ask_again(connection: Connection, doubted: Row[Any]) -> None:
    """The doubt is put to the desk once more, as it was; unless the pair waits already."""
    waiting = connection.scalar(
        select(candidates.c.id).where(
            candidates.c.mention_id == doubted.mention_id,
            candidates.c.person_id == doubted.person_id,
            candidates.c.decided_at.is_(None),
        )
    )
    if waiting is None:
        again = {
            **doubted._mapping,
            "id": ids.new_id(),
            "decided_at": None,
            "decided_by": None,
            "decision": None,
        }
        connection.execute(candidates.insert().values(**again))
