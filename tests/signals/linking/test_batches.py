"""Signals that are linked together come out as if each had been linked by itself."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import func, select

from services.signals.intake.tables import link_queue
from services.signals.linking.tables import links, persons
from services.signals.protection.vault import CannotOpen
from shared import clock
from shared.authentication.actor import Actor
from shared.clients.decisions import Decision, Ground, Question, SignalFacts
from shared.settings import Settings
from shared.vocabulary import LegalContext
from tests.signals.linking.test_layers import KINDS, Town, described
from tests.signals.linking.world import World, on_both_engines, person, source, tie

WAYS = ("named", "numbered", "both", "half")


class Told(NamedTuple):
    """A delivery: a new signal, or (`of`) the correction or withdrawal of an earlier one."""

    people: tuple[int, ...]
    told: tuple[str, ...]
    kind: str | None
    conditions: tuple[str, ...]
    closed: bool
    of: int | None
    withdrawn: bool


deliveries = st.builds(
    Told,
    people=st.lists(st.sampled_from(range(4)), min_size=1, max_size=3, unique=True).map(tuple),
    told=st.tuples(*[st.sampled_from(WAYS)] * 3),
    kind=st.sampled_from([*KINDS, None]),
    conditions=st.sampled_from([(), ("not_to_zvh",), ("not_to_youth",), ("own_agency_only",)]),
    closed=st.sampled_from([False, False, False, True]),
    of=st.sampled_from([None, None, None, 0, 1]),
    withdrawn=st.booleans(),
)


class ByContent:
    """Consent whose answer depends on what is asked: conditions keep out, and a consent stands for
    persons whose cluster holds an even number of mentions."""

    def __init__(self) -> None:
        self.calls = 0

    def evaluate(self, _actor: Actor, questions: Sequence[Question]) -> list[Decision]:
        self.calls += 1
        return [
            Decision(True, "d", Ground("R17", "", "")) if _permits(question) else Decision(False)
            for question in questions
        ]


def _permits(question: Question) -> bool:
    facts = question.facts
    assert isinstance(facts, SignalFacts)
    if facts.case_context == LegalContext.CONSENT:
        return all(len(subject.mentions) % 2 == 0 for subject in facts.subjects)
    excluded = {"not_to_zvh": "zvh_wgs", "not_to_youth": "youth_council"}
    told = facts.conditions
    return "own_agency_only" not in told and facts.case_context not in {
        excluded.get(one) for one in told
    }


@contextmanager
def town_in(settings: Settings, migrated: Path) -> Iterator[Town]:
    """A town with databases of its own, and a clock that ticks at every look."""
    ticks = itertools.count()
    start = clock.now()
    clock.set_source(lambda: start + timedelta(milliseconds=next(ticks)))
    with tempfile.TemporaryDirectory() as folder:

        def place(service: str) -> str:
            name = f"{service.replace('/', '-')}.sqlite"
            shutil.copy(migrated / name, Path(folder) / name)
            return f"sqlite:///{Path(folder) / name}"

        town = Town(settings, place)
        try:
            yield town
        finally:
            town.close()
            clock.set_source(None)


def link_all(town: Town, at_once: int) -> None:
    """Links what waits, `at_once` signals at a time, until nothing waits."""
    for _ in range(200):
        if not town.linker.run_once(at_once):
            town.receipts()
            return
    raise AssertionError("linking never comes to an end")


def deliver(town: Town, told: Sequence[Told]) -> None:
    """Delivers all of them; only what follows an earlier one is told of that one."""
    given_: list[str] = []
    town.names = {}
    for number, one in enumerate(told):
        people = [described(p, way) for p, way in zip(one.people, one.told, strict=False)]
        ties = (
            [tie(f"p{one.people[0]}", f"p{one.people[1]}", one.kind)]
            if one.kind and len(one.people) > 1
            else []
        )
        if one.of is not None and one.of < len(given_) and given_[one.of]:
            signal, given_[one.of] = given_[one.of], ""  # once each
            if one.withdrawn:
                town.changes.withdraw(source(), signal, "mistake")
                continue
            town.correct(signal, people, ties=ties)
        else:
            signal = town.push(
                people,
                ties,
                conditions=list(one.conditions),
                compartment="honour" if one.closed else "none",
            )
            given_.append(signal)
        town.names[signal] = str(number)
        for p in one.people:
            town.names[town.mention(signal, f"p{p}")] = f"{number}/{p}"


def outcome(
    settings: Settings,
    migrated: Path,
    told: Sequence[Told],
    at_once: Callable[[int], int],
    pause: int,
) -> Any:
    """What every context sees after `told`, of which the first `pause` were linked before."""
    with town_in(settings, migrated) as town:
        town.decisions = ByContent()  # type: ignore[assignment]
        town.linker = town.new_linker()
        deliver(town, told[:pause])
        link_all(town, at_once(0))
        names = town.names
        deliver(town, told[pause:])
        town.names = {**names, **{k: f"later {v}" for k, v in town.names.items()}}
        link_all(town, at_once(1))
        return {one.value: town.seen_in(one) for one in LegalContext}


@pytest.mark.slow
@pytest.mark.timeout(400)
@examples(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=st.lists(deliveries, min_size=2, max_size=7), pause=st.integers(0, 3))
def test_a_batch_is_linked_as_its_signals_would_be_one_after_another(
    settings: Settings, migrated: Path, told: list[Told], pause: int
) -> None:
    apart = outcome(settings, migrated, told, lambda _: 1, pause)
    assert outcome(settings, migrated, told, lambda _: 100, pause) == apart
    assert outcome(settings, migrated, told, lambda turn: 2 + turn, pause) == apart


ANNA = {"given": "Anna", "surname": "Zonneveld", "birthDate": "1985-04-12"}


@on_both_engines
def test_a_batch_of_one_source_is_one_question_to_consent_and_one_transaction(
    world: World,
) -> None:
    world.decisions = ByContent()  # type: ignore[assignment]
    world.linker = world.new_linker()
    signals = [world.push([person("a", "victim", **ANNA)]) for _ in range(5)]
    assert world.linker.run_once() == 5
    assert world.decisions.calls <= 2  # type: ignore[attr-defined]
    with world.engine.connect() as connection:
        made = connection.scalars(select(links.c.made_at)).all()
        people = connection.scalar(
            select(func.count()).select_from(persons).where(persons.c.layer == "vt_task")
        )
    assert len(made) >= len(signals)
    assert people == 1


def test_a_large_household_is_asked_about_in_calls_of_a_bearable_size(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.signals.linking.deciding._MOST_MENTIONS", 40)
    sizes: list[int] = []

    class Counting(ByContent):
        def evaluate(self, actor: Actor, questions: Sequence[Question]) -> list[Decision]:
            told = [q.facts for q in questions if isinstance(q.facts, SignalFacts)]
            sizes.append(sum(len(one.mentions) for facts in told for one in facts.subjects))
            return super().evaluate(actor, questions)

    world.decisions = Counting()  # type: ignore[assignment]
    world.linker = world.new_linker()
    for _ in range(12):
        world.push([person("a", "victim", **ANNA)])
    assert world.linker.run_once() == 12
    assert len(sizes) > 3
    assert max(sizes) <= 40


@on_both_engines
def test_one_that_cannot_be_opened_holds_up_no_other(world: World) -> None:
    signals = [world.push([person("a", "victim", **ANNA)]) for _ in range(4)]
    with world.engine.connect() as connection:
        from services.signals.intake.reading import load_mentions

        (erased,) = load_mentions(connection, [signals[1]])
    world.vault.destroy([erased.sealed.key_id])
    with pytest.raises(CannotOpen):
        world.linker.link_signal(signals[1])
    assert world.linker.run_once() == 3
    with world.engine.connect() as connection:
        waiting = connection.execute(
            select(link_queue.c.signal_id, link_queue.c.reason).where(
                link_queue.c.state == "pending"
            )
        ).all()
    assert [tuple(row) for row in waiting] == [(signals[1], "cannot-open")]
