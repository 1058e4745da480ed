"""How far a change reaches: signals that hang together, in one layer, through persons or
households."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from services.signals.intake.reading import chunks, load_signals
from services.signals.linking.states import LinkState
from services.signals.linking.tables import bundlings, households, links, persons

# Sealed links join nothing: they wait for a ground.
JOINING = (LinkState.AWAITING_RECEIPT.value, LinkState.ACTIVE.value)
_MOST_SIGNALS = 2000  # what hangs together is far smaller; a bound against a runaway walk


@dataclass(frozen=True)
class JoiningLink:
    """A link that binds its person to the others of its signal."""

    mention_id: str
    signal_id: str
    person_id: str
    region: str
    placeholder: bool


@dataclass(frozen=True)
class Scope:
    """Everything of one region and layer that hangs together with the touched signals."""

    region: str
    layer: str
    links: tuple[JoiningLink, ...]
    signals: frozenset[str]
    households: frozenset[str]
    arrived: Mapping[str, str]  # signal → when it was first delivered
    reserved: frozenset[str]  # signals that some who see their persons may not know of


def scopes_of(connection: Connection, touched: set[str]) -> list[Scope]:
    """One scope per layer and region: neither shares persons with another, so neither are
    circles."""
    return [
        scope
        for layer in sorted(_layers_of(connection, touched))
        for scope in _scopes_in(connection, layer, touched)
    ]


def _layers_of(connection: Connection, signal_ids: set[str]) -> set[str]:
    """Layers in which these signals are linked, or were bundled until now."""
    found: set[str] = set()
    for chunk in chunks(signal_ids):
        linked = select(links.c.layer).where(
            links.c.signal_id.in_(chunk),
            links.c.ended_at.is_(None),
            links.c.state.in_(JOINING),
        )
        found |= set(connection.scalars(linked.distinct()))
        bundled = (
            select(households.c.layer)
            .join(bundlings, bundlings.c.household_id == households.c.id)
            .where(bundlings.c.signal_id.in_(chunk), _held_or_merged())
        )
        found |= set(connection.scalars(bundled.distinct()))
    return found


def _scopes_in(connection: Connection, layer: str, touched: set[str]) -> list[Scope]:
    signals, links_found, homes = _walk(connection, layer, touched)
    regions: dict[str, list[JoiningLink]] = defaultdict(list)
    for link in links_found:
        regions[link.region].append(link)
    records = load_signals(connection, signals)
    region_of = {signal: record.region for signal, record in records.items()}
    return [
        Scope(
            region,
            layer,
            tuple(sorted(regions[region], key=lambda link: link.mention_id)),
            frozenset(s for s in signals if region_of.get(s) == region),
            frozenset(homes),
            {s: record.created_at for s, record in records.items()},
            # A source's condition needs no place here: it keeps the signal out of the layer.
            frozenset(s for s, record in records.items() if record.compartment != "none"),
        )
        for region in sorted(set(regions) | set(region_of.values()))
    ]


def _walk(
    connection: Connection, layer: str, touched: set[str]
) -> tuple[set[str], set[JoiningLink], set[str]]:
    """Signals that hang together through persons or households, their links and households."""
    signals: set[str] = set()
    found: set[JoiningLink] = set()
    homes: set[str] = set()
    people: set[str] = set()
    waiting = set(touched)
    while waiting and len(signals) < _MOST_SIGNALS:
        signals |= waiting
        new_links = _joining_links(connection, layer, links.c.signal_id, waiting)
        found |= new_links
        new_people = {link.person_id for link in new_links} - people
        people |= new_people
        by_person = _joining_links(connection, layer, links.c.person_id, new_people)
        new_homes = _homes_of(connection, layer, waiting) - homes
        homes |= new_homes
        by_home = _signals_of(connection, new_homes)
        waiting = ({link.signal_id for link in by_person} | by_home) - signals
    return signals, found, homes


def _joining_links(
    connection: Connection, layer: str, column: Any, values: set[str]
) -> set[JoiningLink]:
    found: set[JoiningLink] = set()
    for chunk in chunks(values):
        rows = connection.execute(
            select(
                links.c.mention_id,
                links.c.signal_id,
                links.c.person_id,
                links.c.region,
                persons.c.placeholder,
            )
            .join(persons, persons.c.id == links.c.person_id)
            .where(
                column.in_(chunk),
                links.c.layer == layer,
                links.c.ended_at.is_(None),
                links.c.state.in_(JOINING),
            )
        )
        found |= {JoiningLink(*row) for row in rows}
    return found


def _homes_of(connection: Connection, layer: str, signal_ids: set[str]) -> set[str]:
    """Households that bundle these signals, or did until they were merged into another."""
    found: set[str] = set()
    for chunk in chunks(signal_ids):
        found |= set(
            connection.scalars(
                select(bundlings.c.household_id)
                .join(households, households.c.id == bundlings.c.household_id)
                .where(
                    bundlings.c.signal_id.in_(chunk),
                    households.c.layer == layer,
                    _held_or_merged(),
                )
            )
        )
    return found


def _signals_of(connection: Connection, household_ids: set[str]) -> set[str]:
    found: set[str] = set()
    for chunk in chunks(household_ids):
        found |= set(
            connection.scalars(
                select(bundlings.c.signal_id).where(
                    bundlings.c.household_id.in_(chunk), _held_or_merged()
                )
            )
        )
    return found


def _held_or_merged() -> Any:
    return or_(bundlings.c.ended_at.is_(None), bundlings.c.end_reason == "merged")
