"""A world per test, on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from shared.settings import Settings
from tests.signals.linking.world import World


@pytest.fixture
def world(settings: Settings, database_url: Callable[[str], str]) -> Iterator[World]:
    made = World(settings, database_url)
    yield made
    made.close()
