"""The signals service of a benchmark with a log that is never written: what the log costs.

Only its transport differs: entries are answered with made-up receipts and go nowhere. It refuses
any home that the benchmark did not make itself, so that no real data can be read this way.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import waitress

from bundel.serve.process import THREADS, spare_the_collector
from services.signals.app import create_app
from shared.clients.transport import Answer, PooledTransport
from shared.http import mounted
from shared.logging import configure_logging
from shared.settings import Settings, SettingsError, load_settings

MARK = "made-by-bundel-bench"


class WithoutLog:
    """A transport that answers for the log itself and sends everything else."""

    def __init__(self, settings: Settings) -> None:
        self._entries = f"{settings.neighbours['audit']}/v1/entries"
        self._pool = PooledTransport(settings.neighbour_timeout)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,
    ) -> Answer:
        if url != self._entries:
            return self._pool.send(method, url, headers, body, timeout)
        receipts = [
            {"entryId": entry["entryId"], "index": 0, "leafHash": "", "treeSize": 0}
            for entry in json.loads(body or b"{}")["entries"]
        ]
        return Answer(201, {}, json.dumps({"receipts": receipts}).encode())


def refuse_real_data(home: Path, settings: Settings) -> None:
    """Raises SettingsError unless this is a home of the benchmark, in development mode."""
    if not settings.development or not (home / MARK).is_file():
        raise SettingsError("Reading without a log is for the benchmark's own invented data only.")


def main() -> None:
    """Serves on the socket whose number is the first argument; without workers."""
    settings = load_settings()
    refuse_real_data(settings.home, settings)
    configure_logging("signals", settings.log_level)
    app = create_app(settings, WithoutLog(settings))
    spare_the_collector()  # as the service with its log does
    listener = socket.socket(fileno=int(sys.argv[1]))
    waitress.create_server(
        mounted(app, "signals"), sockets=[listener], threads=THREADS, ident=None
    ).run()


if __name__ == "__main__":
    main()
