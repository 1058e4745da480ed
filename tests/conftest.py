"""Fixtures for all tests: settings in a folder of their own, databases on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from shared import clock
from shared.database import migrate
from shared.settings import Settings, load_settings

pytest_plugins = [
    "tests.engines.postgres",
    "tests.engines.grown",
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
    "tests/faults/processes/": "faults",
    "tests/test_readme.py": "running",
    "tests/test_api_guides.py": "running",
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
