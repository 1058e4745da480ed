"""Who is who around the signals of one batch, as it would be after those that went before.

Plans are tried here, one signal after another, before anything is written: so signals that arrive
together come out as if each had been linked by itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from services.signals.linking.compare import Comparison, compare
from services.signals.linking.description import Description
from services.signals.linking.keys import MatchKey
from services.signals.linking.matching import Known
from services.signals.linking.surroundings import Arrival, Held, Surroundings
from services.signals.linking.weights import Weights

MOST_PERSONS = 40  # per mention and layer; those that share most keys come first


class _Who(NamedTuple):
    """A person, by mentions of open signals or by those of closed ones."""

    layer: str
    region: str
    person_id: str
    reserved: bool


class Image:
    """Links that hold and the match keys of their mentions, to be changed at will."""

    def __init__(self, around: Surroundings) -> None:
        self.parted = set(around.parted)
        self._described = around.described
        self._members: dict[str, dict[str, Held]] = defaultdict(dict)  # person → mention → link
        self._links: dict[str, dict[str, Held]] = defaultdict(dict)  # mention → layer → link
        self._keys: dict[str, set[str]] = defaultdict(set)
        self._named: dict[str, dict[_Who, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._known: dict[tuple[str, bool], Known] = {}
        self._compared: dict[tuple[int, int], Comparison] = {}
        for value, mentions in around.named.items():
            for mention in mentions:
                self._keys[mention].add(value)
        for held in around.others:
            self.add(held)

    def add(self, held: Held) -> None:
        """A link that holds from now on."""
        self._members[held.person_id][held.mention_id] = held
        self._links[held.mention_id][held.layer] = held
        for value in self._keys.get(held.mention_id, ()):
            self._named[value][_who(held)].add(held.mention_id)
        self._forget(held)

    def remove(self, held: Held) -> None:
        """A link that holds no more. Harmless when it is not here."""
        known = self._links.get(held.mention_id, {}).pop(held.layer, None)
        if known is None:
            return
        self._members[known.person_id].pop(known.mention_id, None)
        for value in self._keys.get(known.mention_id, ()):
            self._named[value][_who(known)].discard(known.mention_id)
        self._forget(known)

    def name(self, mention_id: str, keys: Iterable[MatchKey]) -> None:
        """The mention is found by these keys from now on, and by no others."""
        values = {key.value for key in keys}
        before = self._keys.get(mention_id, set())
        for held in self._links.get(mention_id, {}).values():
            for value in before - values:
                self._named[value][_who(held)].discard(mention_id)
            for value in values - before:
                self._named[value][_who(held)].add(mention_id)
        self._keys[mention_id] = values

    def near(self, arrival: Arrival, mention_id: str) -> dict[str, list[str]]:
        """Layer → persons of the region that share a key with the mention, most keys first. Other
        mentions of the signal itself find nobody; closed signals are found by closed ones only."""
        shared: dict[str, Counter[str]] = defaultdict(Counter)
        own = {held.mention_id for held in arrival.holding}
        for key in arrival.keys[mention_id]:
            found = {
                (who.layer, who.person_id)
                for who, mentions in self._named.get(key.value, {}).items()
                if who.region == arrival.record.region
                and (arrival.reserved or not who.reserved)
                and (mentions - own if own else mentions)
            }
            for layer, person in found:
                shared[layer][person] += 1
        return {
            layer: sorted(people, key=lambda person: (-people[person], person))[:MOST_PERSONS]
            for layer, people in shared.items()
        }

    def known(
        self, person_id: str, *, reserved: bool, without: Collection[str] = ()
    ) -> Known | None:
        """The person as its usable mentions describe it: open ones, or with `reserved` all. None
        when nothing of that kind names it. `without`: mentions that do not count."""
        members = self._members.get(person_id, {})
        if any(mention in members for mention in without):
            return self._as_described(person_id, reserved, without)
        key = (person_id, reserved)
        if key not in self._known:
            found = self._as_described(person_id, reserved, ())
            if found is None:
                return None
            self._known[key] = found
        return self._known[key]

    def openly_named(self, person_id: str, without: Collection[str] = ()) -> bool:
        """True for somebody whom an open signal names, other than by these mentions."""
        return any(
            not held.reserved and mention not in without
            for mention, held in self._members.get(person_id, {}).items()
        )

    def closed_signals_of(self, person_id: str) -> set[str]:
        """Closed signals that name this person."""
        members = self._members.get(person_id, {}).values()
        return {held.signal_id for held in members if held.reserved}

    def closed_signals_alike(self, layer: str, keys: Iterable[MatchKey]) -> set[str]:
        """Closed signals of this layer with a mention that shares one of these keys."""
        return {
            self._links[mention][layer].signal_id
            for key in keys
            for who, mentions in self._named.get(key.value, {}).items()
            if who.reserved and who.layer == layer
            for mention in mentions
        }

    def describes(self, mention_id: str) -> Description:
        """What the mention says. Raises KeyError for one that was erased."""
        return self._described[mention_id]

    def compare(self, one: Description, other: Description, weights: Weights) -> Comparison:
        """Compares two descriptions, each pair once for all layers."""
        key = (id(one), id(other))
        if key not in self._compared:
            self._compared[key] = compare(one, other, weights)
        return self._compared[key]

    def _as_described(
        self, person_id: str, reserved: bool, without: Collection[str]
    ) -> Known | None:
        members = sorted(
            mention
            for mention, held in self._members.get(person_id, {}).items()
            if (reserved or not held.reserved) and mention not in without
        )
        if not members:
            return None
        usable = ((m, self._described[m]) for m in members if m in self._described)
        return Known(person_id, tuple(usable))

    def _forget(self, held: Held) -> None:
        self._known.pop((held.person_id, True), None)
        self._known.pop((held.person_id, False), None)


def _who(held: Held) -> _Who:
    return _Who(held.layer, held.region, held.person_id, held.reserved)
