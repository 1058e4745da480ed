"""One installation for all faults in processes; each test leaves it whole and honest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.processes.place import Place, opened_place


@pytest.fixture(scope="session")
def _place(tmp_path_factory: pytest.TempPathFactory, identity_template: Path) -> Iterator[Place]:
    with opened_place(tmp_path_factory.mktemp("faults") / "home", identity_template) as place:
        yield place


@pytest.fixture
def place(_place: Place) -> Iterator[Place]:
    yield _place
    _place.be_honest()
    _place.supervisor.wait_until_ready(150)
