"""Which links a legal context sees, against the plainest reading of the rules."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from services.signals.linking import reading
from shared.vocabulary import LegalContext
from tests.signals.linking.world import ALL, World, person

FAMILY = [
    {"given": "Anna", "surname": "Dalen", "birthDate": "1985-04-12", "sex": "female"},
    {"given": "Peter", "surname": "Grootveld", "birthDate": "1982-11-02", "sex": "male"},
    {"given": "Sem", "surname": "Grootveld", "birthDate": "2015-08-21", "sex": "male"},
]
SETS = [frozenset(part) for size in range(4) for part in combinations(sorted(ALL), size)]


@pytest.mark.parametrize("seed", [1, 2])
def test_denied_and_unreceipted_links_appear_in_no_household(world: World, seed: int) -> None:
    chance = random.Random(seed)
    permits: dict[str, frozenset[str]] = {}
    for _ in range(10):
        world.decisions.permits = chance.choice(SETS)
        members = chance.sample(FAMILY, 2)
        signal = world.push(
            [person("a", "victim", **members[0]), person("b", "perpetrator", **members[1])]
        )
        world.linker.link_signal(signal)
        if chance.random() < 0.7:
            world.receipts()
        permits[signal] = world.decisions.permits
    check(world, permits)
    world.receipts()
    check(world, permits)
    for signal in chance.sample(sorted(permits), 5):
        world.decisions.permits = permits[signal] = chance.choice(SETS)
        world.linker.link_signal(signal)
        check(world, permits)
    world.receipts()
    check(world, permits)


def check(world: World, permits: dict[str, frozenset[str]]) -> None:
    """Every item has an active link of a context that permits it, and no such link is missing."""
    with world.engine.connect() as connection:
        rows = {r.link_id: r for r in reading.links_of_signals(connection, permits)}
        homes = {home for home, _, _ in world.snapshot()["bundlings"]}
        for context in LegalContext:
            items = reading.household_items(connection, homes, context)
            expected = {
                (row.link_id, row.person_id)
                for row in rows.values()
                if row.state == "active" and row.layer == context.value
            }
            assert {(i.link_id, i.person_id) for i in items} == expected
            for home in homes:
                mentions = {i.mention_id for i in items if i.household_id == home}
                members = reading.household_persons(connection, home, context)
                assert {m for member in members for m in member.mention_ids} == mentions
    layers: dict[str, set[str]] = {}
    for row in rows.values():
        layers.setdefault(row.signal_id, set()).add(row.layer)
        assert (row.state == "sealed") == (row.layer == "")
    assert layers == {signal: set(found) or {""} for signal, found in permits.items()}
