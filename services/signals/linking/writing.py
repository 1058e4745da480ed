"""A plan and a verdict become rows: persons, links, scores, candidates, keys, households."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from services.signals.intake.reading import chunks
from services.signals.linking.asking import Verdict
from services.signals.linking.finding import replace_keys
from services.signals.linking.links import (
    NewLink,
    add_link,
    add_person,
    close_links,
    next_version,
    now,
)
from services.signals.linking.matching import Placement
from services.signals.linking.parting import part
from services.signals.linking.planning import Plan
from services.signals.linking.reading import households_of_signals
from services.signals.linking.settling import settle_signals
from services.signals.linking.states import Band, EndReason, LinkState
from services.signals.linking.tables import candidates, links
from services.signals.linking.weights import Weights
from shared import ids

_SHOWN_TO_THE_DESK = 3


@dataclass(frozen=True)
class Written:
    """What changed. No entry id = nothing of that kind happened, so nothing is told twice."""

    household_ids: tuple[str, ...]
    made_entry_id: str
    made_persons: tuple[str, ...]
    denied_entry_id: str
    denied_persons: tuple[str, ...]
    review: bool


def write_links(connection: Connection, plan: Plan, verdict: Verdict, weights: Weights) -> Written:
    """Writes the plan. Mentions that are linked already keep their person; only the contexts that
    permit them may change. Without a context each mention is sealed, a cluster of its own."""
    reason = EndReason.WITHDRAWN if plan.record.withdrawn else EndReason.SUPERSEDED
    close_links(connection, [row.id for row in plan.superseded], reason)
    _drop_candidates(connection, [row.mention_id for row in plan.superseded])
    made_entry, denied_entry = ids.new_id(), ids.new_id()
    made: set[str] = set()
    denied: set[str] = set()
    for mention, row in plan.held.items():
        changed = _ask_outcome(connection, row, verdict, mention in plan.placements, made_entry)
        if changed is not None:
            (made if verdict.contexts else denied).add(changed)
    for mention, placement in plan.placements.items():
        sealed = plan.held.get(mention)
        if sealed is not None and not verdict.contexts:
            continue
        person = _link(connection, plan, verdict, placement, weights, made_entry, sealed)
        (made if verdict.contexts else denied).add(person)
    keys = {m: plan.keys[m] if verdict.contexts else frozenset() for m in plan.keys}
    replace_keys(connection, {**{row.mention_id: () for row in plan.superseded}, **keys})
    _keep_parted(connection, plan)
    if made or denied or plan.superseded:
        homes = settle_signals(connection, [plan.record.id])
    else:
        homes = households_of_signals(connection, [plan.record.id])[plan.record.id]
    review = bool(verdict.contexts) and any(p.maybe for p in plan.placements.values())
    fresh = bool(made or denied)
    return Written(
        household_ids=tuple(homes),
        made_entry_id=made_entry if made else "",
        made_persons=tuple(sorted(made)),
        denied_entry_id=denied_entry if fresh and verdict.denied else "",
        denied_persons=tuple(sorted(made | denied)),
        review=review or _has_open_candidates(connection, list(plan.held)),
    )


def _ask_outcome(
    connection: Connection, row: Row[Any], verdict: Verdict, sealed: bool, entry_id: str
) -> str | None:
    """The next version of a link whose contexts changed; its person, or None when none did."""
    if sealed or set(row.contexts) == set(verdict.contexts):
        return None
    if not verdict.contexts:
        # The ground is gone: the mention leaves its cluster, as if it had never joined.
        person = add_person(connection, row.region, placeholder=False)
        next_version(
            connection,
            row,
            EndReason.DECIDED_ANEW,
            state=LinkState.SEALED.value,
            contexts=[],
            person_id=person,
            ground="",
            decision_id=verdict.decision_id,
            entry_id=None,
            confirmed_by=None,
            confirmed_at=None,
        )
        _drop_candidates(connection, [row.mention_id])
        return person
    wider = set(verdict.contexts) - set(row.contexts)
    waits = wider or row.state == LinkState.AWAITING_RECEIPT.value
    next_version(
        connection,
        row,
        EndReason.DECIDED_ANEW,
        # A context more is visible only after its own receipt (I1).
        state=(LinkState.AWAITING_RECEIPT if waits else LinkState.ACTIVE).value,
        contexts=list(verdict.contexts),
        ground=verdict.ground,
        decision_id=verdict.decision_id,
        entry_id=entry_id,
    )
    return str(row.person_id)


def _link(
    connection: Connection,
    plan: Plan,
    verdict: Verdict,
    placement: Placement,
    weights: Weights,
    entry_id: str,
    sealed: Row[Any] | None,
) -> str:
    mention = placement.mention_id
    permitted = bool(verdict.contexts)
    person = placement.person_id if permitted else None
    if person is None and sealed is not None:
        person = sealed.person_id
    if person is None and permitted:
        person = plan.own_person.get(mention)
    if person is None:
        person = add_person(connection, plan.record.region, mention in plan.placeholders)
    if sealed is not None:
        close_links(connection, [sealed.id], EndReason.DECIDED_ANEW)
    add_link(
        connection,
        NewLink(
            mention_id=mention,
            signal_id=plan.record.id,
            person_id=person,
            region=plan.record.region,
            band=placement.band if permitted else Band.NEW,
            score=placement.score if permitted else 0.0,
            fields=placement.fields if permitted else (),
            contexts=verdict.contexts,
            ground=verdict.ground,
            decision_id=verdict.decision_id,
            explanation=placement.explanation if permitted else ("sealed",),
            weights_version=weights.version,
            entry_id=entry_id if permitted else None,
            previous_link_id=sealed.id if sealed is not None else plan.replaces.get(mention),
        ),
    )
    if permitted:
        _propose(connection, plan, placement, weights)
    return person


def _propose(connection: Connection, plan: Plan, placement: Placement, weights: Weights) -> None:
    rows = [
        {
            "id": ids.new_id(),
            "mention_id": placement.mention_id,
            "person_id": judgement.person_id,
            "region": plan.record.region,
            "score_bits": judgement.score,
            "scores": [[s.field, s.bits, s.reason] for s in judgement.fields],
            "reasons": list(judgement.doubts),
            "weights_version": weights.version,
            "made_at": now(),
        }
        for judgement in placement.maybe[:_SHOWN_TO_THE_DESK]
    ]
    if rows:
        connection.execute(candidates.insert(), rows)


def _keep_parted(connection: Connection, plan: Plan) -> None:
    """What a human said of a mention holds for the mention that corrects it."""
    current = {mention.id for mention in plan.mentions}
    for pair in sorted(plan.parted, key=sorted):
        if len(pair) == 2 and pair & current:
            one, other = sorted(pair)
            part(connection, [one], [other], "bundel", "corrected")


def _drop_candidates(connection: Connection, mention_ids: Sequence[str]) -> None:
    for chunk in chunks(list(mention_ids)):
        connection.execute(
            update(candidates)
            .where(candidates.c.mention_id.in_(chunk), candidates.c.decided_at.is_(None))
            .values(decided_at=now(), decided_by="bundel", decision="superseded")
        )


def _has_open_candidates(connection: Connection, mention_ids: Sequence[str]) -> bool:
    return any(
        connection.execute(
            select(candidates.c.id)
            .join(links, links.c.mention_id == candidates.c.mention_id)
            .where(
                candidates.c.mention_id.in_(chunk),
                candidates.c.decided_at.is_(None),
                links.c.ended_at.is_(None),
            )
            .limit(1)
        ).first()
        for chunk in chunks(list(mention_ids))
    )
