"""A world per test: on SQLite, and on PostgreSQL as well where `on_both_engines` says so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from shared.database import migrate
from shared.settings import Settings
from tests.signals.linking.world import World

# How long an example takes says something about the machine, not about the matcher.
hypothesis.settings.register_profile("linking", deadline=None)
hypothesis.settings.load_profile("linking")

SERVICES = ("signals", "signals/protection")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with freshly migrated SQLite databases, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    for service in SERVICES:
        migrate(service, f"sqlite:///{folder / service.replace('/', '-')}.sqlite")
    return folder


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "world" in metafunc.fixturenames:
        engines: list[object] = ["sqlite"]
        if getattr(metafunc.function, "on_both_engines", False):
            engines.append(pytest.param("postgresql", marks=pytest.mark.postgres))
        metafunc.parametrize("world", engines, indirect=True)


@pytest.fixture
def world(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path, migrated: Path
) -> Iterator[World]:
    def embedded(service: str) -> str:
        name = f"{service.replace('/', '-')}.sqlite"
        shutil.copy(migrated / name, tmp_path / name)
        return f"sqlite:///{tmp_path / name}"

    place: Callable[[str], str] = embedded
    if request.param == "postgresql":
        place = request.getfixturevalue("postgres_place")
    made = World(settings, place)
    yield made
    made.close()
