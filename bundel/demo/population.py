"""Any number of households with their signals, one after another, always the same for a seed.

Each household has a generator of its own (seed and index), so the tenth is the same whether one
asks for ten or for a million, and nothing is kept in memory.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO

from bundel.demo import rates
from bundel.demo.history import Told, tell_history
from bundel.demo.model import Source, Step
from bundel.demo.people import chance, invent_household

STORY_BLOCK = range(600, 625)  # household numbers kept for the ten stories


def household(seed: int, position: int, today: date) -> Told:
    """The household at `position` (0, 1, 2, ...) with its history up to `today`."""
    rng = random.Random(f"{seed}:{position}")  # noqa: S311 - repeatable on purpose
    region = "gooi-en-vechtstreek" if chance(rng, rates.SECOND_REGION) else "utrecht"
    index = position if position < STORY_BLOCK.start else position + len(STORY_BLOCK)
    return tell_history(rng, invent_household(rng, index, region, today), today)


def population(seed: int, households: int, today: date) -> Iterator[Told]:
    """The first `households` households, lazily."""
    return (household(seed, position, today) for position in range(households))


@dataclass(frozen=True)
class Written:
    """How much `write_ndjson` wrote."""

    households: int
    signals: int
    mentions: int


def write_ndjson(
    folder: Path,
    *,
    seed: int,
    today: date,
    households: int,
    persons: int | None = None,
) -> Written:
    """Writes `<client>.ndjson` for each source system and `truth.ndjson` (who a mention really is).

    Stops after the household in which `persons` invented persons are reached, if given. Only first
    versions are written; each file is in the order of households, not of time.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    seen = signals = mentions = done = 0
    with ExitStack() as stack:

        def opened(name: str) -> TextIO:
            return stack.enter_context((folder / f"{name}.ndjson").open("w", encoding="utf-8"))

        files = {source: opened(source) for source in Source}
        truth = opened("truth")
        for told in population(seed, households, today):
            if persons is not None and seen >= persons:
                break
            seen += len(told.household.persons)
            done += 1
            for delivery in told.deliveries:
                if delivery.step is not Step.PUSH:
                    continue
                body = json.dumps(delivery.signal.to_json(), ensure_ascii=False)
                files[delivery.signal.source].write(body + "\n")
                signals += 1
                mentions += len(delivery.signal.mentions)
            for (source, reference, ref), person in told.truth.items():
                line = {"source": source, "reference": reference, "ref": ref, "person": person}
                truth.write(json.dumps(line) + "\n")
    return Written(done, signals, mentions)
