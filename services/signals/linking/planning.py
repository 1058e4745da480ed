"""What linking signals would do, worked out before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from services.signals.intake.records import MentionRecord, SignalRecord
from services.signals.linking.image import Image
from services.signals.linking.keys import MatchKey
from services.signals.linking.layers import ASKED_CONTEXTS, SEALED
from services.signals.linking.matching import Arriving, Known, Placement, place
from services.signals.linking.states import Band, LinkState
from services.signals.linking.surroundings import Arrival, Held, Surroundings
from services.signals.linking.weights import Weights
from shared import ids

Expected = Mapping[str, Collection[str]]  # signal → contexts that permit its links


@dataclass(frozen=True)
class LayerPlan:
    """What would be done in one layer, worked out from what lies in that layer alone.

    `placements` for mentions that get a link there, should its context permit; `person_of` says
    whom each mention is linked to then, `made` which of these persons are new. `doubted`: linked
    mentions of a closed signal that may be somebody who was named openly since.
    """

    layer: str
    held: Mapping[str, Held]  # links of current mentions that hold, by mention
    placements: Mapping[str, Placement]
    doubted: tuple[Placement, ...]
    person_of: Mapping[str, str]
    made: frozenset[str]
    replaces: Mapping[str, str]  # mention → the link that its new one follows
    moved: tuple[Held, ...]  # links of a closed signal that end because the open ones changed
    clusters: Mapping[str, frozenset[str]]  # mention → mentions of the person it is linked to


@dataclass(frozen=True)
class Plan:
    """One signal. `parted_anew`: pairs a human parted, with a corrected mention in place of the
    one of which it was said."""

    record: SignalRecord
    mentions: tuple[MentionRecord, ...]
    layers: Mapping[str, LayerPlan]
    linked_before: bool
    sealed: Mapping[str, Held]  # sealed links of current mentions
    superseded: tuple[Held, ...]  # links of mentions that a correction replaced, in any layer
    placeholders: frozenset[str]
    keys: Mapping[str, frozenset[MatchKey]] = field(repr=False)
    parted_anew: frozenset[frozenset[str]]


@dataclass(frozen=True)
class Planned:
    """All signals of a batch; `again`: closed signals that what is planned here may concern."""

    plans: tuple[Plan, ...]
    again: frozenset[str]


def plan_all(around: Surroundings, expected: Expected, weights: Weights) -> Planned:
    """A plan for each arrival, in order, each as it would be after those before it were linked in
    the contexts that are expected to permit it."""
    image = Image(around)
    plans = []
    again: set[str] = set()
    for signal, arrival in around.arrivals.items():
        plan = make_plan(image, arrival, weights)
        again |= _carry_out(image, arrival, plan, expected[signal])
        plans.append(plan)
    return Planned(tuple(plans), frozenset(again))


def make_plan(image: Image, arrival: Arrival, weights: Weights) -> Plan:
    """The plan for one signal as things stand in `image`, which stays as it is."""
    described = arrival.described
    near = {m: image.near(arrival, m) for m in described}
    parted = _parted(image, arrival)
    return Plan(
        record=arrival.record,
        mentions=arrival.mentions,
        layers={
            context.value: _in_layer(image, arrival, context.value, near, weights, parted)
            for context in ASKED_CONTEXTS
        },
        linked_before=bool(arrival.holding),
        sealed={
            held.mention_id: held
            for held in arrival.holding
            if held.layer == SEALED and held.mention_id in described
        },
        superseded=tuple(h for h in arrival.holding if h.mention_id not in described),
        placeholders=frozenset(m for m, d in described.items() if d.placeholder),
        keys=arrival.keys,
        parted_anew=parted - image.parted,
    )


def _in_layer(
    image: Image,
    arrival: Arrival,
    layer: str,
    near: Mapping[str, Mapping[str, list[str]]],
    weights: Weights,
    parted: frozenset[frozenset[str]],
) -> LayerPlan:
    holding = {held.mention_id: held for held in arrival.holding if held.layer == layer}
    held = {m: holding[m] for m in arrival.described if m in holding}
    previous = {m: holding[old] for m, old in arrival.corrects.items() if old in holding}
    # A closed signal follows the open ones: each time it is asked about, it is placed anew.
    fixed = {
        m: link for m, link in held.items() if not arrival.reserved or link.confirmed_by is not None
    }
    people = {person for found in near.values() for person in found.get(layer, ())}
    people |= {link.person_id for link in previous.values()}
    without = holding.keys() - held.keys() if not arrival.reserved else holding.keys()
    known = _known(image, people, arrival.reserved, without)
    arriving = [
        Arriving(
            m.id,
            m.ref,
            image.describes(m.id),
            previous[m.id].person_id if m.id in previous else None,
        )
        for m in arrival.mentions
        if m.id not in fixed
    ]
    taken = {link.person_id for link in fixed.values()}
    placed = {
        one.mention_id: one
        for one in _place(image, arrival, arriving, known, weights, parted, taken, without)
    }
    moved = _moved(image, held, placed, without) if arrival.reserved else {}
    placements = {m: one for m, one in placed.items() if m not in held or m in moved}
    person_of = {m: link.person_id for m, link in held.items() if m not in moved}
    made = set()
    for m, placement in placements.items():
        person = placement.person_id
        if person is None and m in previous and previous[m].person_id not in known:
            person = previous[m].person_id  # its uncorrected self alone made up that person
        if person is None:
            person = ids.new_id()
            made.add(person)
        person_of[m] = person
    return LayerPlan(
        layer=layer,
        held=held,
        placements=placements,
        doubted=tuple(one for m, one in placed.items() if m not in placements and one.maybe),
        person_of=person_of,
        made=frozenset(made),
        replaces={m: link.id for m, link in {**previous, **moved}.items()},
        moved=tuple(moved.values()),
        clusters={
            m: frozenset(other for other, _ in found.mentions) | {m} if found else frozenset({m})
            for m, person in person_of.items()
            for found in [image.known(person, reserved=arrival.reserved, without=without)]
        },
    )


def _known(
    image: Image, people: Collection[str], reserved: bool, without: Collection[str]
) -> dict[str, Known]:
    found = {
        person: image.known(person, reserved=reserved, without=without) for person in sorted(people)
    }
    return {person: known for person, known in found.items() if known is not None}


def _place(
    image: Image,
    arrival: Arrival,
    arriving: list[Arriving],
    known: Mapping[str, Known],
    weights: Weights,
    parted: frozenset[frozenset[str]],
    taken: set[str],
    without: Collection[str],
) -> list[Placement]:
    """Where the mentions go. Those of a closed signal go with the persons that open signals name,
    and only when there is none for them with those of closed signals."""
    if not arrival.reserved:
        return place(arriving, list(known.values()), weights, parted, taken, image.compare)
    openly = _known(image, known, False, without)
    first = place(arriving, list(openly.values()), weights, parted, taken, image.compare)
    closed = [one for person, one in known.items() if person not in openly]
    used = taken | {one.person_id for one in first if one.person_id is not None}
    rest = [one for one, at in zip(arriving, first, strict=True) if at.band is not Band.AUTO]
    second = {
        one.mention_id: one
        for one in place(rest, closed, weights, parted, used, image.compare)
        if one.band is Band.AUTO
    }
    return [second.get(one.mention_id, one) for one in first]


def _moved(
    image: Image,
    held: Mapping[str, Held],
    placed: Mapping[str, Placement],
    without: Collection[str],
) -> dict[str, Held]:
    """Links of a closed signal that do not stay: its mention resembles another person whom open
    signals name, or no longer the one it was with."""
    moved = {}
    for m, placement in placed.items():
        link = held.get(m)
        if link is None or placement.person_id == link.person_id:
            continue
        to_open = placement.person_id is not None and image.openly_named(
            placement.person_id, without
        )
        if to_open or image.openly_named(link.person_id, without):
            moved[m] = link
    return moved


def _carry_out(image: Image, arrival: Arrival, plan: Plan, contexts: Collection[str]) -> set[str]:
    """Brings the image in line with the plan; closed signals that it may concern."""
    ended = [*plan.superseded]
    made: list[Held] = []
    for layer, planned in plan.layers.items():
        if layer not in contexts:
            ended += planned.held.values()
            continue
        ended += planned.moved
        made += [
            Held(
                "",
                m,
                plan.record.id,
                planned.person_of[m],
                plan.record.region,
                layer,
                LinkState.AWAITING_RECEIPT.value,
                None,
                arrival.reserved,
            )
            for m in planned.placements
        ]
    for held in ended:
        image.remove(held)
    for m, keys in plan.keys.items():
        image.name(m, keys if contexts else ())
    for held in made:
        image.add(held)
    image.parted |= plan.parted_anew
    if arrival.reserved:
        return set()
    again = {s for held in ended for s in image.closed_signals_of(held.person_id)}
    for held in made:
        again |= image.closed_signals_alike(held.layer, plan.keys[held.mention_id])
    return again


def _parted(image: Image, arrival: Arrival) -> frozenset[frozenset[str]]:
    """Pairs a human parted; what was said of the uncorrected mention holds for the corrected."""
    if not image.parted:
        return frozenset()
    replaced = {old: new for new, old in arrival.corrects.items()}
    own = {*arrival.described, *replaced}
    return frozenset(
        frozenset(replaced.get(m, m) for m in pair) for pair in image.parted if pair & own
    )
