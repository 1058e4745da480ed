"""Signals that wait to be linked, and everybody they may be about: read for all of them at once.

Nothing here changes while it is planned with; `Image` is the copy that plans are tried on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from services.signals.intake.reading import (
    chunks,
    current_versions,
    load_mentions,
    load_mentions_by_id,
    load_signals,
    open_mentions,
)
from services.signals.intake.records import MentionRecord, SignalRecord
from services.signals.linking.describing import describe
from services.signals.linking.description import Description
from services.signals.linking.finding import open_what_is_left
from services.signals.linking.keys import Keyer, MatchKey, match_keys
from services.signals.linking.parting import parted_pairs
from services.signals.linking.scope import JOINING, signals_told
from services.signals.linking.tables import links
from services.signals.linking.tables import match_keys as match_key_rows
from services.signals.protection.vault import Vault


class Held(NamedTuple):
    """A link that holds, as planning needs it; names are those of the columns but the last."""

    id: str
    mention_id: str
    signal_id: str
    person_id: str
    region: str
    layer: str
    state: str
    confirmed_by: str | None
    reserved: bool = False  # some who see its person may not know of its signal


@dataclass(frozen=True)
class Arrival:
    """A signal's current version, and the links that hold for it."""

    record: SignalRecord
    mentions: tuple[MentionRecord, ...]
    described: Mapping[str, Description] = field(repr=False)
    keys: Mapping[str, frozenset[MatchKey]] = field(repr=False)
    holding: tuple[Held, ...]
    corrects: Mapping[str, str]  # mention → the mention of an earlier version with the same ref

    @property
    def reserved(self) -> bool:
        """Some who see its persons may not know of it: it is evidence for no open signal (I4)."""
        return self.record.compartment != "none"


@dataclass(frozen=True)
class Surroundings:
    """`arrivals` in the order in which they are linked. `view` is what a plan rests on: when it
    differs at writing, everything is planned anew."""

    arrivals: Mapping[str, Arrival]
    described: Mapping[str, Description] = field(repr=False)  # by mention, of `others`
    others: tuple[Held, ...] = field(repr=False)  # links of everybody the arrivals may be
    named: Mapping[str, Collection[str]] = field(repr=False)  # value of a match key → mentions
    parted: frozenset[frozenset[str]]
    view: frozenset[tuple[str, ...]]


def read_surroundings(
    connection: Connection, vault: Vault, keyer: Keyer, signal_ids: Sequence[str]
) -> Surroundings:
    """Everything for planning these signals; those without a version are left out.

    Raises CannotOpen when a mention of one of them was erased.
    """
    arrivals = _arrivals(connection, vault, keyer, signal_ids)
    near = _near(connection, arrivals.values())
    told = signals_told(connection, {held.signal_id for held in near.held})
    others = tuple(
        held._replace(reserved=held.signal_id in told and told[held.signal_id].reserved)
        for held in near.held
    )
    described = {m: d for arrival in arrivals.values() for m, d in arrival.described.items()}
    missing = {held.mention_id for held in others} - described.keys()
    records = load_mentions_by_id(connection, missing)
    contents = open_what_is_left(vault, records)
    described |= {m: describe(records[m], content) for m, content in contents.items()}
    # Equal descriptions become one object, so that they are compared once.
    same: dict[Description, Description] = {}
    described = {m: same.setdefault(d, d) for m, d in described.items()}
    own = {m for arrival in arrivals.values() for m in arrival.described}
    replaced = {m for arrival in arrivals.values() for m in arrival.corrects.values()}
    return Surroundings(
        arrivals=arrivals,
        described=described,
        others=others,
        named=near.named,
        parted=frozenset(parted_pairs(connection, own | replaced)),
        view=_view({s: a.record.version for s, a in arrivals.items()}, arrivals.values(), near),
    )


def view_of(connection: Connection, around: Surroundings) -> frozenset[tuple[str, ...]]:
    """The rows the plans rest on, as they are now: versions of the signals, their links, and who
    else their mentions may be."""
    holding = _holding(connection, around.arrivals)
    arrivals = [
        Arrival(a.record, a.mentions, a.described, a.keys, tuple(holding[s]), a.corrects)
        for s, a in around.arrivals.items()
    ]
    versions = current_versions(connection, around.arrivals)
    return _view(versions, arrivals, _near(connection, arrivals))


@dataclass(frozen=True)
class _Near:
    held: Sequence[Held]
    named: Mapping[str, Collection[str]]


def _arrivals(
    connection: Connection, vault: Vault, keyer: Keyer, signal_ids: Sequence[str]
) -> dict[str, Arrival]:
    records = load_signals(connection, signal_ids)
    live = [signal for signal, record in records.items() if not record.withdrawn]
    mentions: dict[str, list[MentionRecord]] = defaultdict(list)
    for mention in load_mentions(connection, live):
        mentions[mention.signal_id].append(mention)
    contents = open_mentions(vault, [m for found in mentions.values() for m in found])
    holding = _holding(connection, records)
    current = {m.id for found in mentions.values() for m in found}
    superseded = load_mentions_by_id(
        connection, {h.mention_id for found in holding.values() for h in found} - current
    )
    ref_of = {(old.signal_id, old.ref): old.id for old in superseded.values()}
    found = {}
    for signal in signal_ids:
        if signal not in records:
            continue
        record, own = records[signal], tuple(mentions[signal])
        described = {m.id: describe(m, contents[m.id]) for m in own}
        found[signal] = Arrival(
            record=record,
            mentions=own,
            described=described,
            keys={m: match_keys(d, record.region, keyer) for m, d in described.items()},
            holding=tuple(holding[signal]),
            corrects={m.id: ref_of[signal, m.ref] for m in own if (signal, m.ref) in ref_of},
        )
    return found


def _holding(connection: Connection, signal_ids: Iterable[str]) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = defaultdict(list)
    for chunk in chunks(set(signal_ids)):
        for held in _links(connection, links.c.signal_id.in_(chunk)):
            found[held.signal_id].append(held)
    return found


def _near(connection: Connection, arrivals: Iterable[Arrival]) -> _Near:
    """Links of every person that shares a match key with an arrival in its region, or to whom it
    is linked already."""
    arrivals = list(arrivals)
    values = {key.value for arrival in arrivals for keys in arrival.keys.values() for key in keys}
    regions = {arrival.record.region for arrival in arrivals}
    named: dict[str, list[str]] = defaultdict(list)
    for chunk in chunks(values):
        for value, mention in connection.execute(
            select(match_key_rows.c.value, match_key_rows.c.mention_id).where(
                match_key_rows.c.value.in_(chunk)
            )
        ):
            named[value].append(mention)
    people = {held.person_id for arrival in arrivals for held in arrival.holding if held.layer}
    for chunk in chunks({mention for found in named.values() for mention in found}):
        people |= set(
            connection.scalars(
                select(links.c.person_id)
                .where(
                    links.c.mention_id.in_(chunk),
                    links.c.ended_at.is_(None),
                    links.c.state.in_(JOINING),
                    links.c.region.in_(regions),
                )
                .distinct()
            )
        )
    held = [
        found
        for chunk in chunks(people)
        for found in _links(connection, links.c.person_id.in_(chunk), links.c.state.in_(JOINING))
    ]
    return _Near(held, named)


def _links(connection: Connection, *conditions: Any) -> list[Held]:
    columns = [links.c[name] for name in Held._fields[:-1]]
    rows = connection.execute(
        select(*columns)
        .where(links.c.ended_at.is_(None), *conditions)
        .order_by(links.c.mention_id, links.c.layer)
    )
    return [Held(*row) for row in rows]


def _view(
    versions: Mapping[str, int], arrivals: Iterable[Arrival], near: _Near
) -> frozenset[tuple[str, ...]]:
    # A receipt makes a next version of somebody else's link, and moves nobody.
    return frozenset(
        {("version", signal, str(version)) for signal, version in versions.items()}
        | {("link", held.id) for arrival in arrivals for held in arrival.holding}
        | {("person", held.layer, held.mention_id, held.person_id) for held in near.held}
    )
