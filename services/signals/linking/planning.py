"""What linking one signal would do, worked out before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from services.signals.intake.reading import (
    current_versions,
    load_mentions,
    load_mentions_by_id,
    load_signals,
    open_mentions,
)
from services.signals.intake.records import MentionRecord, SignalRecord
from services.signals.linking.describing import describe
from services.signals.linking.description import Description
from services.signals.linking.finding import Found, open_persons, persons_by_keys
from services.signals.linking.keys import Keyer, MatchKey, match_keys
from services.signals.linking.layers import ASKED_CONTEXTS, SEALED
from services.signals.linking.matching import Arriving, Known, Placement, place
from services.signals.linking.parting import parted_pairs
from services.signals.linking.tables import links
from services.signals.linking.weights import Weights
from services.signals.protection.vault import Vault


@dataclass(frozen=True)
class LayerPlan:
    """What would be done in one layer, worked out from what lies in that layer alone.

    `placements` for mentions without a link there, should its context permit.
    """

    layer: str
    held: Mapping[str, Row[Any]]  # links of current mentions that hold, by mention
    placements: Mapping[str, Placement]
    own_person: Mapping[str, str]  # mention → the person its uncorrected self alone made up
    replaces: Mapping[str, str]  # mention → the link of its uncorrected self
    known: Mapping[str, Known] = field(repr=False)


@dataclass(frozen=True)
class Plan:
    """`view` is what the plan rests on: when it differs at writing, the plan is made anew."""

    record: SignalRecord
    mentions: tuple[MentionRecord, ...]
    layers: Mapping[str, LayerPlan]
    sealed: Mapping[str, Row[Any]]  # sealed links of current mentions
    superseded: tuple[Row[Any], ...]  # links of mentions that a correction replaced, in any layer
    placeholders: frozenset[str]
    keys: Mapping[str, frozenset[MatchKey]] = field(repr=False)
    parted: frozenset[frozenset[str]]
    view: frozenset[tuple[str, ...]]


def make_plan(
    connection: Connection, vault: Vault, keyer: Keyer, weights: Weights, signal_id: str
) -> Plan | None:
    """The plan for a signal's current version; None for a signal that has none."""
    record = load_signals(connection, [signal_id]).get(signal_id)
    if record is None:
        return None
    mentions = tuple(load_mentions(connection, [signal_id])) if not record.withdrawn else ()
    contents = open_mentions(vault, mentions)
    described = {m.id: describe(m, contents[m.id]) for m in mentions}
    keys = {m: match_keys(d, record.region, keyer) for m, d in described.items()}
    holding = _holding(connection, signal_id)
    layers = [context.value for context in ASKED_CONTEXTS]
    previous = {
        layer: _previous(connection, mentions, [row for row in holding if row.layer == layer])
        for layer in layers
    }
    found = persons_by_keys(connection, keys, record.region, signal_id)
    gone = {row.mention_id for row in holding if row.mention_id not in described}
    wanted = {
        layer: {person for near in found.get(layer, {}).values() for person in near}
        | {row.person_id for row in previous[layer].values()}
        for layer in layers
    }
    opened = open_persons(connection, vault, set().union(*wanted.values()), gone)
    parted = _parted(connection, [m.id for m in mentions], previous.values())
    return Plan(
        record=record,
        mentions=mentions,
        layers={
            layer: _in_layer(
                layer,
                [row for row in holding if row.layer == layer],
                described,
                mentions,
                previous[layer],
                {known.person_id: known for known in opened if known.person_id in wanted[layer]},
                weights,
                parted,
            )
            for layer in layers
        },
        sealed={
            row.mention_id: row
            for row in holding
            if row.layer == SEALED and row.mention_id in described
        },
        superseded=tuple(row for row in holding if row.mention_id not in described),
        placeholders=frozenset(m for m, d in described.items() if d.placeholder),
        keys=keys,
        parted=parted,
        view=_view(connection, record.version, holding, found),
    )


def view_of(connection: Connection, plan: Plan) -> frozenset[tuple[str, ...]]:
    """The rows the plan rests on, as they are now: the signal's version, its links, and the links
    of everybody its mentions may be."""
    found = persons_by_keys(connection, plan.keys, plan.record.region, plan.record.id)
    version = current_versions(connection, [plan.record.id]).get(plan.record.id, 0)
    return _view(connection, version, _holding(connection, plan.record.id), found)


def _view(
    connection: Connection, version: int, holding: list[Row[Any]], found: Found
) -> frozenset[tuple[str, ...]]:
    people = sorted({p for near in found.values() for persons in near.values() for p in persons})
    rows = (
        connection.execute(
            select(links.c.id, links.c.person_id).where(
                links.c.person_id.in_(people), links.c.ended_at.is_(None)
            )
        ).all()
        if people
        else []
    )
    return frozenset(
        {("version", str(version))}
        | {("link", row.id) for row in holding}
        | {("candidate", row.id, row.person_id) for row in rows}
    )


def _in_layer(
    layer: str,
    holding: list[Row[Any]],
    described: Mapping[str, Description],
    mentions: tuple[MentionRecord, ...],
    previous: Mapping[str, Row[Any]],
    known: Mapping[str, Known],
    weights: Weights,
    parted: frozenset[frozenset[str]],
) -> LayerPlan:
    held = {row.mention_id: row for row in holding if row.mention_id in described}
    arriving = [
        Arriving(
            m.id,
            m.ref,
            described[m.id],
            previous[m.id].person_id if m.id in previous else None,
        )
        for m in mentions
        if m.id not in held
    ]
    taken = {row.person_id for row in held.values()}
    placed = place(arriving, list(known.values()), weights, parted, taken)
    return LayerPlan(
        layer=layer,
        held=held,
        placements={placement.mention_id: placement for placement in placed},
        own_person={
            mention: row.person_id
            for mention, row in previous.items()
            if row.person_id not in known
        },
        replaces={mention: row.id for mention, row in previous.items()},
        known=known,
    )


def _holding(connection: Connection, signal_id: str) -> list[Row[Any]]:
    return list(
        connection.execute(
            select(links)
            .where(links.c.signal_id == signal_id, links.c.ended_at.is_(None))
            .order_by(links.c.mention_id, links.c.layer)
        )
    )


def _previous(
    connection: Connection, mentions: tuple[MentionRecord, ...], holding: list[Row[Any]]
) -> dict[str, Row[Any]]:
    """Mention → the link of the mention it replaces: the one with the same ref in the signal."""
    current = {mention.id for mention in mentions}
    superseded = [row for row in holding if row.mention_id not in current]
    old = load_mentions_by_id(connection, [row.mention_id for row in superseded])
    by_ref = {old[row.mention_id].ref: row for row in superseded if row.mention_id in old}
    return {m.id: by_ref[m.ref] for m in mentions if m.ref in by_ref}


def _parted(
    connection: Connection,
    mention_ids: list[str],
    previous: Iterable[Mapping[str, Row[Any]]],
) -> frozenset[frozenset[str]]:
    """Pairs a human parted; what was said of the uncorrected mention holds for the corrected."""
    replaced = {row.mention_id: mention for rows in previous for mention, row in rows.items()}
    pairs = parted_pairs(connection, [*mention_ids, *replaced])
    return frozenset(frozenset(replaced.get(m, m) for m in pair) for pair in pairs)
