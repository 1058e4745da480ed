"""What humans do to links: confirm, move, merge, split, undo. Nothing is overwritten.

Each holds in one layer only: what the desk of one context decides joins nobody in another.
Every function works in the caller's transaction and settles ties and households before it returns.
Raises NotFound for what does not hold (any more), Conflict for what would join two BSNs or a pair
that a human parted.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, and_, select, update

from services.signals.intake.reading import chunks
from services.signals.linking.doubts import tell_of_split
from services.signals.linking.links import (
    add_person,
    close_links,
    holding,
    mentions_of,
    next_version,
    now,
)
from services.signals.linking.merging import (
    demand_person,
    merge_persons,
    surviving_person,
    unmerge,
)
from services.signals.linking.parting import demand_joinable, part
from services.signals.linking.settling import settle_signals
from services.signals.linking.states import Band, EndReason, LinkState
from services.signals.linking.tables import candidates, links
from shared.problems import NotFound

__all__ = [
    "confirm_candidate",
    "confirm_link",
    "end_link",
    "merge_persons",
    "move_link",
    "refuse_candidate",
    "surviving_person",
    "unmerge",
]


def confirm_link(connection: Connection, link_id: str, by: str) -> str:
    """A human says the link is right (I10, WGS art. 1.9.2): the id of its next version.

    A link without its receipt yet, or a sealed one, is not there for the desk: NotFound.
    """
    row = holding(connection, link_id)
    if row.state != LinkState.ACTIVE.value:
        raise NotFound
    if row.confirmed_by is not None:
        return str(row.id)
    return next_version(connection, row, EndReason.CONFIRMED, confirmed_by=by, confirmed_at=now())


def end_link(connection: Connection, link_id: str, reason: EndReason) -> None:
    """Ends a link and all that followed from it."""
    row = holding(connection, link_id)
    close_links(connection, [row.id], reason)
    settle_signals(connection, [row.signal_id])


def move_link(connection: Connection, link_id: str, person_id: str | None, by: str) -> str:
    """A human puts the mention with another person, or with None on its own (a split).

    The mention and those it leaves are parted for good, so no machine joins them again.
    """
    row = holding(connection, link_id)
    if person_id is not None:
        demand_person(connection, person_id, row.region, row.layer)
        demand_joinable(connection, [row.mention_id], mentions_of(connection, person_id))
    left = [m for m in mentions_of(connection, row.person_id) if m != row.mention_id]
    part(connection, [row.mention_id], left, by, "moved")
    if left:
        tell_of_split(connection, [row.mention_id, *left])
    target = person_id or add_person(connection, row.region, row.layer, placeholder=False)
    moved = next_version(
        connection,
        row,
        EndReason.MOVED,
        person_id=target,
        band=Band.MANUAL.value,
        confirmed_by=by,
        confirmed_at=now(),
    )
    settle_signals(connection, [row.signal_id])
    return moved


def confirm_candidate(connection: Connection, candidate_id: str, region: str, by: str) -> str:
    """A human says the mention is that person: their persons become one. The id of the merge."""
    candidate = _open_candidate(connection, candidate_id, region)
    link = _active_link(connection, candidate.mention_id, candidate.layer)
    survivor = surviving_person(connection, candidate.person_id)
    if survivor == link.person_id:
        raise NotFound
    merge_id = merge_persons(connection, survivor, link.person_id, by, candidate_id)
    _decide(connection, [candidate_id], "confirmed", by)
    next_version(
        connection,
        _active_link(connection, candidate.mention_id, candidate.layer),
        EndReason.CONFIRMED,
        band=Band.MANUAL.value,
        confirmed_by=by,
        confirmed_at=now(),
    )
    return merge_id


def refuse_candidate(connection: Connection, candidate_id: str, region: str, by: str) -> None:
    """A human says it is somebody else: the pair is parted for ever."""
    candidate = _open_candidate(connection, candidate_id, region)
    others = mentions_of(connection, surviving_person(connection, candidate.person_id))
    part(connection, [candidate.mention_id], others, by, "refused")
    _decide(connection, [candidate_id], "refused", by)
    # Partners who might have been one human now count as two.
    settle_signals(connection, _signals_of(connection, [candidate.mention_id, *others]))


def _active_link(connection: Connection, mention_id: str, layer: str) -> Row[Any]:
    row = connection.execute(
        select(links).where(
            links.c.mention_id == mention_id,
            links.c.layer == layer,
            links.c.ended_at.is_(None),
            links.c.state == LinkState.ACTIVE.value,
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _signals_of(connection: Connection, mention_ids: Collection[str]) -> set[str]:
    found: set[str] = set()
    for chunk in chunks(set(mention_ids)):
        found |= set(
            connection.scalars(select(links.c.signal_id).where(links.c.mention_id.in_(chunk)))
        )
    return found


def _open_candidate(connection: Connection, candidate_id: str, region: str) -> Row[Any]:
    row = connection.execute(
        select(candidates).where(
            and_(
                candidates.c.id == candidate_id,
                candidates.c.region == region,
                candidates.c.decided_at.is_(None),
            )
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _decide(connection: Connection, candidate_ids: Collection[str], decision: str, by: str) -> None:
    for chunk in chunks(candidate_ids):
        connection.execute(
            update(candidates)
            .where(candidates.c.id.in_(chunk))
            .values(decided_at=now(), decided_by=by, decision=decision)
        )
