"""What the leak tests share: everything a searcher can get to see, and telling two ways apart by
the time they take."""

from __future__ import annotations

import bisect
import gc
import re
import time
from collections.abc import Callable, Collection, Sequence
from random import Random

from sqlalchemy import Connection
from werkzeug.test import TestResponse

from services.signals.search.index import Document, Key, Kind, Matches, Question
from services.signals.search.tokens import Tokeniser
from shared import ids
from tests.signals.world import World

SAMPLES = 2000
BLOCK = 100


def everything_told(world: World) -> dict[str, bytes]:
    """Every answer to a battery of searches, byte for byte: counts, facets, order, pages, narrowed
    answers and faults."""
    asked: dict[str, tuple[str, dict[str, object]]] = {
        f"{text} {page}": (text, {"page": page})
        for text in ("deur", "mes", "verborgen", "Brandsma", "Anders", "deur mes", "nergens")
        for page in ((1, 2, 3) if text == "deur" else (1,))
    }
    for agency in ("police", "youth_care"):
        asked[f"deur of {agency}"] = ("deur", {"agency": agency})
    for category in ("incident", "care", "treatment"):
        asked[f"deur in {category}"] = ("deur", {"category": category})
    asked["deur since"] = ("deur", {"from": "2026-06-01"})
    asked["deur until"] = ("deur", {"until": "2021-12-31"})
    asked["no words"] = ("de het een", {})
    asked["no page"] = ("verborgen", {"page": 0})
    asked["no agency"] = ("verborgen", {"agency": "tax"})
    asked["no date"] = ("verborgen", {"from": "2026-13-01"})
    return {name: _told(world.search(text, **more)) for name, (text, more) in asked.items()}


def _told(answer: TestResponse) -> bytes:
    """Status and body; the trace of a call is its own."""
    return str(answer.status_code).encode() + re.sub(rb'"traceId":"[0-9a-f]+"', b"", answer.data)


def strangers(tokeniser: Tokeniser, words: Sequence[str], count: int) -> list[Document]:
    """Documents with these words, each in a household of strangers."""
    made = []
    for _ in range(count):
        household = ids.new_id()
        said = tokeniser.words(household, *words)
        key = Key(ids.new_id(), household)
        made.append(Document(key, 1, Kind("police", "incident"), "2026-03-03", said))
    return made


class WordsFirst:
    """An index as it must not be: it looks for the words among all documents, and keeps to the
    searcher's own afterwards. Its answers are right; its time shows that the measure can tell."""

    holds_tokens = True

    def __init__(self, held: Sequence[tuple[Key, str]]) -> None:
        self._by_word: dict[str, list[Key]] = {}
        for key, word in held:
            self._by_word.setdefault(word, []).append(key)

    def write(self, connection: Connection, documents: Sequence[Document]) -> None:
        raise NotImplementedError

    def remove(self, connection: Connection, keys: Collection[Key]) -> None:
        raise NotImplementedError

    def find(self, connection: Connection, question: Question) -> Matches:
        hits = [key for word in question.words for key in self._by_word.get(word, ())]
        mine = frozenset(key for key in hits if key.household_id in question.households)
        return dict.fromkeys(question.field_sets, mine)


def auc(
    one: Callable[[], object],
    other: Callable[[], object],
    samples: int = SAMPLES,
    watch: Callable[[], float] = time.process_time,
) -> float:
    """How well the time tells `one` from `other`: 0.5 not at all, 1.0 always.

    Built for a busy machine: the two run in turns, in a random order within each pair, so that
    whatever else goes on strikes both alike; processor time is measured where that is what is
    spent; and ranks are compared within short blocks, so that a slow minute weighs no more than a
    quiet one.
    With 2,000 of each its standard error is about 0.01: five times less than the 0.05 allowed.
    """
    random = Random(7)
    for _ in range(20):
        one()
        other()
    values: list[float] = []
    gc.disable()
    try:
        for _ in range(samples // BLOCK):
            times: tuple[list[float], list[float]] = ([], [])
            for _ in range(BLOCK):
                for which in (0, 1) if random.random() < 0.5 else (1, 0):
                    began = watch()
                    (one, other)[which]()
                    times[which].append(watch() - began)
            values.append(_area(*times))
            gc.collect()
    finally:
        gc.enable()
    return sum(values) / len(values)


def _area(slow: Sequence[float], fast: Sequence[float]) -> float:
    """The share of pairs in which `slow` took longer; a tie counts half."""
    ranked = sorted(fast)
    won = sum(
        (bisect.bisect_left(ranked, value) + bisect.bisect_right(ranked, value)) / 2
        for value in slow
    )
    return won / (len(slow) * len(fast))
