"""An installation in real processes, with lines between its services that can lie."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, select

from bundel.commands.migrate import migrate_all
from bundel.demo.townspeople import Townspeople
from bundel.installation import find_installation
from bundel.serve.supervisor import Supervisor
from bundel.source_client import SourceClient
from services.audit.entries.leaf import read_leaf
from services.audit.log import store
from services.signals.delivery.tables import outbox
from services.signals.intake.examples import SIGNAL
from services.signals.intake.tables import signals
from shared import clock, ids
from shared.clients.transport import Answer, PooledTransport
from shared.problems import Unavailable
from shared.settings import Settings, load_settings
from tests.faults.processes.liar import Lie, Line
from tests.running import free_port

NEIGHBOURS = ("identity", "audit", "consent")
NEIGHBOUR_SECONDS = 1.5
PATIENCE = 240.0  # seconds until everything must have caught up, on a busy machine


class LinedSupervisor(Supervisor):
    """The services call each other over lines; the gateway calls them directly."""

    def __init__(self, settings: Settings, environment: dict[str, str]) -> None:
        super().__init__(settings, environment)
        self.lines = {name: Line() for name in NEIGHBOURS}
        self._direct = False

    @property
    def inside(self) -> dict[str, str]:
        addresses = super().inside
        if self._direct:
            return addresses
        for name, line in self.lines.items():
            setting = f"BUNDEL_{name.upper()}_URL"
            addresses[setting] = line.lead_to(addresses[setting])
        return addresses

    def _spawn(self, child: Any) -> None:
        self._direct = child.name == "gateway"
        try:
            super()._spawn(child)
        finally:
            self._direct = False

    def spawn(self, name: str) -> None:
        """Starts one process whose socket is bound already."""
        self._spawn(self._children[name])

    def kill(self, name: str) -> None:
        """kill -9, and waits until it is dead."""
        process = self._children[name].process
        assert process is not None
        process.kill()
        process.wait()

    def process(self, name: str) -> subprocess.Popen[bytes]:
        found = self._children[name].process
        assert found is not None
        return found


@dataclass
class Place:
    """`reads`: trace ids of answered reads; `kept`: source reference -> signal id."""

    settings: Settings
    supervisor: LinedSupervisor
    transport: PooledTransport = field(default_factory=lambda: PooledTransport(60.0))
    case_id: str = ""
    kept: dict[str, str] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        installation = find_installation(self.settings)
        self.people = Townspeople(installation, self.transport)
        self.source = SourceClient(installation, "police-utrecht", self.transport)

    def lie(self, name: str, lie: Lie) -> None:
        self.supervisor.lines[name].tell(lie)

    def be_honest(self) -> None:
        for name in NEIGHBOURS:
            self.lie(name, Lie.NONE)

    def push(self, reference: str = "") -> Answer:
        """Delivers a signal of a household of its own; notes it when it is acknowledged."""
        reference = reference or f"PL-{ids.new_id()}"
        answer = self.transport.send(
            "POST",
            f"{self.settings.base_url}/signals/v1/signals",
            {**self.source.headers(), "Content-Type": "application/json"},
            json.dumps(a_signal(reference)).encode(),
        )
        if answer.status in (200, 201):
            self.kept[reference] = str(answer.json()["signalId"])
        return answer

    def look(self, user: str = "m.dejong") -> Answer:
        """Opens the household; notes the trace of an answer that shows it."""
        trace = ids.random_bytes(16).hex()
        answer = self.transport.send(
            "POST",
            f"{self.settings.base_url}/signals/v1/cases/{self.case_id}/picture",
            {
                **self.people[user].headers("bundel-signals"),
                "Content-Type": "application/json",
                "traceparent": f"00-{trace}-{'1' * 16}-01",
            },
            b'{"purpose":"safety_assessment"}',
        )
        if answer.status == 200:
            self.reads.append(trace)
        return answer

    def state(self, reference: str) -> str:
        answer = self.transport.send(
            "POST",
            f"{self.settings.base_url}/signals/v1/signals/_status",
            {**self.source.headers(), "Content-Type": "application/json"},
            json.dumps({"sourceReference": reference}).encode(),
        )
        return str(answer.json().get("state", answer.status))

    def wait_until(self, is_so: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
        end = clock.monotonic() + seconds
        while True:
            try:
                if is_so():
                    return
            except Unavailable:
                pass
            assert clock.monotonic() < end, f"not within {seconds:.0f} s: {what}"
            clock.pause(0.3)

    def entries(self) -> list[dict[str, Any]]:
        """Every entry of the log, read from its database."""
        engine = create_engine(self.settings.databases["audit"])
        try:
            with engine.connect() as connection:
                return [read_leaf(leaf) for _, _, leaf in store.leaves(connection, 0, 10**9)]
        finally:
            engine.dispose()

    def stored(self) -> dict[str, int]:
        """source reference -> how many signals are stored under it."""
        engine = create_engine(self.settings.databases["signals"])
        try:
            with engine.connect() as connection:
                rows = connection.execute(
                    select(signals.c.source_reference, func.count()).group_by(
                        signals.c.source_reference
                    )
                )
                return {str(reference): int(count) for reference, count in rows}
        finally:
            engine.dispose()

    def wait_until_settled(self) -> None:
        """Everything that was to be told to a neighbour is told."""
        engine = create_engine(self.settings.databases["signals"])
        unsent = select(func.count()).where(outbox.c.sent_at.is_(None))

        def told() -> bool:
            with engine.connect() as connection:
                return connection.execute(unsent).scalar_one() == 0

        try:
            self.wait_until(told, "an empty outbox")
        finally:
            engine.dispose()


def a_signal(reference: str) -> dict[str, Any]:
    """A report about people nobody else reports on."""
    name = "".join(chr(97 + byte % 26) for byte in ids.random_bytes(10)).capitalize()
    persons = [
        {"ref": "p1", "roles": ["victim"], "name": {"given": "Sanne", "surname": name}},
        {"ref": "p2", "roles": ["perpetrator"], "name": {"given": "Erik", "surname": name}},
    ]
    return {
        **SIGNAL,
        "sourceReference": reference,
        "originIncident": reference,
        "persons": persons,
        "ties": [{"from": "p1", "to": "p2", "kind": "partner"}],
    }


@contextmanager
def opened_place(home: Path, template: Path) -> Iterator[Place]:
    """Started, with one household that m.dejong coordinates; stopped at the end."""
    shutil.copytree(template, home)
    variables = {
        "BUNDEL_HOME": str(home),
        "BUNDEL_PORT": str(free_port()),
        "BUNDEL_NEIGHBOUR_TIMEOUT": str(NEIGHBOUR_SECONDS),
    }
    for old in (home / "data").glob("identity.sqlite*"):
        old.unlink()
    settings = load_settings(variables)
    migrate_all(settings)
    supervisor = LinedSupervisor(settings, {**os.environ, **variables})
    supervisor.start()
    try:
        supervisor.wait_until_ready(150)
        place = Place(settings, supervisor)
        _assign(place)
        yield place
    finally:
        supervisor.stop()
        for line in supervisor.lines.values():
            line.close()


def _assign(place: Place) -> None:
    reference = f"PL-{ids.new_id()}"
    assert place.push(reference).status == 201
    desk, marit = place.people["s.kaya"], place.people["m.dejong"]

    def queue() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = desk.post("signals", "cases/_queue", {}, what="queue")[
            "cases"
        ]
        return found

    place.wait_until(lambda: bool(queue()), "a case at the desk")
    place.case_id = str(queue()[0]["caseId"])
    desk.post(
        "signals",
        f"cases/{place.case_id}/assignments",
        {"subject": marit.subject, "name": "Marit de Jong"},
        what="assign",
    )
    place.wait_until(lambda: place.look().status == 200, "the household to open")
