"""The index that the settings choose, with all that belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Engine

from services.signals.delivery.relay import Handler
from services.signals.protection.vault import Vault
from services.signals.search.index import SearchIndex
from services.signals.search.indexing import Indexer
from services.signals.search.keeping import Keeper
from services.signals.search.rebuilding import Rebuilder
from services.signals.search.rows import RowIndex
from services.signals.search.tokens import Tokeniser
from shared.database import open_engine
from shared.settings import Settings


@dataclass(frozen=True)
class Chosen:
    """`handlers`: what the outbox needs to send documents on; `close` ends connections."""

    index: SearchIndex
    indexer: Indexer
    keeper: Keeper
    rebuilder: Rebuilder
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    close: Callable[[], None] = lambda: None


def choose(settings: Settings, engine: Engine, vault: Vault, tokeniser: Tokeniser) -> Chosen:
    """OpenSearch when its address is set, else the index in the signals database."""
    if not settings.opensearch_url:
        index = RowIndex(tokeniser)
        indexer = Indexer(vault, tokeniser, index)
        keeper = Keeper(engine, indexer, tokeniser.version)
        return Chosen(index, indexer, keeper, Rebuilder(engine, indexer))
    # Imported here: the client takes 29 MB, which the embedded default does not need.
    from services.signals.search.opensearch.opening import open_remote  # noqa: PLC0415

    remote = open_remote(
        settings, engine, tokeniser, lambda index: Indexer(vault, tokeniser, index)
    )
    rebuilder = Rebuilder(engine, remote.indexer, remote.rebuild)
    return Chosen(
        index=remote.index,
        indexer=remote.indexer,
        keeper=Keeper(engine, remote.indexer, tokeniser.version, rebuilder),
        rebuilder=rebuilder,
        handlers=remote.handlers,
        close=remote.close,
    )


@contextmanager
def opened(settings: Settings) -> Iterator[Chosen]:
    """The chosen index for a command, beside a service that may be running."""
    engine = open_engine(settings.databases["signals"])
    keys = open_engine(settings.databases["keys"])
    chosen = choose(settings, engine, Vault(settings, keys), tokeniser_of(settings))
    try:
        yield chosen
    finally:
        chosen.close()
        engine.dispose()
        keys.dispose()


def tokeniser_of(settings: Settings) -> Tokeniser:
    """The one that makes and asks tokens in this installation."""
    return Tokeniser(settings.key("INDEX_KEY"))
