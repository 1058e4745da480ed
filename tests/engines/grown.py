"""The second round of tests: the same tests on PostgreSQL and OpenSearch (a grown installation).

BUNDEL_TEST_ENGINES=grown makes the worlds, the town and the running processes use them, and leaves
out every test that does not depend on an engine: the first round has run those.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

import pytest

from shared import ids
from shared.clients.transport import PooledTransport
from tests.engines.postgres import Cluster

GROWN = os.environ.get("BUNDEL_TEST_ENGINES") == "grown"
WHOLE = frozenset({"world", "town", "running_bundel"})  # fixtures that hold all of Bundel
DATABASES = {
    "signals": "signals",
    "keys": "signals/protection",
    "consent": "consent",
    "audit": "audit",
}

# Settings (BUNDEL_*) that name engines with nothing in them; {} is the embedded default.
Engines = Callable[[], Mapping[str, str]]


@pytest.fixture(scope="session")
def shared_engines(request: pytest.FixtureRequest) -> Iterator[Engines]:
    """Fresh engines for fixtures that live as long as the run."""
    yield from _engines(request)


@pytest.fixture
def fresh_engines(request: pytest.FixtureRequest) -> Iterator[Engines]:
    """Fresh engines for one test."""
    yield from _engines(request)


def _engines(request: pytest.FixtureRequest) -> Iterator[Engines]:
    if not GROWN:
        yield dict
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    search: str = request.getfixturevalue("opensearch_url")
    urls: list[str] = []
    indices: list[str] = []

    def make() -> Mapping[str, str]:
        found = {f"BUNDEL_{n.upper()}_DATABASE": cluster.place(s) for n, s in DATABASES.items()}
        urls.extend(found.values())
        indices.append(f"bundel-{ids.new_id()}")
        return {
            **found,
            "BUNDEL_OPENSEARCH_URL": search,
            "BUNDEL_OPENSEARCH_INDEX": indices[-1],
            "BUNDEL_OPENSEARCH_REFRESH": "true",  # what the relay sent is found at once
        }

    yield make
    for url in urls:
        cluster.drop(url)
    transport = PooledTransport(30)
    for index in indices:
        transport.send("DELETE", f"{search}/{index}*")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps, in the second round, the tests that hold all of Bundel and are not yet on both."""
    if not GROWN:
        return
    kept = [item for item in items if _depends(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _depends(item: pytest.Item) -> bool:
    if item.nodeid.startswith("tests/browser/"):  # pages are the same: one job is enough
        return item.nodeid.startswith("tests/browser/test_main_job")
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(WHOLE & fixtures) and "database_url" not in fixtures  # that one has been on both


def pytest_report_header() -> str:
    """Which engines this run uses."""
    if GROWN:
        return "engines: PostgreSQL + OpenSearch (second round)"
    return "engines: SQLite + FTS5; storage on PostgreSQL too; OpenSearch and Keycloak in their own"
