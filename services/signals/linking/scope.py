"""How far a change reaches: signals that hang together, in one layer, through persons or
households. Read for all touched signals and layers at once, then told apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, or_, select

from services.signals.intake.reading import chunks
from services.signals.intake.tables import signal_versions, signals
from services.signals.linking.circles import Groups
from services.signals.linking.states import LinkState
from services.signals.linking.tables import bundlings, households, links, persons

# Sealed links join nothing: they wait for a ground.
JOINING = (LinkState.AWAITING_RECEIPT.value, LinkState.ACTIVE.value)
_MOST_SIGNALS = 20_000  # what hangs together is far smaller; a bound against a runaway walk


class JoiningLink(NamedTuple):
    """A link that binds its person to the others of its signal."""

    mention_id: str
    signal_id: str
    person_id: str
    region: str
    layer: str
    placeholder: bool


class Told(NamedTuple):
    """What of a signal settling needs: where it belongs, when it came, whether some who see its
    persons may not know of it."""

    region: str
    arrived: str
    reserved: bool


@dataclass(frozen=True)
class Scope:
    """Everything of one region and layer that hangs together with touched signals."""

    region: str
    layer: str
    links: tuple[JoiningLink, ...]
    signals: frozenset[str]
    households: frozenset[str]
    arrived: Mapping[str, str]  # signal → when it was first delivered
    reserved: frozenset[str]  # signals that some who see their persons may not know of


class _Place(NamedTuple):
    """A signal in one layer."""

    layer: str
    signal_id: str


def scopes_of(connection: Connection, touched: Collection[str]) -> list[Scope]:
    """One scope for each group that hangs together, per layer and region: none shares persons or
    households with another, so circles never reach from one into the next."""
    reach = _Reach(connection)
    reach.walk(touched)
    told = signals_told(connection, {place.signal_id for place in reach.places})
    return [scope for places in reach.groups() for scope in _by_region(reach, sorted(places), told)]


def signals_told(connection: Connection, signal_ids: Iterable[str]) -> dict[str, Told]:
    """Region, arrival and compartment of signals that have a version."""
    found: dict[str, Told] = {}
    for chunk in chunks(set(signal_ids)):
        rows = connection.execute(
            select(
                signals.c.id,
                signals.c.region,
                signals.c.created_at,
                signal_versions.c.compartment,
            )
            .join(
                signal_versions,
                (signal_versions.c.signal_id == signals.c.id)
                & (signal_versions.c.version == signals.c.current_version),
            )
            .where(signals.c.id.in_(chunk))
        )
        for signal_id, region, arrived, compartment in rows:
            # A source's condition needs no place here: it keeps the signal out of the layer.
            found[signal_id] = Told(region, arrived, compartment != "none")
    return found


def _by_region(reach: _Reach, places: list[_Place], told: Mapping[str, Told]) -> Iterable[Scope]:
    """Mostly one; two when a correction moved a signal to another region."""
    layer = places[0].layer
    signal_ids = [place.signal_id for place in places if place.signal_id in told]
    by_region: dict[str, list[JoiningLink]] = defaultdict(list)
    for place in places:
        for link in reach.links[place]:
            by_region[link.region].append(link)
    homes = frozenset(home for place in places for home in reach.homes[place])
    for region in sorted(set(by_region) | {told[signal].region for signal in signal_ids}):
        yield Scope(
            region,
            layer,
            tuple(sorted(by_region[region])),
            frozenset(s for s in signal_ids if told[s].region == region),
            homes,
            {s: told[s].arrived for s in signal_ids},
            frozenset(s for s in signal_ids if told[s].reserved),
        )


class _Reach:
    """Signals that hang together through persons or households, their links and households."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.places: set[_Place] = set()
        self.links: dict[_Place, set[JoiningLink]] = defaultdict(set)
        self.homes: dict[_Place, set[str]] = defaultdict(set)

    def walk(self, touched: Collection[str]) -> None:
        """All layers side by side: each step asks once for whatever was new in the last one."""
        found = self._links_of(links.c.signal_id, touched)
        lying = self._homes_of(touched)
        people: set[str] = set()
        homes: set[str] = set()
        waiting = {_Place(link.layer, link.signal_id) for link in found} | set(lying)
        while waiting and len(self.places) < _MOST_SIGNALS:
            self.places |= waiting
            new_people, new_homes = set(), set()
            for link in found:
                place = _Place(link.layer, link.signal_id)
                if place in waiting:
                    self.links[place].add(link)
                    new_people.add(link.person_id)
            for place, lies_in in lying.items():
                if place in waiting:
                    self.homes[place] |= lies_in
                    new_homes |= lies_in
            by_person = self._links_of(links.c.person_id, new_people - people)
            by_home = self._signals_of(new_homes - homes)
            people |= new_people
            homes |= new_homes
            reached = {_Place(link.layer, link.signal_id) for link in by_person} | by_home
            waiting = reached - self.places
            signal_ids = {place.signal_id for place in waiting}
            found = self._links_of(links.c.signal_id, signal_ids)
            lying = self._homes_of(signal_ids)

    def groups(self) -> list[list[_Place]]:
        """The places, by what they hang together with."""
        together = Groups()
        for place in self.places:
            name = f"{place.layer} {place.signal_id}"
            for link in self.links[place]:
                together.join(name, f"{place.layer} person {link.person_id}")
            for home in self.homes[place]:
                together.join(name, f"{place.layer} home {home}")
        found: dict[str, list[_Place]] = defaultdict(list)
        for place in sorted(self.places):
            found[together.find(f"{place.layer} {place.signal_id}")].append(place)
        return list(found.values())

    def _links_of(self, column: Any, values: Collection[str]) -> list[JoiningLink]:
        found: list[JoiningLink] = []
        for chunk in chunks(values):
            rows = self._connection.execute(
                select(
                    links.c.mention_id,
                    links.c.signal_id,
                    links.c.person_id,
                    links.c.region,
                    links.c.layer,
                    persons.c.placeholder,
                )
                .join(persons, persons.c.id == links.c.person_id)
                .where(column.in_(chunk), links.c.ended_at.is_(None), links.c.state.in_(JOINING))
            )
            found.extend(JoiningLink(*row) for row in rows)
        return found

    def _homes_of(self, signal_ids: Collection[str]) -> dict[_Place, set[str]]:
        """Households that bundle these signals, or did until they were merged into another."""
        found: dict[_Place, set[str]] = defaultdict(set)
        for chunk in chunks(signal_ids):
            rows = self._connection.execute(
                select(households.c.layer, bundlings.c.signal_id, bundlings.c.household_id)
                .join(households, households.c.id == bundlings.c.household_id)
                .where(bundlings.c.signal_id.in_(chunk), _held_or_merged())
            )
            for layer, signal_id, household_id in rows:
                found[_Place(layer, signal_id)].add(household_id)
        return found

    def _signals_of(self, household_ids: Collection[str]) -> set[_Place]:
        found: set[_Place] = set()
        for chunk in chunks(household_ids):
            rows = self._connection.execute(
                select(households.c.layer, bundlings.c.signal_id)
                .join(households, households.c.id == bundlings.c.household_id)
                .where(bundlings.c.household_id.in_(chunk), _held_or_merged())
                .distinct()
            )
            found |= {_Place(*row) for row in rows}
        return found


def _held_or_merged() -> Any:
    return or_(bundlings.c.ended_at.is_(None), bundlings.c.end_reason == "merged")
