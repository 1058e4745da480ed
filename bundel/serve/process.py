"""One service in one process: a threaded WSGI server on an inherited socket, and its workers."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol

import waitress
from flask import Flask

from bundel.serve.gateway import gateway_application
from bundel.serve.refusing import tell_problems
from services.audit.witness.app import create_witness
from shared.http import mounted
from shared.logging import configure_logging, get_logger
from shared.settings import Settings, load_settings, load_witness_settings

THREADS = 16
_CONNECTIONS = 1000
_IDLE_SECONDS = 0.2
_FAILED_SECONDS = 2.0
_YOUNG_OBJECTS = 25_000  # made since the last collection, before the next one looks at them


class Worker(Protocol):
    def run_once(self) -> int:
        """Does what is waiting; the number of things done, 0 when there is nothing to do."""


class WorkerThread:
    """Calls a worker again and again until it is stopped; a failure waits and tries again."""

    def __init__(self, name: str, worker: Worker) -> None:
        self._worker = worker
        self._name = name
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"worker-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Lets the piece of work in hand finish, at most five seconds."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                done = self._worker.run_once()
                pause = 0.0 if done else _IDLE_SECONDS
            except Exception as error:
                get_logger().warning(
                    "worker failed", where=self._name, exception_type=type(error).__name__
                )
                pause = _FAILED_SECONDS
            if pause:
                self._stopping.wait(pause)


def application(name: str, settings: Settings) -> tuple[Callable[..., Any], Flask | None]:
    """The WSGI application of a service by its name, and its Flask app if it has one."""
    if name == "gateway":
        return gateway_application(settings), None
    if name == "witness":
        app = create_witness(load_witness_settings())
        return mounted(app, name), app
    app = importlib.import_module(f"services.{name}.app").create_app(settings)
    return mounted(app, name), app


def serve(name: str, listener: socket.socket) -> None:
    """Serves until SIGTERM, then stops cleanly: workers first, then the app's own close."""
    settings = load_settings()
    configure_logging(name, settings.log_level)
    wsgi, app = application(name, settings)
    threads: list[WorkerThread] = []
    if app is not None:
        for worker_name, worker in app.extensions.get("bundel_workers", {}).items():
            threads.append(WorkerThread(worker_name, worker))
    server = waitress.create_server(
        wsgi,
        sockets=[listener],
        threads=THREADS * 2 if name == "gateway" else THREADS,
        max_request_body_size=settings.max_bulk_bytes + 1_000_000,
        ident=None,
        clear_untrusted_proxy_headers=True,
        channel_timeout=60,
        # Callers that are slow to send hold a connection, not a thread.
        connection_limit=_CONNECTIONS,
        asyncore_use_poll=True,
    )
    tell_problems(server)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor decides when to stop
    spare_the_collector()
    for thread in threads:
        thread.start()
    get_logger().info("serving", pid=os.getpid())
    try:
        server.run()
    finally:
        for thread in threads:
            thread.stop()
        server.close()
        close = app.extensions.get("bundel_close") if app is not None else None
        if close is not None:
            close()


def spare_the_collector() -> None:
    """What stands now lives as long as the process: the collector need not look at it again. A
    full collection of it would stop every thread for some 50 ms, at every third large answer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 10, 10)


def _leave(_signal: int, _frame: object) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
