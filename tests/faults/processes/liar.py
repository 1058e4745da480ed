"""A line between two services that can be cut, slow or lying. Honest unless told otherwise."""

from __future__ import annotations

import contextlib
import socket
import threading
from enum import StrEnum
from urllib.parse import urlsplit

from shared import ids

_HTML = b"<!doctype html><title>Maintenance</title><h1>Back soon</h1>"
_DRIPPING_SECONDS = 30.0


class Lie(StrEnum):
    """What the neighbour does instead of answering."""

    NONE = "honest"
    DEAD = "dead: the connection is cut at once"
    CUT = "cut in the middle of an answer"
    SLOW = "silent for 30 seconds"
    DRIPPING = "an answer that comes byte by byte for 30 seconds"
    GARBAGE = "garbage bytes"
    HTML = "200 with a page"
    LIST = "200 with a list"
    WRONG = "200 with wrong kinds of members"
    EMPTY = "200 with nothing"


def _answer(body: bytes, kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


_ANSWERS = {
    Lie.CUT: b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{",
    Lie.HTML: _answer(_HTML, "text/html"),
    Lie.LIST: _answer(b'[1, {"decision": true}]'),
    Lie.WRONG: _answer(
        b'{"evaluations":"yes","filters":7,"receipts":{"a":1},"access_token":[],"keys":3,'
        b'"items":null,"decision":"true","revision":"x","token_endpoint":5}'
    ),
    Lie.EMPTY: _answer(b""),
}


class Line:
    """Listens on `address` and passes on to `target` ("http://host:port/...")."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        self._target = ("127.0.0.1", 0)
        self._lie = Lie.NONE
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._changed = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def lead_to(self, url: str) -> str:
        """The address to use in place of `url`."""
        parts = urlsplit(url)
        assert parts.hostname and parts.port
        self._target = (parts.hostname, parts.port)
        return f"http://127.0.0.1:{self.port}{parts.path}"

    def tell(self, lie: Lie) -> None:
        """From now on; what is under way is cut."""
        self._lie = lie
        self._changed.set()
        self._changed = threading.Event()
        with self._lock:
            under_way, self._open = self._open, set()
        for each in under_way:
            _close(each)

    def close(self) -> None:
        self.tell(Lie.DEAD)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(caller)
            threading.Thread(target=self._serve, args=(caller, self._lie), daemon=True).start()

    def _serve(self, caller: socket.socket, lie: Lie) -> None:
        with contextlib.suppress(OSError):
            if lie is Lie.NONE:
                self._pass_on(caller)
            elif lie is not Lie.DEAD:
                caller.recv(65_536)
                self._lie_to(caller, lie)
        _close(caller)
        with self._lock:
            self._open.discard(caller)

    def _lie_to(self, caller: socket.socket, lie: Lie) -> None:
        if lie is Lie.SLOW:
            self._changed.wait(30)
        elif lie is Lie.DRIPPING:
            caller.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 150\r\n\r\n"
            )
            for _ in range(150):
                caller.sendall(b" ")
                if self._changed.wait(_DRIPPING_SECONDS / 150):
                    return
        else:
            caller.sendall(_ANSWERS.get(lie) or ids.random_bytes(2000))

    def _pass_on(self, caller: socket.socket) -> None:
        target = socket.create_connection(self._target, timeout=60)
        target.settimeout(None)
        with self._lock:
            self._open.add(target)
        back = threading.Thread(target=_pump, args=(target, caller), daemon=True)
        back.start()
        _pump(caller, target)
        back.join()
        with self._lock:
            self._open.discard(target)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    _close(source)
    _close(sink)


def _close(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
