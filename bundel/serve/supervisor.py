"""Starts every service, starts again what dies, stops all cleanly.

The supervisor holds the listening sockets: a service that restarts keeps its address, and callers
wait in the socket's queue instead of being refused.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

from bundel.serve.seat import RunsAlready, Seat
from services.audit.keys import signer_of
from services.audit.witness.state import witness_key
from shared import clock
from shared.settings import WITNESS_NAME, Settings

PROCESSES = ("identity", "witness", "audit", "consent", "signals", "gateway")
_BACKLOG = 256
_FAST_DEATHS = 5
_FAST_DEATH_SECONDS = 20.0


class StartFailed(Exception):
    """A service cannot start; the text says which and where its log is."""


@dataclass
class _Child:
    name: str
    listener: socket.socket
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise StartFailed(
            f"Port {port} is in use. Stop what uses it, or choose another: "
            "BUNDEL_PORT=8090 make run"
        ) from error
    listener.listen(_BACKLOG)
    return listener


class Supervisor:
    """All processes of one installation. `logs` is the folder their logs go to."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self.logs = settings.home / "logs"
        self._children: dict[str, _Child] = {}
        self._environment = dict(environment)
        self._witness: dict[str, str] = {}
        self._seat = Seat(settings)

    @property
    def names(self) -> list[str]:
        """What it runs, in order. A witness of its own only when there is no other."""
        other = bool(self._environment.get("BUNDEL_WITNESS_URL"))
        return [name for name in PROCESSES if name != "witness" or not other]

    @property
    def inside(self) -> dict[str, str]:
        """The addresses services reach each other at, as settings."""
        addresses = {}
        for name, child in self._children.items():
            port = child.listener.getsockname()[1]
            addresses[f"BUNDEL_{name.upper()}_URL"] = f"http://127.0.0.1:{port}/{name}"
        return addresses

    def claim(self) -> None:
        """Makes sure that nobody else serves from this folder, before anything in it is changed.
        Raises StartFailed."""
        try:
            self._seat.take()
        except RunsAlready as error:
            raise StartFailed(str(error)) from error

    def start(self) -> None:
        """Binds all sockets, then starts all processes. Raises StartFailed."""
        self.claim()
        self.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in self.names:
            port = self._settings.port if name == "gateway" else 0
            try:
                self._children[name] = _Child(name, _listen(port))
            except StartFailed:
                self.stop()
                raise
        if "witness" in self._children:
            self._witness = _own_witness(self._settings)
        for child in self._children.values():
            self._spawn(child)

    def _spawn(self, child: _Child) -> None:
        environment = {
            **self._environment,
            **self.inside,
            "BUNDEL_HOME": str(self._settings.home),
            "BUNDEL_PORT": str(self._settings.port),
            **self._witness,
        }
        descriptor = child.listener.fileno()
        log = self.logs / f"{child.name}.log"
        with log.open("ab") as output:
            child.process = subprocess.Popen(  # noqa: S603 - our own module, fixed arguments
                [sys.executable, "-m", "bundel.serve.process", child.name, str(descriptor)],
                env=environment,
                pass_fds=[descriptor],
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd=Path(__file__).parents[2],
            )

    def watch(self) -> list[str]:
        """Starts again what has died; the names of what was started. Raises StartFailed."""
        restarted = []
        for child in self._children.values():
            if child.process is None or child.process.poll() is None:
                continue
            now = clock.monotonic()
            child.deaths = [t for t in child.deaths if now - t < _FAST_DEATH_SECONDS] + [now]
            if len(child.deaths) >= _FAST_DEATHS:
                log = self.logs / f"{child.name}.log"
                raise StartFailed(
                    f"The {child.name} service stopped {len(child.deaths)} times in a row. "
                    f"Read {log}. Its last line: {_last_line(log)}"
                )
            self._spawn(child)
            restarted.append(child.name)
        return restarted

    def process_id(self, name: str) -> int:
        """The process id of a service, for tests that kill it."""
        process = self._children[name].process
        if process is None:
            raise StartFailed(f"The {name} service has not been started.")
        return process.pid

    def ready(self) -> bool:
        """True when every service answers that it is ready."""
        pool = urllib3.PoolManager(timeout=urllib3.Timeout(total=2), retries=False)
        base = self._settings.base_url
        try:
            answers = [
                pool.request("GET", f"{base}/{name}/readyz").status
                for name in self.names
                if name != "gateway"
            ]
        except urllib3.exceptions.HTTPError:
            return False
        return all(status == 200 for status in answers)

    def wait_until_ready(self, seconds: float) -> None:
        """Waits until all is ready. Raises StartFailed when it takes longer than `seconds`."""
        end = clock.monotonic() + seconds
        while not self.ready():
            self.watch()
            if clock.monotonic() > end:
                raise StartFailed(f"Not ready after {seconds:.0f} seconds. Read {self.logs}")
            clock.pause(0.2)

    def stop(self) -> None:
        """Gateway first, so that no new work comes in; then the others; at most ten s each."""
        for name in reversed(self.names):
            child = self._children.get(name)
            if child is None or child.process is None or child.process.poll() is not None:
                continue
            child.process.terminate()
            try:
                child.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        for child in self._children.values():
            child.listener.close()
        self._children.clear()
        self._seat.leave()


def _own_witness(settings: Settings) -> dict[str, str]:
    """Settings of the witness in this installation, and of the log that it cosigns."""
    folder = settings.home / "witness"
    return {
        "BUNDEL_WITNESS_KEY": str(witness_key(folder, WITNESS_NAME).key),
        "BUNDEL_WITNESS_NAME": WITNESS_NAME,
        "BUNDEL_WITNESS_FOLDER": str(folder),
        "BUNDEL_WITNESSED_LOGS": str(signer_of(settings).verifier),
    }


def environment_of(settings: Settings) -> dict[str, str]:
    """This process's environment with the settings that children must share."""
    return {**os.environ, "BUNDEL_HOME": str(settings.home), "BUNDEL_PORT": str(settings.port)}
