"""The index in the database itself, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from services.signals.search.rows import RowIndex
from shared.database import open_engine
from tests.signals.search.places import TOKENS, Backend


@pytest.fixture
def backend(database_url: Callable[[str], str]) -> Iterator[Backend]:
    engine = open_engine(database_url("signals"))
    yield Backend(engine, RowIndex(TOKENS))
    engine.dispose()
