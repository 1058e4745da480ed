"""The ledger of links: versions that hold or have ended. Nothing is overwritten, all is reversible.

Every function works in the caller's transaction and settles ties and households before it returns.
Raises NotFound for what does not hold (any more), Conflict for what would join two BSNs or a pair
that a human parted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from services.signals.intake.reading import chunks
from services.signals.linking.compare import FieldScore
from services.signals.linking.settling import settle_signals
from services.signals.linking.states import Band, EndReason, LinkState
from services.signals.linking.tables import (
    candidates,
    cannot_links,
    link_scores,
    links,
    match_keys,
    merge_moves,
    merges,
    persons,
)
from shared import clock, ids
from shared.problems import Conflict, NotFound


@dataclass(frozen=True)
class NewLink:
    """A link to be written. `contexts`: the legal contexts that permit it; none = sealed."""

    mention_id: str
    signal_id: str
    person_id: str
    region: str
    band: Band
    score: float
    fields: tuple[FieldScore, ...]
    contexts: tuple[str, ...]
    ground: str
    decision_id: str
    explanation: tuple[str, ...]
    weights_version: str
    entry_id: str | None = None
    previous_link_id: str | None = None
    confirmed_by: str | None = field(default=None)

    @property
    def state(self) -> LinkState:
        return LinkState.AWAITING_RECEIPT if self.contexts else LinkState.SEALED


def add_person(connection: Connection, region: str, placeholder: bool) -> str:
    """A person of its own; its id says nothing."""
    person_id = ids.new_id()
    connection.execute(
        persons.insert().values(
            id=person_id, region=region, created_at=_now(), placeholder=placeholder
        )
    )
    return person_id


def add_link(connection: Connection, new: NewLink) -> str:
    """Writes a link and its score per field. IntegrityError when the mention has one that holds."""
    link_id = ids.new_id()
    connection.execute(
        links.insert().values(
            id=link_id,
            mention_id=new.mention_id,
            signal_id=new.signal_id,
            person_id=new.person_id,
            region=new.region,
            state=new.state.value,
            band=new.band.value,
            score_bits=new.score,
            contexts=list(new.contexts),
            ground=new.ground,
            decision_id=new.decision_id,
            entry_id=new.entry_id,
            explanation=list(new.explanation),
            weights_version=new.weights_version,
            confirmed_by=new.confirmed_by,
            confirmed_at=_now() if new.confirmed_by else None,
            made_at=_now(),
            previous_link_id=new.previous_link_id,
        )
    )
    if new.fields:
        connection.execute(
            link_scores.insert(),
            [
                {"link_id": link_id, "field": s.field, "bits": s.bits, "reason": s.reason}
                for s in new.fields
            ],
        )
    return link_id


def holding(connection: Connection, link_id: str) -> Row[Any]:
    """The row of a link that holds. Raises NotFound."""
    row = connection.execute(
        select(links).where(links.c.id == link_id, links.c.ended_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def next_version(
    connection: Connection, row: Row[Any], reason: EndReason, **changes: object
) -> str:
    """Ends the link and adds its next version with `changes`; scores go along. The new id."""
    close_links(connection, [row.id], reason)
    link_id = ids.new_id()
    values = {**row._mapping, **changes}
    values.update(id=link_id, made_at=_now(), ended_at=None, end_reason=None)
    values["previous_link_id"] = row.id
    connection.execute(links.insert().values(**values))
    scores = select(
        func.coalesce(link_id).label("link_id"),
        link_scores.c.field,
        link_scores.c.bits,
        link_scores.c.reason,
    ).where(link_scores.c.link_id == row.id)
    connection.execute(
        insert(link_scores).from_select(["link_id", "field", "bits", "reason"], scores)
    )
    return link_id


def close_links(connection: Connection, link_ids: Collection[str], reason: EndReason) -> None:
    """Ends links without settling: for callers that settle themselves."""
    for chunk in chunks(link_ids):
        connection.execute(
            update(links)
            .where(links.c.id.in_(chunk), links.c.ended_at.is_(None))
            .values(ended_at=_now(), end_reason=reason.value)
        )


def confirm_link(connection: Connection, link_id: str, by: str) -> str:
    """A human says the link is right (I10, WGS art. 1.9.2): the id of its next version.

    A link without its receipt yet, or a sealed one, is not there for the desk: NotFound.
    """
    row = holding(connection, link_id)
    if row.state != LinkState.ACTIVE.value:
        raise NotFound
    if row.confirmed_by is not None:
        return str(row.id)
    return next_version(connection, row, EndReason.CONFIRMED, confirmed_by=by, confirmed_at=_now())


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
        _demand_person(connection, person_id, row.region)
        _demand_joinable(connection, [row.mention_id], mentions_of(connection, person_id))
    left = [m for m in mentions_of(connection, row.person_id) if m != row.mention_id]
    part(connection, [row.mention_id], left, by, "moved")
    target = person_id or add_person(connection, row.region, placeholder=False)
    moved = next_version(
        connection,
        row,
        EndReason.MOVED,
        person_id=target,
        band=Band.MANUAL.value,
        confirmed_by=by,
        confirmed_at=_now(),
    )
    settle_signals(connection, [row.signal_id])
    return moved


def merge_persons(connection: Connection, survivor: str, absorbed: str, by: str) -> str:
    """All mentions of `absorbed` become mentions of `survivor`. The id of the merge, to undo it."""
    region = connection.scalar(select(persons.c.region).where(persons.c.id == survivor))
    if region is None or survivor == absorbed:
        raise NotFound
    _demand_person(connection, survivor, region)
    _demand_person(connection, absorbed, region)
    rows = _links_of(connection, absorbed)
    moving = [row.mention_id for row in rows]
    _demand_joinable(connection, moving, mentions_of(connection, survivor))
    merge_id = ids.new_id()
    connection.execute(
        merges.insert().values(
            id=merge_id, survivor=survivor, absorbed=absorbed, made_at=_now(), made_by=by
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
    """Undoes a merge: what it moved and still lies with the survivor goes back (I6).

    `for_good` also parts the two, so that no machine proposes the pair again. A later merge of the
    survivor must be undone first: Conflict.
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
    rows = [row for row in _links_of(connection, merge.survivor) if row.mention_id in moved]
    for row in rows:
        next_version(connection, row, EndReason.UNMERGED, person_id=merge.absorbed)
    connection.execute(
        update(merges).where(merges.c.id == merge_id).values(undone_at=_now(), undone_by=by)
    )
    if for_good:
        stayed = mentions_of(connection, merge.survivor)
        part(connection, [row.mention_id for row in rows], stayed, by, "unmerged")
    settle_signals(connection, {row.signal_id for row in rows})


def confirm_candidate(connection: Connection, candidate_id: str, region: str, by: str) -> str:
    """A human says the mention is that person: their persons become one. The id of the merge."""
    candidate = _open_candidate(connection, candidate_id, region)
    link = connection.execute(
        select(links).where(links.c.mention_id == candidate.mention_id, links.c.ended_at.is_(None))
    ).one_or_none()
    if link is None or link.state != LinkState.ACTIVE.value:
        raise NotFound
    _decide(connection, [candidate_id], "confirmed", by)
    merge_id = merge_persons(connection, candidate.person_id, link.person_id, by)
    current = connection.execute(
        select(links).where(links.c.mention_id == candidate.mention_id, links.c.ended_at.is_(None))
    ).one()
    next_version(
        connection,
        current,
        EndReason.CONFIRMED,
        band=Band.MANUAL.value,
        confirmed_by=by,
        confirmed_at=_now(),
    )
    return merge_id


def refuse_candidate(connection: Connection, candidate_id: str, region: str, by: str) -> None:
    """A human says it is somebody else: the pair is parted for ever."""
    candidate = _open_candidate(connection, candidate_id, region)
    others = mentions_of(connection, candidate.person_id)
    part(connection, [candidate.mention_id], others, by, "refused")
    _decide(connection, [candidate_id], "refused", by)
    # Partners who might have been one human now count as two.
    settle_signals(connection, _signals_of(connection, [candidate.mention_id, *others]))


def part(
    connection: Connection, one: Iterable[str], other: Iterable[str], by: str, reason: str
) -> None:
    """Keeps for ever that these mentions are two people. Known pairs are left as they are."""
    pairs = {(min(a, b), max(a, b)) for a in one for b in other if a != b}
    known = parted_pairs(connection, {m for pair in pairs for m in pair})
    rows = [
        {"mention_a": a, "mention_b": b, "made_at": _now(), "made_by": by, "reason": reason}
        for a, b in sorted(pairs)
        if frozenset((a, b)) not in known
    ]
    if rows:
        connection.execute(cannot_links.insert(), rows)


def parted_pairs(connection: Connection, mention_ids: Iterable[str]) -> set[frozenset[str]]:
    """All pairs a human parted in which one of these mentions occurs."""
    found: set[frozenset[str]] = set()
    for chunk in chunks(set(mention_ids)):
        rows = connection.execute(
            select(cannot_links.c.mention_a, cannot_links.c.mention_b).where(
                or_(cannot_links.c.mention_a.in_(chunk), cannot_links.c.mention_b.in_(chunk))
            )
        )
        found |= {frozenset((row.mention_a, row.mention_b)) for row in rows}
    return found


def mentions_of(connection: Connection, person_id: str) -> list[str]:
    return [row.mention_id for row in _links_of(connection, person_id)]


def demand_one_bsn(connection: Connection, mention_ids: Collection[str]) -> None:
    """Raises Conflict when these mentions hold two different valid, undisputed BSNs."""
    values: dict[int, set[str]] = {}
    for chunk in chunks(set(mention_ids)):
        for row in connection.execute(
            select(match_keys.c.generation, match_keys.c.value).where(
                match_keys.c.mention_id.in_(chunk), match_keys.c.kind == "bsn"
            )
        ):
            values.setdefault(row.generation, set()).add(row.value)
    if any(len(found) > 1 for found in values.values()):
        raise Conflict("Two different BSNs are never one person. Mark the wrong one as disputed.")


def _demand_joinable(connection: Connection, one: list[str], other: list[str]) -> None:
    demand_one_bsn(connection, [*one, *other])
    parted = parted_pairs(connection, one)
    if any(frozenset((a, b)) in parted for a in one for b in other):
        raise Conflict("These mentions were said to be two people. That stays.")


def _demand_person(connection: Connection, person_id: str, region: str) -> None:
    found = connection.execute(
        select(persons.c.id).where(
            persons.c.id == person_id,
            persons.c.region == region,
            persons.c.replaced_by.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise NotFound


def _links_of(connection: Connection, person_id: str) -> list[Row[Any]]:
    return list(
        connection.execute(
            select(links)
            .where(links.c.person_id == person_id, links.c.ended_at.is_(None))
            .order_by(links.c.mention_id)
        )
    )


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
            .values(decided_at=_now(), decided_by=by, decision=decision)
        )


def _now() -> str:
    return clock.timestamp(clock.now())
