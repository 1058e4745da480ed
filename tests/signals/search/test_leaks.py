"""I4 for searching: who may not know of a signal learns nothing of it, by no answer and no time.

tests/engines/test_opensearch_leaks.py runs the very same tests on a real OpenSearch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection

from services.signals.search import service
from services.signals.search.analyser import word_set
from services.signals.search.choosing import tokeniser_of
from services.signals.search.finding import Found, find
from services.signals.search.index import Document, Key, SearchIndex
from shared import clock, ids
from shared.clients.decisions import Filter
from shared.database import writing
from tests.signals.search.leaks import WordsFirst, auc, everything_told, strangers
from tests.signals.world import ILSE, RUBEN, World, care_signal, police_signal

HIDDEN_DOCUMENTS = 1000
STRANGER = {
    "ref": "vreemd",
    "roles": ["victim"],
    "name": {"given": "Vera", "surname": "Anders"},
    "birthDate": "1979-05-05",
    "sex": "female",
}
SECRET = [{"kind": "fact", "text": "Een deur, een mes, verborgen voor u."}]
HIDDEN: dict[str, Callable[[int], dict[str, Any]]] = {
    "of strangers": lambda number: police_signal(
        f"V-{number}", persons=[STRANGER], ties=None, statements=SECRET
    ),
    "in a closed compartment": lambda number: police_signal(
        f"H-{number}", compartment="honour", persons=[ILSE, RUBEN], statements=SECRET
    ),
    "under a condition of the source": lambda number: police_signal(
        f"C-{number}", conditions=["own_agency_only"], persons=[ILSE], ties=None, statements=SECRET
    ),
}


@pytest.fixture
def watch() -> Callable[[], float]:
    """What time is measured by: the work is done in this very process."""
    return time.process_time


def _my_signals(world: World, count: int) -> str:
    for number in range(count):
        world.push(
            "police-utrecht",
            police_signal(
                f"P-{number}",
                occurredFrom=f"202{number % 6}-03",
                statements=[{"kind": "fact", "text": f"Een deur, geval {number}."}],
            ),
        )
    world.push("youthcare-utrecht", care_signal("J-1"), care_signal("J-2", category="treatment"))
    return world.assigned()


@pytest.mark.parametrize("kind", HIDDEN)
def test_hidden_signals_change_no_byte_of_any_answer(world: World, kind: str) -> None:
    now = clock.now()
    clock.set_source(lambda: now)
    _my_signals(world, 22)
    before = everything_told(world)
    for number in range(3):
        world.push("police-utrecht", HIDDEN[kind](number))
    clock.set_source(lambda: now)
    assert everything_told(world) == before


@pytest.fixture
def asked(world: World, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What a search of the coordinator goes by: own signals, own filters, the service's index."""
    _my_signals(world, 6)
    seen: list[Asked] = []

    def watched(
        connection: Connection,
        index: SearchIndex,
        subject: str,
        words: frozenset[str],
        know: Filter,
        view: Filter,
    ) -> list[Found]:
        seen.append(Asked(world, index, subject, know, view))
        return find(connection, index, subject, words, know, view)

    monkeypatch.setattr(service, "find", watched)
    assert world.search("deur").json["count"] == 6
    return seen[0]


@dataclass(frozen=True)
class Asked:
    world: World
    index: SearchIndex
    subject: str
    know: Filter
    view: Filter

    def searching(self, text: str, index: SearchIndex | None = None) -> Callable[[], list[Found]]:
        """A search for these words, from the question to what counts."""
        words = word_set(text)

        def search() -> list[Found]:
            with self.world.signals.connect() as connection, connection.begin():
                return find(
                    connection, index or self.index, self.subject, words, self.know, self.view
                )

        return search


@pytest.fixture
def hide(asked: Asked) -> Callable[[Sequence[Document]], None]:
    """Writes documents into the index."""

    def write(documents: Sequence[Document]) -> None:
        with writing(asked.world.signals).begin() as connection:
            asked.index.write(connection, documents)

    return write


@pytest.mark.slow
@pytest.mark.timeout(300)  # processor time is measured; a busy machine makes it last
def test_the_time_of_a_search_tells_nothing_of_what_lies_with_strangers(
    asked: Asked, hide: Callable[[Sequence[Document]], None], watch: Callable[[], float]
) -> None:
    """A word in a thousand hidden signals takes as long as one that nobody ever wrote."""
    tokeniser = tokeniser_of(asked.world.settings)
    documents = strangers(tokeniser, ["schavuit"], HIDDEN_DOCUMENTS)
    hide(documents)
    there, nowhere = asked.searching("schavuit"), asked.searching("zeemeeuw")
    assert there() == nowhere() == []
    assert auc(there, nowhere, watch=watch) == pytest.approx(0.5, abs=0.05)


@pytest.mark.slow
@pytest.mark.timeout(300)  # processor time is measured; a busy machine makes it last
def test_the_measure_tells_when_words_are_looked_for_before_the_access(asked: Asked) -> None:
    (word,) = word_set("schavuit")
    leaking = WordsFirst([(Key(ids.new_id(), ids.new_id()), word) for _ in range(20_000)])
    there, nowhere = asked.searching("schavuit", leaking), asked.searching("zeemeeuw", leaking)
    assert there() == nowhere() == []
    assert auc(there, nowhere, 200) > 0.6


@pytest.mark.slow
@pytest.mark.timeout(300)  # processor time is measured; a busy machine makes it last
def test_the_time_of_a_search_tells_nothing_of_hidden_signals_in_ones_own_household(
    asked: Asked, watch: Callable[[], float]
) -> None:
    for number, kind in enumerate(("in a closed compartment", "under a condition of the source")):
        said = [{"kind": "fact", "text": "Schavuit."}]
        asked.world.push("police-utrecht", {**HIDDEN[kind](number), "statements": said})
    there, nowhere = asked.searching("schavuit"), asked.searching("zeemeeuw")
    assert there() == nowhere() == []
    assert auc(there, nowhere, watch=watch) == pytest.approx(0.5, abs=0.05)
