"""A plan and a verdict become rows: persons, links, scores, candidates, keys, households."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from services.signals.intake.reading import chunks
from services.signals.linking.asking import Verdict
from services.signals.linking.finding import replace_keys
from services.signals.linking.layers import SEALED
from services.signals.linking.links import (
    NewLink,
    add_link,
    add_person,
    close_links,
    now,
)
from services.signals.linking.matching import Placement
from services.signals.linking.parting import part
from services.signals.linking.planning import LayerPlan, Plan
from services.signals.linking.settling import settle_signals
from services.signals.linking.states import Band, EndReason
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
    """Writes the plan, layer by layer. Mentions that are linked in a layer keep their person there
    while its context permits them. Without any context each is sealed, a cluster of its own."""
    reason = EndReason.WITHDRAWN if plan.record.withdrawn else EndReason.SUPERSEDED
    close_links(connection, [row.id for row in plan.superseded], reason)
    _drop_candidates(connection, [row.mention_id for row in plan.superseded])
    made_entry, denied_entry = ids.new_id(), ids.new_id()
    made: set[str] = set()
    denied = _leave(connection, plan, verdict)
    for context in verdict.contexts:
        layer = plan.layers[context]
        for placement in layer.placements.values():
            made.add(_link(connection, plan, layer, verdict, placement, weights, made_entry))
    if verdict.contexts:
        close_links(connection, [row.id for row in plan.sealed.values()], EndReason.DECIDED_ANEW)
    else:
        denied |= _seal(connection, plan, verdict, weights)
    keys = {m: plan.keys[m] if verdict.contexts else frozenset() for m in plan.keys}
    replace_keys(connection, {**{row.mention_id: () for row in plan.superseded}, **keys})
    _keep_parted(connection, plan)
    # Always: a correction may change ties, or the compartment, and no mention.
    homes = settle_signals(connection, [plan.record.id])
    fresh = bool(made or denied)
    return Written(
        household_ids=tuple(homes),
        made_entry_id=made_entry if made else "",
        made_persons=tuple(sorted(made)),
        denied_entry_id=denied_entry if fresh and verdict.denied else "",
        denied_persons=tuple(sorted(made | denied)),
        review=_has_open_candidates(connection, [mention.id for mention in plan.mentions]),
    )


def _leave(connection: Connection, plan: Plan, verdict: Verdict) -> set[str]:
    """Ends links in layers that are not permitted (any more), as if the mention had never joined
    there. Whose links they were."""
    gone = [
        row
        for layer, planned in plan.layers.items()
        if layer not in verdict.contexts
        for row in planned.held.values()
    ]
    close_links(connection, [row.id for row in gone], EndReason.DECIDED_ANEW)
    for layer in sorted({row.layer for row in gone}):
        left = [row.mention_id for row in gone if row.layer == layer]
        _drop_candidates(connection, left, layer)
    return {row.person_id for row in gone}


def _link(
    connection: Connection,
    plan: Plan,
    layer: LayerPlan,
    verdict: Verdict,
    placement: Placement,
    weights: Weights,
    entry_id: str,
) -> str:
    mention = placement.mention_id
    person = placement.person_id or layer.own_person.get(mention)
    if person is None:
        person = add_person(
            connection, plan.record.region, layer.layer, mention in plan.placeholders
        )
    sealed = plan.sealed.get(mention)
    add_link(
        connection,
        NewLink(
            mention_id=mention,
            signal_id=plan.record.id,
            person_id=person,
            region=plan.record.region,
            layer=layer.layer,
            band=placement.band,
            score=placement.score,
            fields=placement.fields,
            ground=verdict.ground,
            decision_id=verdict.decision_id,
            explanation=placement.explanation,
            weights_version=weights.version,
            entry_id=entry_id,
            previous_link_id=sealed.id if sealed is not None else layer.replaces.get(mention),
        ),
    )
    _propose(connection, plan, layer.layer, placement, weights)
    return person


def _seal(connection: Connection, plan: Plan, verdict: Verdict, weights: Weights) -> set[str]:
    """Each mention that is not sealed yet becomes a cluster of its own that joins nothing."""
    sealed = set()
    for mention in plan.mentions:
        if mention.id in plan.sealed:
            continue
        person = add_person(connection, plan.record.region, SEALED, mention.id in plan.placeholders)
        add_link(
            connection,
            NewLink(
                mention_id=mention.id,
                signal_id=plan.record.id,
                person_id=person,
                region=plan.record.region,
                layer=SEALED,
                band=Band.NEW,
                score=0.0,
                fields=(),
                ground="",
                decision_id=verdict.decision_id,
                explanation=("sealed",),
                weights_version=weights.version,
            ),
        )
        sealed.add(person)
    return sealed


def _propose(
    connection: Connection, plan: Plan, layer: str, placement: Placement, weights: Weights
) -> None:
    rows = [
        {
            "id": ids.new_id(),
            "mention_id": placement.mention_id,
            "person_id": judgement.person_id,
            "region": plan.record.region,
            "layer": layer,
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


def _drop_candidates(
    connection: Connection, mention_ids: Sequence[str], layer: str | None = None
) -> None:
    """Closes what waited for a human about these mentions, in one layer or in all."""
    for chunk in chunks(set(mention_ids)):
        query = update(candidates).where(
            candidates.c.mention_id.in_(chunk), candidates.c.decided_at.is_(None)
        )
        if layer is not None:
            query = query.where(candidates.c.layer == layer)
        connection.execute(
            query.values(decided_at=now(), decided_by="bundel", decision="superseded")
        )


def _has_open_candidates(connection: Connection, mention_ids: Sequence[str]) -> bool:
    return any(
        connection.execute(
            select(candidates.c.id)
            .join(links, links.c.mention_id == candidates.c.mention_id)
            .where(
                candidates.c.mention_id.in_(chunk),
                candidates.c.decided_at.is_(None),
                links.c.layer == candidates.c.layer,
                links.c.ended_at.is_(None),
            )
            .limit(1)
        ).first()
        for chunk in chunks(list(mention_ids))
    )
