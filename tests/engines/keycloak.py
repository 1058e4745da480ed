"""A real Keycloak for tests, with the realm of infra/keycloak in it.

BUNDEL_TEST_KEYCLOAK_URL (with _ADMIN and _PASSWORD) names one that runs already; else one is
started from its Maven artefact, which is kept below .venv/engines/keycloak together with a database
that has seen its first start. Without a JDK of 17 or later and Maven the tests are skipped and say
so; under CI=true that is a failure.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import pytest

from bundel.keycloak.realm import (
    SERVICE_CLIENTS,
    bundel_realm,
    person,
    public_jwks,
    source_system,
)
from services.identity.keys import read_or_make_key
from services.identity.people import PEOPLE
from shared import clock
from shared.clients.transport import PooledTransport
from shared.problems import Unavailable
from shared.settings import Settings, load_settings
from shared.vocabulary import Agency, LegalContext, Role
from tests.engines.opensearch import NoEngine, java_command, release_for
from tests.running import free_port

VERSION = "26.4.2"
KEPT = Path(__file__).parents[2] / ".venv" / "engines" / "keycloak"
BASE_URL = "http://bundel.test"
PASSWORD = "een lange zin voor de proef"
ADMIN, ADMIN_PASSWORD = "admin", "admin"
SOURCES = {
    "police-utrecht": ("politie-midden-nederland", Agency.POLICE),
    "youthcare-utrecht": ("jeugdhulp-vecht-en-venen", Agency.YOUTH_CARE),
}
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_READY_SECONDS = 240


class Administration:
    """Keycloak's own REST interface, for what an administrator does."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url, self._user, self._password = url, user, password
        self._transport = PooledTransport(60)
        self._token, self._until = "", 0.0

    def call(self, method: str, path: str, body: object = None, good: bool = True) -> Any:
        """The JSON answer. Raises AssertionError for a refusal, unless `good` is False."""
        if clock.monotonic() > self._until:
            self._log_in()
        answer = self._transport.send(
            method,
            f"{self.url}/admin/realms{path}",
            {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            None if body is None else json.dumps(body).encode(),
        )
        assert not good or answer.status < 300, (path, answer.status, answer.body[:400])
        return answer.json() if answer.body else None

    def _log_in(self) -> None:
        form = {
            "grant_type": "password", "client_id": "admin-cli",
            "username": self._user, "password": self._password,
        }  # fmt: skip
        answer = self._transport.send(
            "POST",
            f"{self.url}/realms/master/protocol/openid-connect/token",
            {"Content-Type": "application/x-www-form-urlencoded"},
            urlencode(form).encode(),
        )
        assert answer.status == 200, answer.body[:400]
        self._token, self._until = answer.json()["access_token"], clock.monotonic() + 30


def installed() -> Path:
    """Keycloak's folder; fetched by Maven the first time. Raises NoEngine."""
    folder = KEPT / f"keycloak-{VERSION}"
    if (folder / "bin" / "kc.sh").exists():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise NoEngine("no Maven found, which fetches Keycloak")
    KEPT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="arriving-", dir=KEPT) as name:
        arriving = Path(name)
        copied = subprocess.run(  # noqa: S603 - fixed arguments
            [
                maven, "-q", "-B", _COPY, f"-DoutputDirectory={arriving}",
                f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip",
            ],
            capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
        if copied.returncode:
            raise NoEngine(f"Maven could not fetch Keycloak: {copied.stdout[-400:]}")
        with zipfile.ZipFile(next(arriving.glob("*.zip"))) as archive:
            archive.extractall(arriving)
        (arriving / folder.name / "bin" / "kc.sh").chmod(0o755)
        (arriving / folder.name).rename(folder)
    return folder


@contextmanager
def started(folder: Path, database: Path, log: Path) -> Iterator[str]:
    """The address of a Keycloak that keeps its data in `database`. Raises NoEngine."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - fixed arguments
            [
                str(folder / "bin" / "kc.sh"), "start-dev", "--http-host=127.0.0.1",
                f"--http-port={port}", f"--db-url=jdbc:h2:file:{database};NON_KEYWORDS=VALUE",
            ],
            stdout=output, stderr=output, start_new_session=True,
            env={
                **os.environ,
                "KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN,
                "KC_BOOTSTRAP_ADMIN_PASSWORD": ADMIN_PASSWORD,
                "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m",
            },
        )  # fmt: skip
    try:
        _wait(url, process, log)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    transport = PooledTransport(5)
    end = clock.monotonic() + _READY_SECONDS
    while clock.monotonic() < end and process.poll() is None:
        try:
            if transport.send("GET", f"{url}/realms/master").status == 200:
                return
        except Unavailable:
            pass
        clock.pause(0.3)
    raise NoEngine(f"Keycloak did not start: {log.read_text()[-600:]}")


@contextmanager
def running() -> Iterator[Administration]:
    """A Keycloak of this test run's own. Raises NoEngine."""
    release_for(java_command())
    KEPT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="bundel-keycloak-") as name:
        own = Path(name)
        with (KEPT / "first-start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            folder = installed()
            warm = KEPT / f"warm-{VERSION}.mv.db"
            if not warm.exists():  # the first start makes the tables: keep what it made
                with started(folder, own / "first", own / "first.log"):
                    pass
                shutil.copy(own / "first.mv.db", own / "copy")
                shutil.move(own / "copy", warm)
        shutil.copy(warm, own / "keycloak.mv.db")
        with started(folder, own / "keycloak", own / "keycloak.log") as url:
            yield Administration(url, ADMIN, ADMIN_PASSWORD)


@pytest.fixture(scope="session")
def keycloak_server() -> Iterator[Administration]:
    """A running Keycloak, without Bundel's realm."""
    given = os.environ.get("BUNDEL_TEST_KEYCLOAK_URL")
    if given:
        user = os.environ.get("BUNDEL_TEST_KEYCLOAK_ADMIN", ADMIN)
        password = os.environ.get("BUNDEL_TEST_KEYCLOAK_PASSWORD", ADMIN_PASSWORD)
        yield Administration(given.rstrip("/"), user, password)
        return
    try:
        with running() as server:
            yield server
    except NoEngine as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(f"Keycloak must be there in CI: {reason}")
        pytest.skip(f"Keycloak: {reason}")


@dataclass(frozen=True)
class Realm:
    """The realm "bundel" with two source systems and the people of the demonstration in it."""

    administration: Administration
    settings: Settings

    def admin(self, method: str, path: str, body: object = None, good: bool = True) -> Any:
        return self.administration.call(method, f"/bundel{path}", body, good)

    def user_id(self, user: str) -> str:
        return str(self.admin("GET", f"/users?exact=true&username={user}")[0]["id"])


@pytest.fixture(scope="session")
def keycloak(
    keycloak_server: Administration, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Realm]:
    """The realm file of infra/keycloak, filled and imported; removed at the end."""
    home = tmp_path_factory.mktemp("keycloak") / "home"
    issuer = f"{keycloak_server.url}/realms/bundel"
    settings = load_settings(
        {"BUNDEL_HOME": str(home), "BUNDEL_BASE_URL": BASE_URL, "BUNDEL_ISSUER": issuer}
    )

    def jwks(client: str) -> str:
        file = settings.client_key_file(client)
        read_or_make_key(file)
        return public_jwks(file.read_bytes())

    keycloak_server.call("DELETE", "/bundel", good=False)
    services = {client: jwks(client) for client in SERVICE_CLIENTS}
    keycloak_server.call("POST", "", bundel_realm(BASE_URL, "utrecht", services))
    found = Realm(keycloak_server, settings)
    for client, (organisation, agency) in SOURCES.items():
        system = source_system(client, organisation, agency, "utrecht", jwks(client))
        found.admin("POST", "/partialImport", system)
    found.admin("POST", "/partialImport", _people())
    yield found
    keycloak_server.call("DELETE", "/bundel", good=False)


def _people() -> dict[str, Any]:
    """The demonstration's people, with a password instead of the steps of a first log-in."""
    users = []
    for one in PEOPLE:
        given, _, surname = one.name.partition(" ")
        made = person(
            one.user, given, surname, f"{one.user}@bundel.invalid", Role(one.role),
            one.organisation, one.agency, one.region, LegalContext(one.legal_context),
        )["users"][0]  # fmt: skip
        users.append({**made, "requiredActions": [], "credentials": [_password()]})
    return {"ifResourceExists": "FAIL", "users": users}


def _password() -> dict[str, Any]:
    return {"type": "password", "value": PASSWORD, "temporary": False}
