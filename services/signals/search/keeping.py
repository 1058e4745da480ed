"""Looks after the index: makes the first one, and indexes again what an older analyser or another
key has made."""

from __future__ import annotations

from sqlalchemy import Engine

from services.signals.search import documents, targets
from services.signals.search.indexing import Indexer
from services.signals.search.rebuilding import Rebuilder, RebuildFailed
from shared.database import writing
from shared.logging import get_logger
from shared.problems import Unavailable

_AT_ONCE = 100


class Keeper:
    """A worker. `rebuilder` makes the first index in another engine; None: there is none to make,
    the index is in the database itself."""

    def __init__(
        self, engine: Engine, indexer: Indexer, version: str, rebuilder: Rebuilder | None = None
    ) -> None:
        self._engine = engine
        self._indexer = indexer
        self._version = version
        self._rebuilder = rebuilder

    def run_once(self) -> int:
        """One step; how many documents it indexed."""
        if self._rebuilder is not None:
            made = self._first_index(self._rebuilder)
            if made is None:
                return 0  # at the next turn: until then a search is refused, never empty
            self._rebuilder = None
            return made
        with self._engine.connect() as connection:
            if not documents.outdated(connection, self._version, 1):
                return 0
        with writing(self._engine).begin() as connection:
            keys = documents.outdated(connection, self._version, _AT_ONCE)
            self._indexer.renew(connection, keys)
        get_logger().info("indexed again", count=len(keys))
        return len(keys)

    def _first_index(self, rebuilder: Rebuilder) -> int | None:
        """Makes the index that is searched when there is none; None when that did not succeed."""
        with self._engine.connect() as connection:
            if targets.in_state(connection, targets.LIVE):
                return 0
        try:
            return rebuilder.run().documents
        except (Unavailable, RebuildFailed):
            return None
