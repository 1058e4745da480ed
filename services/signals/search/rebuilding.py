"""`bundel index rebuild`: the index made anew from the signals, while everything goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy import Engine, delete

from services.signals.linking.reading import bundled_signals
from services.signals.search import documents
from services.signals.search.indexing import Indexer
from services.signals.search.tables import search_documents
from shared import clock
from shared.database import writing

AT_ONCE = 200
# A late write of what was taken out longer ago cannot come any more.
_REMEMBERED = timedelta(days=1)

Told = Callable[[str, int], None]  # what is being done, how many documents so far


@dataclass(frozen=True)
class Rebuilt:
    """`documents` were written, `again` of them once more from the outbox. `index`: the name of the
    new index, "" for the one in the database."""

    documents: int
    again: int = 0
    index: str = ""


class RebuildFailed(Exception):
    """The new index went while it was being made, as when two are made at once. The index that is
    searched is untouched."""


class Remote(Protocol):
    def rebuild(self, told: Told) -> Rebuilt:
        """Makes the index in another engine anew. Raises RebuildFailed, Unavailable."""


class Rebuilder:
    """Rebuilds the index in the database; with `remote` the one in OpenSearch."""

    def __init__(self, engine: Engine, indexer: Indexer, remote: Remote | None = None) -> None:
        self._engine = engine
        self._indexer = indexer
        self._remote = remote

    def run(self, told: Told = lambda _what, _count: None) -> Rebuilt:
        """Raises Unavailable when OpenSearch does not answer: nothing has changed then."""
        if self._remote is None:
            count = 0
            for signals in self._signals():
                with writing(self._engine).begin() as connection:
                    count += self._indexer.refresh(connection, signals)
                told("written", count)
            self._forget_old()
            return Rebuilt(count)
        self._mend_notes()
        rebuilt = self._remote.rebuild(told)
        self._forget_old()
        return rebuilt

    def _signals(self) -> Iterator[list[str]]:
        """Every signal that lies in a household or has a document, in parts."""
        for source in (bundled_signals, documents.signals_after):
            after = ""
            while True:
                with self._engine.connect() as connection:
                    part = source(connection, after, AT_ONCE)
                if not part:
                    break
                yield part
                after = part[-1]

    def _mend_notes(self) -> None:
        """Signals whose documents are not those they should have, whatever went wrong before."""
        for signals in self._signals():
            with self._engine.connect() as connection:
                off = self._indexer.off(connection, signals)
            if off:
                with writing(self._engine).begin() as connection:
                    self._indexer.refresh(connection, off)

    def _forget_old(self) -> None:
        before = clock.timestamp(clock.now() - _REMEMBERED)
        with writing(self._engine).begin() as connection:
            connection.execute(
                delete(search_documents).where(
                    search_documents.c.live.is_(False), search_documents.c.changed_at < before
                )
            )
