"""Pushing a file of signals as a source system: in batches, resumable, patient.

What was acknowledged is recorded in BUNDEL_HOME/pushed after every batch, so that a second run goes
on where the first ended. The record counts only while Bundel still knows the signal that was
acknowledged last: a fresh installation starts over. Sending a line twice is harmless: Bundel
answers it as it did before.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bundel.source_client import SourceClient
from shared.clients.transport import Answer, Transport
from shared.problems import NotAuthenticated, Problem, Unavailable

BATCH_LINES = 50
BATCH_BYTES = 8_000_000
ATTEMPTS = 7  # waits 1, 2, 4, ... 32 s between them
ACKNOWLEDGED = (200, 201, 202)
_SECONDS = 60.0  # for one batch


class NotSignals(Exception):
    """The file holds neither JSON nor NDJSON; the text says what to do."""


@dataclass(frozen=True)
class Line:
    """One signal of the file. `number` is its line, or its place in a JSON list, from 1."""

    number: int
    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class Result:
    """What Bundel said of one line."""

    number: int
    status: int
    detail: str = ""
    notes: tuple[str, ...] = ()  # "pointer code: what to do", of faults or warnings
    signal_id: str = ""  # what Bundel calls it, when it is kept

    @property
    def acknowledged(self) -> bool:
        return self.status in ACKNOWLEDGED


def read_lines(content: bytes) -> list[Line]:
    """The signals in a file: one JSON object, a list of them, or one object a line (NDJSON).

    Lines of NDJSON are sent byte for byte. Raises NotSignals.
    """
    try:
        whole = json.loads(content)
    except ValueError:
        lines = [
            Line(number, raw.strip())
            for number, raw in enumerate(content.split(b"\n"), 1)
            if raw.strip()
        ]
        if not any(line.raw.startswith(b"{") for line in lines):
            raise NotSignals(
                "The file holds no JSON. Give one object, a list, or NDJSON."
            ) from None
        return lines
    documents = whole if isinstance(whole, list) else [whole]
    if not all(isinstance(document, dict) for document in documents):
        raise NotSignals("A signal is a JSON object. Give one, a list of them, or NDJSON.")
    return [
        Line(number, json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())
        for number, document in enumerate(documents, 1)
    ]


class Progress:
    """Which lines of one file were acknowledged, kept in a small file of its own.

    `last` is the line acknowledged last and the signal it became: what to ask Bundel for, to know
    that this is still the installation that acknowledged them.
    """

    def __init__(self, path: Path | None, content: bytes) -> None:
        self._path = path
        self._digest = hashlib.sha256(content).hexdigest()
        self.done: set[int] = set()
        self.last: tuple[int, str] | None = None
        try:
            told = json.loads(path.read_text()) if path is not None else {}
        except (OSError, ValueError):
            told = {}
        if isinstance(told, dict) and told.get("file") == self._digest:
            self.done = {number for number in told.get("acknowledged", []) if type(number) is int}
            last = told.get("last")
            if isinstance(last, dict):
                self.last = int(last.get("line", 0)), str(last.get("signalId", ""))

    def record(self, results: Iterable[Result]) -> None:
        """Durable before the next batch is sent."""
        for result in results:
            self.done.add(result.number)
            self.last = result.number, result.signal_id
        if self._path is None:
            return
        told: dict[str, Any] = {"file": self._digest, "acknowledged": sorted(self.done)}
        if self.last is not None:
            told["last"] = {"line": self.last[0], "signalId": self.last[1]}
        draft = self._path.with_name(self._path.name + ".new")
        draft.write_text(json.dumps(told))
        draft.replace(self._path)

    def forget(self) -> None:
        """Nothing counts as acknowledged any more."""
        self.done, self.last = set(), None
        if self._path is not None:
            self._path.unlink(missing_ok=True)


def progress_path(home: Path, address: str, client_id: str, content: bytes) -> Path:
    """The record of one client's file at one Bundel; its folder is made. Raises OSError."""
    folder = home / "pushed"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    who = hashlib.sha256(f"{address}\n{client_id}\n".encode() + content).hexdigest()
    return folder / f"{who[:32]}.json"


@dataclass
class Pusher:
    """Sends lines as one source system. `pause` waits a number of seconds."""

    client: SourceClient
    transport: Transport
    address: str  # of the service, e.g. http://127.0.0.1:8080/signals
    pause: Callable[[float], None] = time.sleep

    def push(self, lines: Sequence[Line], progress: Progress) -> Iterator[Result]:
        """A result for each line that was not acknowledged before. Raises Unavailable when Bundel
        does not answer for a minute, NotAuthenticated, Problem."""
        left = [line for line in lines if line.number not in progress.done]
        for batch in _batches(left):
            results = self._push_batch(batch)
            progress.record(result for result in results if result.acknowledged)
            yield from results

    def still_knows(self, lines: Sequence[Line], progress: Progress) -> bool:
        """Whether this Bundel has the signal that `progress` says was acknowledged last.

        Another installation at the same address does not, or calls it otherwise. Raises Unavailable
        when Bundel does not answer for a minute, NotAuthenticated, Problem.
        """
        if progress.last is None:
            return False
        number, signal_id = progress.last
        raw = next((line.raw for line in lines if line.number == number), b"{}")
        reference = json.loads(raw).get("sourceReference")
        for attempt in range(ATTEMPTS):
            if attempt:
                self.pause(2.0 ** (attempt - 1))
            try:
                return self._signal_of(reference) == signal_id
            except Unavailable:
                continue
        raise Unavailable("Bundel does not answer; what was acknowledged is recorded.")

    def _signal_of(self, reference: object) -> str | None:
        answer = self.transport.send(
            "POST",
            f"{self.address}/v1/signals/_status",
            {**self.client.headers(), "Content-Type": "application/json"},
            json.dumps({"sourceReference": reference}).encode(),
            timeout=_SECONDS,
        )
        if answer.status in (400, 404):
            return None
        _demand_ok(answer)
        return str(answer.json().get("signalId"))

    def _push_batch(self, batch: Sequence[Line]) -> list[Result]:
        waiting = list(batch)
        results: dict[int, Result] = {}
        for attempt in range(ATTEMPTS):
            if attempt:
                self.pause(2.0 ** (attempt - 1))
            try:
                for result in self._send(waiting):
                    results[result.number] = result
            except Unavailable:
                continue
            waiting = [line for line in waiting if results[line.number].status == 503]
            if not waiting:
                return [results[line.number] for line in batch]
        raise Unavailable("Bundel does not answer; what was acknowledged is recorded.")

    def _send(self, lines: Sequence[Line]) -> list[Result]:
        answer = self.transport.send(
            "POST",
            f"{self.address}/v1/signals/_bulk",
            {**self.client.headers(), "Content-Type": "application/x-ndjson"},
            b"\n".join(line.raw for line in lines),
            timeout=_SECONDS,
        )
        _demand_ok(answer)
        told = [json.loads(line) for line in answer.body.splitlines()]
        found = {each["line"]: each for each in told}
        if sorted(found) != list(range(1, len(lines) + 1)):
            raise Unavailable("The answer is not whole.")
        return [_result(line, found[place]) for place, line in enumerate(lines, 1)]


def _batches(lines: Sequence[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    size = 0
    for line in lines:
        if batch and (len(batch) == BATCH_LINES or size + len(line.raw) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line.raw) + 1
    if batch:
        yield batch


def _demand_ok(answer: Answer) -> None:
    if answer.status in (429, 502, 503, 504):
        raise Unavailable
    if answer.status == 401:
        raise NotAuthenticated("Bundel does not accept the token of this client.")
    if answer.status != 200:
        raise _refusal(answer.json())


def _refusal(told: Any) -> Problem:
    problem = Problem(str(told.get("detail", "")) if isinstance(told, dict) else "")
    problem.title = str(told.get("title", problem.title)) if isinstance(told, dict) else ""
    return problem


def _result(line: Line, told: dict[str, Any]) -> Result:
    notes = told.get("errors") or told.get("warnings") or []
    return Result(
        number=line.number,
        status=int(told["status"]),
        detail=str(told.get("detail", "")),
        signal_id=str(told.get("signalId", "")),
        notes=tuple(f"{note['pointer'] or '/'} {note['code']}: {note['detail']}" for note in notes),
    )
