"""The simulated source systems: each pushes with its own credentials, as a real one would.

Acute signals go at once and alone; the rest is collected and sent in bulk (NDJSON), a quarter of a
year at a time, so that sources take turns and each tells its own in the order of time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bundel.demo.model import Delivery, Signal, Source, Step
from bundel.demo.plan import Progress
from bundel.demo.problems import DemonstrationFailed, refused
from bundel.installation import Installation
from bundel.source_client import SourceClient
from shared.clients.transport import Answer, Transport

BULK_LINES = 100
_TIMEOUT = 120.0  # seconds for one request: a bulk is many signals
_ACCEPTED = (200, 201, 202)
_ACUTE = ("acute", "spontaneous_disclosure")
Told = Callable[[int], None]


def body_of(signal: Signal) -> bytes:
    """The bytes that are delivered: the same signal always gives the same."""
    return json.dumps(signal.to_json(), ensure_ascii=False, separators=(",", ":")).encode()


@dataclass
class SourceSystem:
    """One source system's conversation with Bundel."""

    source: Source
    installation: Installation
    transport: Transport
    client: SourceClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = SourceClient(self.installation, self.source, self.transport)

    def push(self, signal: Signal) -> str:
        """Delivers one signal; its id. Raises DemonstrationFailed with every fault."""
        answer = self._send("POST", "signals", body_of(signal))
        if answer.status not in _ACCEPTED:
            raise refused(f"{self.source} pushing {signal.reference}", answer)
        return str(answer.json()["signalId"])

    def push_many(self, signals: Sequence[Signal]) -> list[str]:
        """Delivers signals in one request; their ids in order. Raises DemonstrationFailed."""
        lines = b"".join(body_of(signal) + b"\n" for signal in signals)
        answer = self._send("POST", "signals/_bulk", lines, kind="application/x-ndjson")
        if answer.status != 200:
            raise refused(f"{self.source} pushing {len(signals)} signals", answer)
        results = [json.loads(line) for line in answer.body.splitlines() if line.strip()]
        if len(results) != len(signals):
            raise DemonstrationFailed(
                f"{self.source}: {len(signals)} signals were sent, {len(results)} were answered."
            )
        return [
            self._id_of(signal, result) for signal, result in zip(signals, results, strict=True)
        ]

    def correct(self, signal: Signal, signal_id: str) -> None:
        """Replaces the first version by this one. Doing it again changes nothing."""
        answer = self._send("PUT", f"signals/{signal_id}", body_of(signal), match='"1"')
        if answer.status not in _ACCEPTED:
            raise refused(f"{self.source} correcting {signal.reference}", answer)

    def withdraw(self, signal_id: str, reason: str) -> None:
        """Withdraws a signal. Doing it again changes nothing."""
        body = json.dumps({"reason": reason}).encode()
        answer = self._send("POST", f"signals/{signal_id}/withdrawals", body)
        if answer.status not in _ACCEPTED:
            raise refused(f"{self.source} withdrawing {signal_id}", answer)

    def status(self, signal_id: str) -> dict[str, Any]:
        """How one of its own signals stands."""
        answer = self._send("GET", f"signals/{signal_id}/status")
        if answer.status != 200:
            raise refused(f"{self.source} asking about {signal_id}", answer)
        body: dict[str, Any] = answer.json()
        return body

    def _send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        kind: str = "application/json",
        match: str = "",
    ) -> Answer:
        headers = self.client.headers()
        if body is not None:
            headers["Content-Type"] = kind
        if match:
            headers["If-Match"] = match
        url = f"{self.installation.base_url}/signals/v1/{path}"
        return self.transport.send(method, url, headers, body, timeout=_TIMEOUT)

    def _id_of(self, signal: Signal, result: dict[str, Any]) -> str:
        if result.get("status") not in _ACCEPTED:
            faults = "; ".join(
                f"{fault.get('pointer')}: {fault.get('detail')}"
                for fault in result.get("errors", [])
            )
            told = f"{result.get('detail', '')} {faults}".strip()
            raise DemonstrationFailed(
                f"{self.source} pushing {signal.reference}: {result.get('status')} {told}"
            )
        return str(result["signalId"])


@dataclass
class Simulation:
    """All source systems together, working through the deliveries. `told` hears how many more."""

    systems: dict[Source, SourceSystem]
    progress: Progress
    told: Told
    _waiting: dict[Source, list[Delivery]] = field(default_factory=dict)

    def run(self, deliveries: Sequence[Delivery]) -> None:
        """Delivers what was not delivered before, in the order of time."""
        season: tuple[int, int] | None = None
        for delivery in deliveries:
            if delivery.key in self.progress:
                self.told(1)
                continue
            if season is not None and _season(delivery.at) != season:
                self._send_all()
            season = _season(delivery.at)
            self._take(delivery)
        self._send_all()

    def signal_ids(self, deliveries: Sequence[Delivery]) -> Iterator[tuple[Source, str]]:
        """The signals that were pushed, in order."""
        for delivery in deliveries:
            if delivery.step is Step.PUSH:
                yield delivery.signal.source, self.progress.result(delivery.key)

    def _take(self, delivery: Delivery) -> None:
        source = delivery.signal.source
        waiting = self._waiting.setdefault(source, [])
        if delivery.step is Step.PUSH and delivery.signal.severity not in _ACUTE:
            waiting.append(delivery)
            if len(waiting) >= BULK_LINES:
                self._send(source)
            return
        self._send(source)  # first what happened before
        self._alone(delivery)

    def _alone(self, delivery: Delivery) -> None:
        signal = delivery.signal
        system = self.systems[signal.source]
        if delivery.step is Step.PUSH:
            result = system.push(signal)
        else:
            pushed = f"{signal.source}:{signal.reference}:{Step.PUSH}"
            result = self.progress.result(pushed)
            if delivery.step is Step.CORRECT:
                system.correct(signal, result)
            else:
                system.withdraw(result, delivery.reason)
        self.progress.add([(delivery.key, result)])
        self.told(1)

    def _send(self, source: Source) -> None:
        waiting = self._waiting.pop(source, [])
        if not waiting:
            return
        numbers = self.systems[source].push_many([delivery.signal for delivery in waiting])
        keys = (delivery.key for delivery in waiting)
        self.progress.add(zip(keys, numbers, strict=True))
        self.told(len(waiting))

    def _send_all(self) -> None:
        for source in list(self._waiting):
            self._send(source)


def _season(moment: datetime) -> tuple[int, int]:
    return moment.year, (moment.month - 1) // 3
