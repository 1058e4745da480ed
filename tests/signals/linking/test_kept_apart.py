"""What a human parted stays apart, whatever happens after (a property of any history)."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select

from services.signals.linking import ledger
from services.signals.linking.reading import open_candidates
from services.signals.linking.tables import cannot_links, links, match_keys
from shared.database import writing
from shared.problems import Conflict, NotFound
from tests.signals.linking.world import World, person

ALIKE: tuple[dict[str, Any], ...] = (
    {"given": "Anna", "surname": "Dalen", "birthDate": "1985-04-12", "sex": "female"},
    {"given": "A.", "surname": "Dalen", "birthDate": "1985-04-12", "sex": "female"},
    {"given": "Anne", "surname": "van Dalen", "birthDate": "1985-04-12", "sex": "female"},
    {"given": "Anna", "surname": "Dalen", "birthDate": "1985-12-04", "sex": "female"},
)
NUMBERS = ("999990639", "999993872", None)


def _holding(world: World) -> list[Any]:
    with world.engine.connect() as connection:
        return list(
            connection.execute(
                select(links.c.id, links.c.mention_id, links.c.person_id).where(
                    links.c.ended_at.is_(None), links.c.state == "active"
                )
            )
        )


def _broken(world: World) -> list[str]:
    """Mentions that were parted and lie together, and persons with two numbers."""
    with world.engine.connect() as connection:
        parted = list(
            connection.execute(select(cannot_links.c.mention_a, cannot_links.c.mention_b))
        )
        numbers = list(
            connection.execute(
                select(match_keys.c.mention_id, match_keys.c.value).where(
                    match_keys.c.kind == "bsn"
                )
            )
        )
    person_of = {row.mention_id: row.person_id for row in _holding(world)}
    found = [
        f"{a}+{b}" for a, b in parted if person_of.get(a) and person_of.get(a) == person_of.get(b)
    ]
    by_person: dict[str, set[str]] = {}
    for mention, value in numbers:
        if mention in person_of:
            by_person.setdefault(person_of[mention], set()).add(value)
    return found + [one for one, values in by_person.items() if len(values) > 1]


def _step(world: World, chance: random.Random, signals: list[str]) -> None:
    """One thing that a source, the machine or a desk may do."""
    act = chance.choice(["link", "link", "correct", "relink", "decide", "split", "merge"])
    alike, number = dict(chance.choice(ALIKE)), chance.choice(NUMBERS)
    told = person("a", "victim", **alike, **({"bsn": number} if number else {}))
    holding = _holding(world)
    if act == "link" or not signals:
        signals.append(world.link([told]))
    elif act == "correct":
        signal = chance.choice(signals)
        world.correct(signal, [told])
        world.linker.link_signal(signal)
        world.receipts()
    elif act == "relink":
        world.linker.relink([row.mention_id for row in holding])
        world.linker.run_once()
        world.receipts()
    else:
        with suppress(Conflict, NotFound), writing(world.engine).begin() as connection:
            if act == "decide":
                waiting = open_candidates(connection, "utrecht")
                if waiting:
                    one = chance.choice(waiting).candidate_id
                    decide = chance.choice([ledger.confirm_candidate, ledger.refuse_candidate])
                    decide(connection, one, "utrecht", "desk")
            elif act == "split":
                ledger.move_link(connection, chance.choice(holding).id, None, "desk")
            else:
                one, other = (chance.choice(holding).person_id for _ in range(2))
                ledger.merge_persons(connection, one, other, "desk")


@pytest.mark.parametrize("seed", range(6))
def test_no_history_brings_together_what_was_parted_or_two_numbers(world: World, seed: int) -> None:
    chance = random.Random(seed)
    signals: list[str] = []
    for _ in range(14):
        _step(world, chance, signals)
        assert _broken(world) == []
