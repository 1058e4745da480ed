"""I4 for searching with a real OpenSearch: the same tests as for the index in the database. What is
hidden in one's own household is kept back by the same code, and is timed there."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pytest

from services.signals.search.choosing import tokeniser_of
from services.signals.search.index import Document
from services.signals.search.opensearch import shape
from services.signals.search.opensearch.node import Node, Version
from tests.engines.opensearch_places import node, opensearch_settings, world
from tests.signals.search.test_leaks import (
    Asked,
    asked,
    test_hidden_signals_change_no_byte_of_any_answer,
    test_the_time_of_a_search_tells_nothing_of_what_lies_with_strangers,
)

__all__ = [
    "asked",
    "node",
    "opensearch_settings",
    "test_hidden_signals_change_no_byte_of_any_answer",
    "test_the_time_of_a_search_tells_nothing_of_what_lies_with_strangers",
    "world",
]
pytestmark = [pytest.mark.opensearch, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def watch() -> Callable[[], float]:
    """The work is done in another process: what counts is how long the answer takes."""
    return time.perf_counter


@pytest.fixture
def hide(asked: Asked, node: Node) -> Callable[[Sequence[Document]], None]:
    """Writes documents of strangers straight into OpenSearch: no signal of ours stands behind
    them, so the outbox would take them out."""

    def write(documents: Sequence[Document]) -> None:
        tokeniser = tokeniser_of(asked.world.settings)
        alias = asked.world.settings.opensearch_index
        versions = [
            Version(shape.id_of(one.key), 1, shape.body_of(one, tokeniser)) for one in documents
        ]
        assert node.write(alias, versions) == len(documents)

    return write
