"""Invented signals from the demonstration's generator, as many as a line needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bundel.bench.callers import Call
from bundel.bench.ground import SOURCE
from bundel.demo.model import Signal, Source, Statement, Step
from bundel.demo.population import household
from bundel.demo.simulators import body_of
from shared import clock

SEED = 71
MENTIONS = 3
_SHORTEST, _LONGEST = 2000, 2700  # bytes: about 2.3 kB
_POLICE = Source(SOURCE)
_SENTENCES = (
    "Melder hoorde geschreeuw en zag dat iemand werd weggeduwd in het trappenhuis.",
    "De kinderen waren volgens de buurvrouw boven en hebben het een en ander meegekregen.",
    "Ter plaatse is gesproken met beide bewoners, die elk een ander verhaal vertelden.",
    "Er waren geen zichtbare verwondingen; de telefoon lag gebroken op de grond.",
    "Afgesproken is dat een van beiden die nacht elders verblijft.",
)


class Material:
    """Police signals of one region, one household after another; nothing is given twice."""

    def __init__(self, seed: int = SEED) -> None:
        self._seed = seed
        self._today = clock.today()
        self._position = 0

    def signals(self) -> Iterator[Signal]:
        """Signals of about 2.3 kB that name three persons."""
        for signal in self._pushed():
            if len(signal.mentions) == MENTIONS:
                yield _of_usual_length(signal)

    def households(self) -> Iterator[tuple[int, list[Signal]]]:
        """(invented persons, police signals) of one household after another."""
        while True:
            told = household(self._seed, self._position, self._today)
            self._position += 1
            signals = [
                delivery.signal
                for delivery in told.deliveries
                if delivery.step is Step.PUSH and delivery.signal.source is _POLICE
            ]
            if signals:
                yield len(told.household.persons), signals

    def _pushed(self) -> Iterator[Signal]:
        for _persons, signals in self.households():
            yield from signals


def long_history(count: int) -> list[Signal]:
    """One household that the police met `count` times, hours apart, all addressed to VT."""
    template = next(
        signal
        for signal in Material(SEED + 1).signals()
        if signal.category == "incident"
        and all(mention.bsn and mention.name for mention in signal.mentions)
    )
    midnight = datetime.combine(clock.today(), time(0), tzinfo=UTC)
    signals = []
    for number in range(count):
        moment = midnight - timedelta(hours=6 * (count - number))
        statement = Statement("fact", f"{_SENTENCES[number % 5]} Melding {number + 1} dit jaar.")
        signals.append(
            replace(
                template,
                reference=f"BENCH-{number:05d}",
                reported=moment,
                occurred=moment,
                occurred_to=None,
                addressed_to="VT",
                statements=(statement, *template.statements[:2]),
                relayed_from=None,
                origin_incident="",
                first_processed=_day_of(moment) if template.police_article else None,
            )
        )
    return signals


def single_call(signal: Signal, headers: dict[str, str]) -> Call:
    """Delivering one signal."""
    return Call("/v1/signals", headers, body_of(signal))


def bulk_call(signals: list[Signal], headers: dict[str, str]) -> Call:
    """Delivering several in one request."""
    lines = b"".join(body_of(signal) + b"\n" for signal in signals)
    return Call("/v1/signals/_bulk", headers, lines, operations=len(signals))


def to_json_bytes(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _of_usual_length(signal: Signal) -> Signal:
    """The signal with as many sentences more as bring it to about 2.3 kB."""
    number = 0
    while (size := len(body_of(signal))) < _SHORTEST and size < _LONGEST:
        said = Statement("fact", _SENTENCES[number % len(_SENTENCES)])
        signal = replace(signal, statements=(*signal.statements, said))
        number += 1
    return signal


def _day_of(moment: datetime) -> date:
    return moment.date()
