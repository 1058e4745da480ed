"""How a service reaches a neighbour over HTTP: one pool, hard time limits, one kind of failure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

import urllib3
from werkzeug.test import Client

from shared import clock
from shared.problems import Unavailable

LARGEST_ANSWER = 64_000_000  # bytes; more is no answer of a neighbour
_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Answer:
    """A neighbour's answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON. Raises Unavailable when a lying neighbour sends something else."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Unavailable(
                "A neighbouring service sent an answer that cannot be read."
            ) from error


class Transport(Protocol):
    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Sends one request. Raises Unavailable when no whole answer comes in time."""


class PooledTransport:
    """urllib3 with keep-alive; at most 32 connections to each neighbour. `timeout` in seconds."""

    def __init__(self, timeout: float = 5.0) -> None:
        self._timeout = timeout
        self._pool = urllib3.PoolManager(num_pools=8, maxsize=32, block=False, retries=False)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,
    ) -> Answer:
        limit = timeout or self._timeout
        end = clock.monotonic() + limit
        try:
            response = self._pool.request(
                method,
                url,
                headers=dict(headers or {}),
                body=body,
                timeout=urllib3.Timeout(total=limit),
                redirect=False,
                retries=urllib3.Retry(connect=1, read=0, redirect=0, other=0, status=0),
                preload_content=False,
            )
            whole = _whole(response, end)
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable from error
        lowered = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, lowered, whole)


def _whole(response: urllib3.BaseHTTPResponse, end: float) -> bytes:
    """The body, when all of it is there before `end` (a limit on each read lets an answer that
    drips go on for ever). Raises Unavailable."""
    parts: list[bytes] = []
    size = 0
    try:
        while part := response.read1(_AT_ONCE):
            size += len(part)
            if size > LARGEST_ANSWER or clock.monotonic() > end:
                response.close()
                raise Unavailable
            parts.append(part)
    finally:
        response.release_conn()
    return b"".join(parts)


class WsgiTransport:
    """Calls WSGI applications in this process, by the first part of the path.

    For tests that run the whole of Bundel without sockets; `down` names services that are "off".
    """

    def __init__(self, applications: Mapping[str, Callable[..., Any]] | None = None) -> None:
        self.applications: dict[str, Callable[..., Any]] = dict(applications or {})
        self.down: set[str] = set()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,
    ) -> Answer:
        parts = urlsplit(url)
        name = parts.path.split("/")[1]
        if name in self.down or name not in self.applications:
            raise Unavailable
        base = f"{parts.scheme}://{parts.netloc}"
        response = Client(self.applications[name], use_cookies=False).open(
            path=parts.path,
            query_string=parts.query,
            method=method,
            headers=list((headers or {}).items()),
            data=body,
            base_url=base,
        )
        lowered = {key.lower(): value for key, value in response.headers.items()}
        return Answer(response.status_code, lowered, response.get_data())
