"""What docs/operations.md tells an administrator to type works, in production mode on PostgreSQL,
with the roles of infra/postgres, and does what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from joserfc.jwk import RSAKey

from services.audit.keys import book_of, signer_of
from services.audit.log.sequencer import Sequencer
from shared import clock
from shared.clients.audit import entry_for
from shared.clients.transport import PooledTransport
from shared.database import open_engine
from shared.settings import load_settings
from tests.engines.postgres import Cluster
from tests.infra.conftest import Region
from tests.infra.test_backup import _tools
from tests.running import free_port
from tests.web.conftest import MARIT

ROOT = Path(__file__).parents[2]
SERVICES = {"audit": "8103", "consent": "8102", "signals": "8101"}
pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(300)]


def block(first: str) -> str:
    """The block of the document that begins so."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    return next(found for found in blocks if found.lstrip().startswith(first))


@dataclass
class Machine:
    """A machine on which somebody types; other ports and folders than in the document."""

    folder: Path
    region: Region
    tools: Path
    keys: dict[str, str] = field(default_factory=dict)
    ports: dict[str, str] = field(default_factory=dict)

    def database(self, service: str, *, owner: bool = False) -> str:
        role = "audit_owner" if owner and service == "audit" else service
        return self.region.url(role, service)

    def environment(self, **databases: str) -> dict[str, str]:
        return {
            "PATH": f"{self.tools}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "BUNDEL": f"{self.folder}/bundel",
            "BUNDEL_HOME": str(self.folder / "home"),
            "BUNDEL_MODE": "production",
            "BUNDEL_BASE_URL": "https://bundel.example.nl",
            "BUNDEL_ISSUER": "https://login.example.nl/realms/bundel",
            "BUNDEL_LOG_ORIGIN": "bundel.example.nl/log",
            **self.keys,
            **{
                f"BUNDEL_{name.upper()}_URL": f"http://127.0.0.1:{self.ports[port]}/{name}"
                for name, port in SERVICES.items()
            },
            **{f"BUNDEL_{name.upper()}_DATABASE": url for name, url in databases.items()},
        }

    def words(self, text: str) -> str:
        """The document's text with this machine's own ports, folders and program."""
        for port, own in self.ports.items():
            text = text.replace(port, own)
        text = text.replace("/var/backups", str(self.folder / "backups"))
        text = re.sub(r"(?<=> )(\S+\.(?:env|json))", rf"{self.folder}/\1", text)
        text = text.replace("police-utrecht.pub.pem", str(self.folder / "police.pem"))
        return re.sub(r"(?m)(?<![\w/-])bundel(?= )", f"{self.folder}/bundel", text)

    def type(self, text: str, **databases: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(  # noqa: S603 - our own document
            ["bash", "-euc", self.words(text)],  # noqa: S607
            capture_output=True, text=True, cwd=ROOT, check=False,
            env=self.environment(**databases),
        )  # fmt: skip
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        return done


@pytest.fixture
def machine(region: Region, postgres_cluster: Cluster, tmp_path: Path) -> Machine:
    program = tmp_path / "bundel"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m bundel.cli "$@"\n')
    program.chmod(0o755)
    found = Machine(tmp_path, region, _tools(postgres_cluster))
    found.ports = {port: str(free_port()) for port in SERVICES.values()}
    found.type(block("umask 077\ninfra/scripts/new-keys"))
    lines = (tmp_path / "keys.env").read_text().splitlines()
    found.keys = dict(line.split("=", 1) for line in lines)
    return found


@pytest.fixture
def migrated(machine: Machine) -> Machine:
    owners = {name: machine.database(name, owner=True) for name in (*SERVICES, "keys")}
    machine.type(block("bundel migrate").splitlines()[0], **owners)
    machine.region.rights()
    return machine


@pytest.fixture
def serving(migrated: Machine) -> Iterator[Machine]:
    """The three services as the units start them, each with its own database alone."""
    running: list[subprocess.Popen[bytes]] = []
    for line in block("bundel serve audit").splitlines():
        service = line.split()[2]
        own = {service: migrated.database(service)}
        if service == "signals":
            own["keys"] = migrated.database("keys")
        log = (migrated.folder / f"{service}.log").open("wb")
        running.append(
            subprocess.Popen(  # noqa: S603 - our own document
                migrated.words(line).split(), cwd=ROOT, env=migrated.environment(**own),
                stdout=log, stderr=log,
            )
        )  # fmt: skip
    try:
        yield migrated
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(20)


def wait_until_healthy(machine: Machine) -> None:
    line = block("infra/scripts/health").splitlines()[0]
    end = clock.monotonic() + 60
    told = ""
    while clock.monotonic() < end:
        try:
            machine.type(line)
        except AssertionError as error:
            told = str(error)
            clock.pause(0.3)
        else:
            return
    raise AssertionError(told)


def write_an_entry(machine: Machine) -> str:
    """One entry in the log, by the log's own role; the signed checkpoint after it."""
    settings = load_settings(machine.environment(audit=machine.database("audit")))
    engine = open_engine(settings.databases["audit"])
    sequencer = Sequencer(engine, signer_of(settings), book_of(settings))
    sequencer.append([entry_for(MARIT, "access.denied", service="audit", reason="x")])
    sequencer.close()
    with engine.connect() as connection:
        from services.audit.log.store import last_checkpoint

        last = last_checkpoint(connection)
    engine.dispose()
    assert last is not None
    return last.note


def test_a_region_starts_and_is_healthy(serving: Machine) -> None:
    wait_until_healthy(serving)
    told = serving.type(block("infra/scripts/health").splitlines()[1])
    assert "bundel_request_seconds" in told.stdout
    port = serving.ports[SERVICES["signals"]]
    answer = PooledTransport(10).send("POST", f"http://127.0.0.1:{port}/signals/v1/signals", {})
    assert answer.status == 401
    both = {"signals": serving.database("signals"), "keys": serving.database("keys")}
    assert "BUNDEL_INDEX_KEY: all documents" in serving.type("bundel keys status", **both).stdout


def test_health_names_what_is_not_ready(migrated: Machine) -> None:
    done = subprocess.run(  # noqa: S603 - our own script
        ["bash", "infra/scripts/health", f"http://127.0.0.1:{free_port()}/signals"],  # noqa: S607
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and "does not answer" in done.stdout


def test_a_backup_goes_back_as_the_document_says(
    migrated: Machine, postgres_cluster: Cluster
) -> None:
    checkpoint = migrated.folder / "checkpoint"
    checkpoint.write_text(write_an_entry(migrated))
    reader = {name: migrated.region.url("backup", name) for name in (*SERVICES, "keys")}
    migrated.type(block("infra/scripts/backup"), **reader)
    new = {name: postgres_cluster.bare() for name in (*SERVICES, "keys")}
    text = block("bundel restore").replace("--witnessed checkpoint", f"--witnessed {checkpoint}")
    told = migrated.type(text, **new)
    assert "The log is whole: 1 entries." in told.stdout
    write_an_entry(migrated)
    shorter = {name: postgres_cluster.bare() for name in (*SERVICES, "keys")}
    checkpoint.write_text(write_an_entry(migrated))
    with pytest.raises(AssertionError, match="were witnessed"):
        migrated.type(text, **shorter)


def test_realm_people_and_source_systems_are_printed(machine: Machine) -> None:
    (machine.folder / "police.pem").write_bytes(RSAKey.generate_key(2048).as_pem(private=False))
    machine.type(block("bundel keycloak realm"))
    machine.type(block("bundel keycloak person"))
    for name in ("realm", "m.dejong", "police-utrecht"):
        assert (machine.folder / f"{name}.json").read_text().startswith("{")


def test_the_document_names_every_key_and_no_setting_that_is_unknown() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    known = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"\bBUNDEL_[A-Z]+(?:_[A-Z]+)*\b", text))
    assert {name for name in named if name not in known} <= {"BUNDEL_HOME"}
