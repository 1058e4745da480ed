"""What the lines stand on: all services in processes of their own, in a home that is thrown away.

Real tokens, real sockets on loopback, the services' own databases; the peer beside them.
"""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bundel.bench.callers import Call, Caller, CallFailed
from bundel.bench.unaudited import MARK
from bundel.commands.migrate import migrate_all
from bundel.demo.townspeople import Townspeople
from bundel.installation import Installation, find_installation
from bundel.serve.supervisor import PROCESSES, Supervisor
from bundel.source_client import SourceClient
from shared import clock
from shared.clients.transport import PooledTransport
from shared.settings import Settings, load_settings

SOURCE = "police-utrecht"
_READY_SECONDS = 120.0
_TIMEOUT = 120.0
# What of a signal is still on its way to being visible and in the log.
_UNDONE = (
    "SELECT (SELECT count(*) FROM link_queue WHERE state = 'pending'),"
    " (SELECT count(DISTINCT signal_id) FROM links"
    " WHERE state = 'awaiting_receipt' AND ended_at IS NULL),"
    " (SELECT count(*) FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL)"
)


@dataclass
class Ground:
    """A running installation. `addresses`: service or "peer" or "unaudited" -> address."""

    settings: Settings
    supervisor: Supervisor
    installation: Installation
    people: Townspeople
    source: SourceClient
    addresses: dict[str, str]
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def source_headers(self, kind: str = "application/json") -> dict[str, str]:
        """Headers of the source system that delivers."""
        return {**self.source.headers(), "Content-Type": kind}

    def person_headers(self, user: str, service: str = "signals") -> dict[str, str]:
        """Headers of a person's own access token."""
        return {
            **self.people[user].headers(f"bundel-{service}"),
            "Content-Type": "application/json",
        }

    def undone(self) -> int:
        """How many signals still wait to be linked or for their receipt; 0 also means that every
        entry is in the log."""
        file = self.settings.home / "data" / "signals.sqlite"
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)
        try:
            pending, unreceipted, unsent = connection.execute(_UNDONE).fetchone()
        finally:
            connection.close()
        waiting = int(pending) + int(unreceipted)
        return waiting if waiting else min(1, int(unsent))

    def settle(self, seconds: float) -> int:
        """Waits until nothing is undone, at most `seconds`; how much is left."""
        end = clock.monotonic() + seconds
        while (left := self.undone()) and clock.monotonic() < end:
            clock.pause(0.05)
        return left

    def spawn(self, name: str, module: str, *arguments: str) -> str:
        """Starts a module on a socket of its own and waits for its /ready; its address."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        prefix = "" if name == "peer" else "/signals"
        address = f"http://127.0.0.1:{listener.getsockname()[1]}{prefix}"
        descriptor = listener.fileno()
        with (self.settings.home / "logs" / f"{name}.log").open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own modules, fixed arguments
                [sys.executable, "-m", module, str(descriptor), *arguments],
                env={**environment_for(self.settings), **self.supervisor.inside},
                pass_fds=[descriptor],
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd=Path(__file__).parents[2],
            )
        listener.close()
        self._processes[name] = process
        self.addresses[name] = address
        self._wait(address, process)
        return address

    def process_ids(self) -> dict[str, int]:
        """Process id by service."""
        return {name: self.supervisor.process_id(name) for name in PROCESSES}

    @property
    def peer_process_id(self) -> int:
        return self._processes["peer"].pid

    def _wait(self, address: str, process: subprocess.Popen[bytes]) -> None:
        path = "/readyz" if address.endswith("/signals") else "/ready"
        end = clock.monotonic() + _READY_SECONDS
        while True:
            try:
                Caller(address).send(Call(path, {}, method="GET"))
                return
            except CallFailed as error:
                if process.poll() is not None or clock.monotonic() > end:
                    raise CallFailed(f"{address} does not start: {error}") from error
            clock.pause(0.1)

    def stop(self) -> None:
        """Ends what was started beside the supervisor's processes."""
        for process in self._processes.values():
            process.terminate()
            process.wait(10)


def environment_for(settings: Settings) -> dict[str, str]:
    """The environment without the user's own settings: the benchmark touches nothing of theirs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BUNDEL_")}
    return {**kept, **variables_of(settings.home, settings.port)}


def variables_of(home: Path, port: int) -> dict[str, str]:
    """The settings of a benchmark's installation."""
    return {"BUNDEL_HOME": str(home), "BUNDEL_PORT": str(port), "BUNDEL_NEIGHBOUR_TIMEOUT": "30"}


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A folder for invented data only, gone at the end."""
    home = Path(tempfile.mkdtemp(prefix="bundel-bench-"))
    try:
        (home / MARK).touch()
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def settings_in(home: Path) -> Settings:
    """Settings of an installation in `home` on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    variables: Mapping[str, str] = variables_of(home, port)
    return load_settings(variables)


@contextmanager
def opened_ground(settings: Settings) -> Iterator[Ground]:
    """Migrates, starts everything and the peer, stops all at the end. Raises StartFailed."""
    migrate_all(settings)
    supervisor = Supervisor(settings, environment_for(settings))
    ground: Ground | None = None
    try:
        supervisor.start()
        supervisor.wait_until_ready(_READY_SECONDS)
        installation = find_installation(settings)
        transport = PooledTransport(timeout=_TIMEOUT)
        addresses = {
            name.removeprefix("BUNDEL_").removesuffix("_URL").lower(): address
            for name, address in supervisor.inside.items()
        }
        ground = Ground(
            settings,
            supervisor,
            installation,
            Townspeople(installation, transport),
            SourceClient(installation, SOURCE, transport),
            addresses,
        )
        ground.spawn("peer", "bundel.bench.peer", str(settings.home / "peer.sqlite"))
        yield ground
    finally:
        if ground is not None:
            ground.stop()
        supervisor.stop()
