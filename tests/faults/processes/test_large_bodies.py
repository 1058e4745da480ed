"""Bodies without end against real processes: a clear 4xx, bounded memory, and others are served."""

from __future__ import annotations

import contextlib
import json
import select
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from shared import clock
from tests.faults.processes.place import Place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MEGABYTE = 1 << 20
LARGE = 100 * MEGABYTE
PIECE = b"x" * (256 << 10)
MOST_MORE = 48 * MEGABYTE  # that a process may take more at its peak: less than half the body
PATIENCE = 60.0  # seconds, on a busy machine
SLOW_CALLERS = 60  # several times the threads of a service


def memory(place: Place, name: str, what: str) -> int:
    """Bytes: VmRSS now, VmHWM at the peak since `forget_peak`."""
    status = Path(f"/proc/{place.supervisor.process_id(name)}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(f"{what}:"))
    return int(line.split()[1]) << 10


def forget_peak(place: Place, name: str) -> None:
    Path(f"/proc/{place.supervisor.process_id(name)}/clear_refs").write_text("5")


def address(place: Place, name: str) -> tuple[str, int]:
    """Where the process itself listens; "gateway" is what callers see."""
    if name == "gateway":
        return "127.0.0.1", place.settings.port
    parts = urlsplit(place.supervisor.inside[f"BUNDEL_{name.upper()}_URL"])
    return "127.0.0.1", int(parts.port or 0)


def head(place: Place, *lines: str) -> bytes:
    told = [
        "POST /signals/v1/signals/_bulk HTTP/1.1",
        "Host: localhost",
        f"Authorization: {place.source.headers()['Authorization']}",
        "Content-Type: application/x-ndjson",
        *lines,
    ]
    return ("\r\n".join(told) + "\r\n\r\n").encode()


def one_line(size: int) -> Iterator[bytes]:
    """One NDJSON line, never ended."""
    for _ in range(size // len(PIECE)):
        yield PIECE


def chunked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    yield b"0\r\n\r\n"


def answer_to(line: socket.socket, pieces: Iterator[bytes]) -> tuple[int, bytes]:
    """Sends until an answer comes; its status and all that came. A refusal may come before all is
    sent, as RFC 9112 section 9.3 allows; a caller that does not listen then is cut off."""
    line.settimeout(PATIENCE)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for piece in pieces:
            if select.select([line], [], [], 0)[0]:
                break
            line.sendall(piece)
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while part := line.recv(65_536):
            found += part
    assert found.startswith(b"HTTP/1.1 "), found[:100]
    return int(found.split()[1]), found


@pytest.mark.parametrize("name", ["gateway", "signals"])
@pytest.mark.parametrize("way", ["whole", "chunked"])
def test_a_line_of_100_mb_is_refused_in_bounded_memory(place: Place, name: str, way: str) -> None:
    watched = {"gateway", "signals"}
    for each in watched:
        forget_peak(place, each)
    before = {each: memory(place, each, "VmRSS") for each in watched}
    length = f"Content-Length: {LARGE}" if way == "whole" else "Transfer-Encoding: chunked"
    body = one_line(LARGE) if way == "whole" else chunked(one_line(LARGE))
    with socket.create_connection(address(place, name)) as line:
        line.sendall(head(place, length))
        status, told = answer_to(line, body)
    assert status == 413, told[:500]
    assert b"application/problem+json" in told
    for each in watched:
        assert memory(place, each, "VmHWM") - before[each] < MOST_MORE, each
    assert place.push().status == 201


def test_a_line_that_fills_all_that_is_taken_is_answered_for_itself(place: Place) -> None:
    size = place.settings.max_bulk_bytes - MEGABYTE
    size -= size % len(PIECE)
    forget_peak(place, "signals")
    before = memory(place, "signals", "VmRSS")
    with socket.create_connection(address(place, "signals")) as line:
        line.sendall(head(place, f"Content-Length: {size}", "Connection: close"))
        status, told = answer_to(line, one_line(size))
    assert status == 200
    assert json.loads(told[told.index(b'{"line"') :].splitlines()[0])["status"] == 413
    assert memory(place, "signals", "VmHWM") - before < MOST_MORE


def test_many_callers_that_never_finish_hold_up_nobody(place: Place) -> None:
    before = memory(place, "signals", "VmRSS")
    with contextlib.ExitStack() as slow:
        for _ in range(SLOW_CALLERS):
            line = slow.enter_context(socket.create_connection(address(place, "signals")))
            line.sendall(head(place, "Content-Length: 1000") + b'{"sourceReference"')
        began = clock.monotonic()
        assert place.push().status == 201
        assert clock.monotonic() - began < PATIENCE / 4
        assert memory(place, "signals", "VmRSS") - before < MOST_MORE
    assert place.push().status == 201
