"""The index in a real OpenSearch, for the same tests as the index in the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from services.signals.delivery.relay import Relay
from services.signals.search import targets
from services.signals.search.opensearch.feed import Feed
from services.signals.search.opensearch.index import KIND, OpenSearchIndex
from services.signals.search.opensearch.node import Node
from shared import ids
from shared.clients.transport import WsgiTransport
from shared.database import migrate, open_engine, writing
from shared.settings import Settings
from tests.signals.search.places import TOKENS, Backend
from tests.signals.world import World, make_world


@pytest.fixture
def opensearch_settings(settings: Settings, opensearch_url: str) -> Iterator[Settings]:
    """Settings with an alias of this test's own; what it stands for is dropped at the end."""
    chosen = replace(
        settings,
        opensearch_url=opensearch_url,
        opensearch_index=f"test-{ids.new_id()[:13]}",
        opensearch_refresh="true",
    )
    yield chosen
    node = Node(chosen)
    for name in node.indexes_of(chosen.opensearch_index):
        node.drop_index(name)
    node.close()


@pytest.fixture
def node(opensearch_settings: Settings) -> Iterator[Node]:
    made = Node(opensearch_settings)
    yield made
    made.close()


@pytest.fixture
def backend(opensearch_settings: Settings, node: Node) -> Iterator[Backend]:
    """The index in OpenSearch, fed by the relay from documents that the test names."""
    url = opensearch_settings.databases["signals"]
    migrate("signals", url)
    engine = open_engine(url)
    alias = opensearch_settings.opensearch_index
    name = f"{alias}-{ids.new_id()}"
    node.make_index(alias, name)
    node.swap(alias, name)
    with writing(engine).begin() as connection:
        targets.register(connection, name, targets.LIVE)
    made = Backend(engine, OpenSearchIndex(node, alias, TOKENS))
    relay = Relay(engine, {KIND: Feed(engine, node, made, TOKENS).send})

    def settle() -> None:
        while relay.run_once():
            pass

    made.settle = settle
    yield made
    engine.dispose()


@pytest.fixture
def world(
    opensearch_settings: Settings,
    wsgi_transport: WsgiTransport,
    token_of: Callable[..., str],
    person_token: Callable[..., str],
) -> Iterator[World]:
    """Everything, with OpenSearch as the index."""
    yield from make_world(opensearch_settings, wsgi_transport, token_of, person_token)


@pytest.fixture
def both_worlds(world: World) -> World:
    return world
