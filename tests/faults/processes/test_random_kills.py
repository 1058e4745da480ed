"""kill -9 of any service at random under load: nothing acknowledged is lost or doubled, and no read
is answered without its entry (I1, I7). Twenty rounds; BUNDEL_SOAK=10 makes it two hundred."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter

import pytest

from shared import clock
from shared.problems import Problem
from tests.faults.processes.place import Place

ROUNDS = 20 * int(os.environ.get("BUNDEL_SOAK", "1"))
KILLED = ("identity", "audit", "consent", "signals", "gateway")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400 + 30 * ROUNDS)]


class Load:
    """Sources that deliver and a coordinator who looks, all the time, whatever happens."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._stop = threading.Event()
        self.answers: Counter[int] = Counter()
        acts = (self._deliver, self._deliver, self._look)
        self._threads = [threading.Thread(target=self._run, args=(act,)) for act in acts]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _deliver(self) -> int:
        return self._place.push().status

    def _look(self) -> int:
        return self._place.look().status

    def _run(self, act: object) -> None:
        assert callable(act)
        while not self._stop.is_set():
            try:
                self.answers[act()] += 1
            except Problem as error:
                self.answers[-int(error.status)] += 1
            self._stop.wait(0.1)


def _victims(rounds: int, chance: random.Random) -> list[str]:
    """Each as often, in any order: five deaths in twenty seconds would stop the installation."""
    found: list[str] = []
    while len(found) < rounds:
        found += chance.sample(KILLED, len(KILLED))
    return found[:rounds]


def test_nothing_acknowledged_is_lost_or_doubled_and_no_read_is_without_its_entry(
    place: Place,
) -> None:
    chance = random.Random(os.environ.get("BUNDEL_SOAK_SEED", "20261123"))
    with Load(place) as load:
        for victim in _victims(ROUNDS, chance):
            clock.pause(chance.uniform(0.05, 0.6))
            place.supervisor.kill(victim)
            clock.pause(chance.uniform(0.0, 0.3))
            place.supervisor.watch()
            if chance.random() < 0.7:
                place.supervisor.wait_until_ready(150)
        place.supervisor.wait_until_ready(150)
        clock.pause(1.0)
    assert load.answers[201] > ROUNDS, load.answers
    assert load.answers[200] > ROUNDS // 4, load.answers
    assert set(load.answers) <= {200, 201, 503, -503, 401, -401}, load.answers
    place.wait_until_settled()
    stored = place.stored()
    assert {ref: n for ref, n in stored.items() if n != 1} == {}
    assert set(place.kept) <= set(stored)
    entries = place.entries()
    received = Counter(
        signal
        for body in entries
        if body["event"] == "signal.accepted"
        for signal in body["signalIds"]
    )
    assert {signal for signal in place.kept.values() if received[signal] != 1} == set()
    written = {body.get("traceId") for body in entries if body["event"] == "household.opened"}
    assert set(place.reads) <= written
