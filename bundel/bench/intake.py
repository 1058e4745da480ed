"""Signals per second: acknowledged, and until they are linked and in the log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bundel.bench.callers import Call, CallFailed, Load, together
from bundel.bench.ground import Ground
from bundel.bench.line import Line, rate_line
from bundel.bench.material import Material, bulk_call, single_call

CALLERS = 64
BULK_CALLERS = 4
BATCH = 50
_ROUNDS = 2
_DRAIN_FACTOR = 6  # linking may take this many times as long as delivering did
_NDJSON = "application/x-ndjson"


@dataclass
class Sent:
    """All rounds of one side together."""

    delivered: int = 0
    delivering: float = 0.0  # seconds
    linked: int = 0
    until_linked: float = 0.0  # seconds

    def add(self, load: Load, left: int, whole: float) -> None:
        self.delivered += load.operations
        self.delivering += load.seconds
        self.linked += max(0, load.operations - left)
        self.until_linked += whole


def stock(ground: Ground, material: Material, persons: int, patience: float = 3600.0) -> int:
    """Delivers households until `persons` invented persons are stored and linked; how many
    signals. Raises CallFailed when linking does not come to an end."""
    signals, known, count = [], 0, 0
    for own, told in material.households():
        if known >= persons:
            break
        known += own
        signals.extend(told)
        if len(signals) >= BATCH:
            count += len(signals)
            _bulk(ground, iter([bulk_call(signals, ground.source_headers(_NDJSON))]), 60.0)
            signals = []
    if signals:
        count += len(signals)
        _bulk(ground, iter([bulk_call(signals, ground.source_headers(_NDJSON))]), 60.0)
    left = ground.settle(patience)
    if left:
        raise CallFailed(f"{left} signals of the stock were not linked after {patience:.0f} s")
    return count


def intake_single(ground: Ground, material: Material, seconds: float, stored: int) -> Line:
    """64 callers with one signal a call, until linked and audited, beside the peer's insert."""
    sent, peer = Sent(), Load()
    for _ in range(_ROUNDS):
        _settled_before(ground)
        _round(ground, _singles(ground, material), CALLERS, seconds / 8 / _ROUNDS, sent)
        _add(peer, _peer(ground, material, seconds / 4 / _ROUNDS))
    own = sent.linked / sent.until_linked
    note = f"{stored} persons stored; acknowledged {sent.delivered / sent.delivering:.0f}/s"
    note += f", linked and audited {own:.0f}/s"
    return rate_line("intake_single", own, peer.per_second, sent.linked, note)


def intake_batches(
    ground: Ground, material: Material, seconds: float, stored: int
) -> tuple[Line, Line]:
    """Batches of 50: acknowledged, and until linked and audited, beside the same insert."""
    sent, peer = Sent(), Load()
    for _ in range(_ROUNDS):
        _settled_before(ground)
        _round(ground, _batches(ground, material), BULK_CALLERS, seconds / 8 / _ROUNDS, sent)
        _add(peer, _peer(ground, material, seconds / 4 / _ROUNDS))
    note = f"{stored} persons stored; {BULK_CALLERS} callers; the peer is single inserts"
    acknowledged = sent.delivered / sent.delivering
    linked = sent.linked / sent.until_linked
    return (
        rate_line("intake_batch", acknowledged, peer.per_second, sent.delivered, note),
        rate_line(
            "intake_batch_linked",
            linked,
            peer.per_second,
            sent.linked,
            f"{note}; {linked:.0f} signals/s",
        ),
    )


def _round(ground: Ground, calls: Iterator[Call], callers: int, seconds: float, sent: Sent) -> None:
    started = time.perf_counter()
    load = together(ground.addresses["signals"], calls, callers, seconds)
    left = ground.settle(max(5.0, seconds * _DRAIN_FACTOR))
    sent.add(load, left, time.perf_counter() - started)


def _settled_before(ground: Ground) -> None:
    if left := ground.settle(120):
        raise CallFailed(f"{left} earlier signals are still not linked")


def _singles(ground: Ground, material: Material) -> Iterator[Call]:
    # Made beforehand, or the generator's work would count as ours.
    headers = ground.source_headers()
    return iter([single_call(signal, headers) for signal in islice(material.signals(), 1500)])


def _batches(ground: Ground, material: Material) -> Iterator[Call]:
    headers, source = ground.source_headers(_NDJSON), material.signals()
    return iter([bulk_call(list(islice(source, BATCH)), headers) for _ in range(60)])


def _peer(ground: Ground, material: Material, seconds: float) -> Load:
    headers = {"Content-Type": "application/json"}
    bodies = [single_call(signal, headers).body for signal in islice(material.signals(), 500)]

    def calls() -> Iterator[Call]:
        while True:
            for body in bodies:
                yield Call("/signals", headers, body)

    return together(ground.addresses["peer"], calls(), CALLERS, seconds)


def _add(total: Load, load: Load) -> None:
    total.operations += load.operations
    total.seconds += load.seconds


def _bulk(ground: Ground, calls: Iterator[Call], seconds: float) -> None:
    together(ground.addresses["signals"], calls, 1, seconds)
