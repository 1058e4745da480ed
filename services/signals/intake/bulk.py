"""Bulk delivery: NDJSON in, one result per line out (row 4).

Lines are read one by one and committed in chunks; a line is acknowledged only after its chunk's
commit. A line that is too much is answered for itself, so that nothing acknowledged is hidden.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader, RawIOBase
from typing import IO, Any, cast

from werkzeug.exceptions import RequestEntityTooLarge

from services.signals.intake.answers import Answered
from services.signals.intake.meeting import ReferenceTaken
from services.signals.intake.service import Intake, Outcome
from shared.authentication.actor import Actor
from shared.problems import TooLarge

MOST_LINES = 500
CHUNK = 50  # lines in one transaction
_BLOCK = 64 * 1024  # bytes


@dataclass(frozen=True)
class Line:
    """One line, without its end. `raw` is None when it is longer than a signal may be."""

    number: int  # from 1, empty lines counted
    raw: bytes | None = field(repr=False)


def deliver_lines(intake: Intake, actor: Actor, stream: IO[bytes], longest: int) -> Iterator[bytes]:
    """Results as NDJSON. `longest`: bytes of one line."""
    chunk: list[Line] = []
    taken = 0
    # Read in blocks: the server's own stream hands out a line byte by byte.
    for line in _lines(BufferedReader(cast(RawIOBase, stream), _BLOCK), longest):
        taken += 1
        if line.raw is None or taken > MOST_LINES:
            yield from _results(intake, actor, chunk)
            chunk = []
            yield _result(line.number, _too_much(line))
            continue
        chunk.append(line)
        if len(chunk) == CHUNK:
            yield from _results(intake, actor, chunk)
            chunk = []
    yield from _results(intake, actor, chunk)


def _too_much(line: Line) -> TooLarge:
    if line.raw is None:
        return TooLarge("The line, or all that came with it, is longer than is taken.")
    return TooLarge(f"Send at most {MOST_LINES} lines in one request; send this one again.")


def _results(intake: Intake, actor: Actor, chunk: list[Line]) -> Iterator[bytes]:
    outcomes = intake.deliver_many(actor, [line.raw or b"" for line in chunk])
    for line, outcome in zip(chunk, outcomes, strict=True):
        yield _result(line.number, outcome)


def _result(number: int, outcome: Outcome) -> bytes:
    body: dict[str, Any] = {"line": number}
    if isinstance(outcome, Answered):
        answer = outcome.to_json()
        body["status"] = outcome.status
        body["signalId"] = answer["signalId"]
        body["state"] = answer["state"]
        body["persons"] = answer["persons"]
        if "currentVersion" in answer:
            body["currentVersion"] = answer["currentVersion"]
        if answer["warnings"]:
            body["warnings"] = answer["warnings"]
    else:
        body["status"] = int(outcome.status)
        body["code"] = outcome.code
        body["detail"] = outcome.detail
        body["errors"] = [
            {"pointer": f.pointer, "code": f.code, "detail": f.detail} for f in outcome.faults
        ]
        if isinstance(outcome, ReferenceTaken):
            body.update(outcome.members)
    return json.dumps(body, separators=(",", ":")).encode() + b"\n"


def _lines(stream: BufferedReader, longest: int) -> Iterator[Line]:
    number = 0
    while True:
        number += 1
        try:
            raw = stream.readline(longest + 2)
            ended = raw.endswith(b"\n")
            if raw and not ended and len(raw) > longest:
                _skip_line(stream, longest)
                yield Line(number, None)
                continue
        except RequestEntityTooLarge:
            yield Line(number, None)  # the rest is not read: this line says where it stopped
            return
        if not raw:
            return
        text = raw.rstrip(b"\r\n")
        if text.strip():
            yield Line(number, text if len(text) <= longest else None)


def _skip_line(stream: BufferedReader, size: int) -> None:
    while True:
        rest = stream.readline(size)
        if not rest or rest.endswith(b"\n"):
            return
