"""Plans and verdicts become rows: persons, links, scores, candidates, keys, households.

All of a batch goes table by table: ended rows first, then new ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, select, update

from services.signals.intake.reading import chunks
from services.signals.linking.asking import Verdict
from services.signals.linking.finding import replace_keys
from services.signals.linking.layers import SEALED
from services.signals.linking.links import NewLink, close_links, now
from services.signals.linking.links import rows_of as rows_of_link
from services.signals.linking.matching import Placement
from services.signals.linking.parting import part
from services.signals.linking.planning import LayerPlan, Plan
from services.signals.linking.states import Band, EndReason
from services.signals.linking.surroundings import Held
from services.signals.linking.tables import candidates, link_scores, links, persons
from services.signals.linking.weights import Weights
from shared import ids

_SHOWN_TO_THE_DESK = 3
_AGAIN = "candidates again"  # rows of which some may stand already


@dataclass(frozen=True)
class Written:
    """What changed for one signal. No entry id = nothing of that kind happened, so nothing is told
    twice."""

    made_entry_id: str
    made_persons: tuple[str, ...]
    denied_entry_id: str
    denied_persons: tuple[str, ...]


def write_plans(
    connection: Connection, decided: Sequence[tuple[Plan, Verdict]], weights: Weights
) -> list[Written]:
    """Writes plans that were made one upon the other, layer by layer. Mentions that are linked in
    a layer keep their person there while its context permits them. Without any context each is
    sealed, a cluster of its own."""
    batch = _Batch(weights)
    written = [batch.take(plan, verdict) for plan, verdict in decided]
    batch.write(connection)
    return written


def with_open_candidates(connection: Connection, mention_ids: Iterable[str]) -> set[str]:
    """Which of these mentions wait for a human to say who they are."""
    found: set[str] = set()
    for chunk in chunks(set(mention_ids)):
        found |= set(
            connection.scalars(
                select(candidates.c.mention_id)
                .join(links, links.c.mention_id == candidates.c.mention_id)
                .where(
                    candidates.c.mention_id.in_(chunk),
                    candidates.c.decided_at.is_(None),
                    links.c.layer == candidates.c.layer,
                    links.c.ended_at.is_(None),
                )
                .distinct()
            )
        )
    return found


@dataclass
class _Batch:
    """Rows to be ended and rows to be added."""

    weights: Weights
    _ended: dict[EndReason, list[str]] = field(default_factory=lambda: defaultdict(list))
    _dropped: dict[str | None, set[str]] = field(default_factory=lambda: defaultdict(set))
    _rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    _keys: dict[str, Collection[Any]] = field(default_factory=dict)
    _unnamed: set[str] = field(default_factory=set)
    _parted: list[tuple[str, str]] = field(default_factory=list)

    def take(self, plan: Plan, verdict: Verdict) -> Written:
        """Adds what one plan writes."""
        reason = EndReason.WITHDRAWN if plan.record.withdrawn else EndReason.SUPERSEDED
        self._end(plan.superseded, reason)
        self._dropped[None] |= {held.mention_id for held in plan.superseded}
        made_entry, denied_entry = ids.new_id(), ids.new_id()
        made: set[str] = set()
        denied = self._leave(plan, verdict)
        for context in verdict.contexts:
            layer = plan.layers[context]
            self._end(layer.moved, EndReason.DECIDED_ANEW)
            self._dropped[context] |= {held.mention_id for held in layer.moved}
            for placement in layer.placements.values():
                made.add(self._link(plan, layer, verdict, placement, made_entry))
            for placement in layer.doubted:
                self._propose(_AGAIN, plan, context, placement)
        if verdict.contexts:
            self._end(plan.sealed.values(), EndReason.DECIDED_ANEW)
        else:
            denied |= self._seal(plan, verdict)
        self._rename(plan, verdict)
        self._keep_parted(plan)
        fresh = bool(made or denied)
        return Written(
            made_entry_id=made_entry if made else "",
            made_persons=tuple(sorted(made)),
            denied_entry_id=denied_entry if fresh and verdict.denied else "",
            denied_persons=tuple(sorted(made | denied)),
        )

    def write(self, connection: Connection) -> None:
        """Writes everything that was taken."""
        for reason, link_ids in self._ended.items():
            close_links(connection, link_ids, reason)
        for layer, mention_ids in self._dropped.items():
            _drop_candidates(connection, mention_ids, layer)
        self._rows[candidates.name] += _not_yet_proposed(connection, self._rows[_AGAIN])
        for table in (persons, links, link_scores, candidates):
            if self._rows[table.name]:
                connection.execute(table.insert(), self._rows[table.name])
        replace_keys(connection, self._keys, self._unnamed)
        for one, other in self._parted:
            part(connection, [one], [other], "bundel", "corrected")

    def _end(self, held: Iterable[Held], reason: EndReason) -> None:
        self._ended[reason] += [one.id for one in held]

    def _add(self, table: Table, row: dict[str, Any]) -> None:
        self._rows[table.name].append(row)

    def _leave(self, plan: Plan, verdict: Verdict) -> set[str]:
        """Ends links in layers that are not permitted (any more), as if the mention had never
        joined there. Whose links they were."""
        left = set()
        for name, layer in plan.layers.items():
            if name not in verdict.contexts and layer.held:
                self._end(layer.held.values(), EndReason.DECIDED_ANEW)
                self._dropped[name] |= set(layer.held)
                left |= {held.person_id for held in layer.held.values()}
        return left

    def _link(
        self, plan: Plan, layer: LayerPlan, verdict: Verdict, placement: Placement, entry_id: str
    ) -> str:
        mention = placement.mention_id
        person = layer.person_of[mention]
        if person in layer.made:
            self._add_person(plan, person, layer.layer, mention)
        sealed = plan.sealed.get(mention)
        self._add_link(
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
                weights_version=self.weights.version,
                entry_id=entry_id,
                previous_link_id=sealed.id if sealed is not None else layer.replaces.get(mention),
            )
        )
        self._propose(candidates.name, plan, layer.layer, placement)
        return person

    def _propose(self, where: str, plan: Plan, layer: str, placement: Placement) -> None:
        self._rows[where] += [
            {
                "id": ids.new_id(),
                "mention_id": placement.mention_id,
                "person_id": judgement.person_id,
                "region": plan.record.region,
                "layer": layer,
                "score_bits": judgement.score,
                "scores": [[s.field, s.bits, s.reason] for s in judgement.fields],
                "reasons": list(judgement.doubts),
                "weights_version": self.weights.version,
                "made_at": now(),
            }
            for judgement in placement.maybe[:_SHOWN_TO_THE_DESK]
        ]

    def _seal(self, plan: Plan, verdict: Verdict) -> set[str]:
        """Each mention that is not sealed yet becomes a cluster of its own that joins nothing."""
        sealed = set()
        for mention in plan.mentions:
            if mention.id in plan.sealed:
                continue
            person = ids.new_id()
            self._add_person(plan, person, SEALED, mention.id)
            self._add_link(
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
                    weights_version=self.weights.version,
                )
            )
            sealed.add(person)
        return sealed

    def _add_person(self, plan: Plan, person: str, layer: str, mention: str) -> None:
        self._add(
            persons,
            {
                "id": person,
                "region": plan.record.region,
                "layer": layer,
                "created_at": now(),
                "placeholder": mention in plan.placeholders,
            },
        )

    def _add_link(self, new: NewLink) -> None:
        link, scores = rows_of_link(new)
        self._add(links, link)
        self._rows[link_scores.name] += scores

    def _rename(self, plan: Plan, verdict: Verdict) -> None:
        """Match keys as they follow from what the mentions say now; sealed ones have none."""
        if plan.linked_before:
            self._unnamed |= {held.mention_id for held in plan.superseded} | set(plan.keys)
        if verdict.contexts:
            self._keys.update(plan.keys)

    def _keep_parted(self, plan: Plan) -> None:
        """What a human said of a mention holds for the mention that corrects it."""
        current = {mention.id for mention in plan.mentions}
        for pair in sorted(plan.parted_anew, key=sorted):
            if len(pair) == 2 and pair & current:
                one, other = sorted(pair)
                self._parted.append((one, other))


def _not_yet_proposed(
    connection: Connection, rows: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    standing: set[tuple[str, str]] = set()
    for chunk in chunks({row["mention_id"] for row in rows}):
        query = select(candidates.c.mention_id, candidates.c.person_id).where(
            candidates.c.mention_id.in_(chunk), candidates.c.decided_at.is_(None)
        )
        standing |= {(mention, person) for mention, person in connection.execute(query)}
    return [row for row in rows if (row["mention_id"], row["person_id"]) not in standing]


def _drop_candidates(
    connection: Connection, mention_ids: Collection[str], layer: str | None
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
