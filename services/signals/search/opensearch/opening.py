"""The parts of the index in OpenSearch, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine

from services.signals.delivery.relay import Handler
from services.signals.search.index import SearchIndex
from services.signals.search.indexing import Indexer
from services.signals.search.opensearch.feed import Feed
from services.signals.search.opensearch.index import KIND, OpenSearchIndex
from services.signals.search.opensearch.node import Node
from services.signals.search.opensearch.rebuild import RemoteIndex
from services.signals.search.tokens import Tokeniser
from shared.settings import Settings


@dataclass(frozen=True)
class OpenedRemote:
    index: SearchIndex
    indexer: Indexer
    rebuild: RemoteIndex
    handlers: Mapping[str, Handler]
    close: Callable[[], None]


def open_remote(
    settings: Settings,
    engine: Engine,
    tokeniser: Tokeniser,
    indexer_of: Callable[[SearchIndex], Indexer],
) -> OpenedRemote:
    """Connects to the OpenSearch of the settings; nothing is asked of it yet."""
    node = Node(settings)
    alias = settings.opensearch_index
    index = OpenSearchIndex(node, alias, tokeniser)
    indexer = indexer_of(index)
    feed = Feed(engine, node, indexer, tokeniser)
    rebuild = RemoteIndex(engine, node, alias, feed)
    return OpenedRemote(index, indexer, rebuild, {KIND: feed.send}, node.close)
