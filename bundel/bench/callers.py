"""Callers over loopback HTTP: many at once for rates, one after another for times."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_TIMEOUT = 60.0


@dataclass(frozen=True)
class Call:
    """One request. `path` is joined to the address; `operations`: how many things it does."""

    path: str
    headers: Mapping[str, str]
    body: bytes | None = field(repr=False, default=None)
    method: str = "POST"
    operations: int = 1


class CallFailed(Exception):
    """A call was answered with something else than success; the figure would mean nothing."""


@dataclass
class Load:
    """What a load did. `seconds` from the first call to the last answer."""

    times: list[float] = field(default_factory=list)  # seconds, one per call
    operations: int = 0
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return self.operations / self.seconds if self.seconds else 0.0


class Caller:
    """One connection, kept open."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._prefix = parts.path.rstrip("/")
        self._connection = http.client.HTTPConnection(
            parts.hostname or "127.0.0.1", parts.port, timeout=_TIMEOUT
        )

    def send(self, call: Call) -> bytes:
        """The body of a successful answer. Raises CallFailed."""
        try:
            self._connection.request(
                call.method, self._prefix + call.path, body=call.body, headers=dict(call.headers)
            )
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise CallFailed(f"{call.method} {call.path}: {type(error).__name__}") from error
        if response.status >= 300:
            raise CallFailed(f"{call.method} {call.path}: {response.status} {body[:300]!r}")
        return body

    def close(self) -> None:
        self._connection.close()


def together(
    address: str, calls: Iterator[Call], callers: int, seconds: float, most: int = 10**9
) -> Load:
    """`callers` at once, each taking the next of `calls`, for `seconds` or `most` calls.

    Raises CallFailed with the first failure.
    """
    load, lock, failures = Load(), threading.Lock(), list[CallFailed]()
    end = time.perf_counter() + seconds
    taken = 0

    def next_call() -> Call | None:
        nonlocal taken
        with lock:
            if taken >= most or failures or time.perf_counter() > end:
                return None
            taken += 1
            return next(calls, None)

    def work() -> None:
        caller = Caller(address)
        try:
            while (call := next_call()) is not None:
                began = time.perf_counter()
                caller.send(call)
                with lock:
                    load.times.append(time.perf_counter() - began)
                    load.operations += call.operations
        except CallFailed as error:
            failures.append(error)
        finally:
            caller.close()

    started = time.perf_counter()
    threads = [threading.Thread(target=work, daemon=True) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - started
    if failures:
        raise failures[0]
    return load


@dataclass(frozen=True)
class Side:
    """One of two that are measured in turns: where it is, and its next call."""

    address: str
    next_call: Callable[[], Call]


def in_turns(own: Side, peer: Side, seconds: float, least: int) -> tuple[list[float], list[float]]:
    """Times in ms of calls to `own` and `peer`, alternating in small blocks, for `seconds` or
    until there are `least` of each, whichever is later but within four times `seconds`."""
    sides = [(Caller(own.address), own, list[float]()), (Caller(peer.address), peer, [])]
    try:
        for caller, side, _times in sides:  # warm: connections, caches, prepared statements
            for _ in range(3):
                caller.send(side.next_call())
        end = time.perf_counter() + seconds
        last = end + 3 * seconds
        while True:
            now = time.perf_counter()
            if (now > end and len(sides[0][2]) >= least) or now > last:
                break
            for caller, side, times in sides:
                for _ in range(5):
                    began = time.perf_counter()
                    caller.send(side.next_call())
                    times.append((time.perf_counter() - began) * 1000)
    finally:
        for caller, _side, _times in sides:
            caller.close()
    return sides[0][2], sides[1][2]
