"""`bundel index rebuild`: the index made anew from the signals, while everything goes on.

In the database each document is written again. In OpenSearch a new index is filled beside the old
one, and no write made meanwhile is lost:

1. the new index is registered: from then on every message goes to both;
2. the position in the outbox is noted, and every document is copied as it is then in the database;
3. the messages since the position are sent again to the new index, whoever had sent them where:
   a version that is there already, or a newer one, stays;
4. the alias moves over in one step, and the old index goes.

After a break anywhere the next rebuild begins anew, and the old index serves until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, delete, select

from services.signals.delivery.outbox import outbox_row
from services.signals.delivery.tables import outbox
from services.signals.linking.reading import bundled_signals
from services.signals.search import documents, targets
from services.signals.search.index import Key
from services.signals.search.indexing import Indexer
from services.signals.search.opensearch.feed import Feed, keys_in
from services.signals.search.opensearch.index import KIND
from services.signals.search.opensearch.node import IndexMissing, Node, Refused
from services.signals.search.tables import search_documents
from shared import clock, ids
from shared.database import writing

_AT_ONCE = 200
# A transaction that began before the position was noted may commit after it.
_OVERLAP = timedelta(minutes=10)
_REMEMBERED = timedelta(
    days=1
)  # a late write of what was taken out longer ago cannot come any more
_FIRST = Key("", "")

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


class Rebuilder:
    """Rebuilds the index in the database; with `remote` the one in OpenSearch."""

    def __init__(self, engine: Engine, indexer: Indexer, remote: RemoteIndex | None = None) -> None:
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
                    part = source(connection, after, _AT_ONCE)
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


class RemoteIndex:
    """The index in OpenSearch, under one alias."""

    def __init__(self, engine: Engine, node: Node, alias: str, feed: Feed) -> None:
        self._engine = engine
        self._node = node
        self._alias = alias
        self._feed = feed

    def rebuild(self, told: Told) -> Rebuilt:
        """See the head of this module. Raises RebuildFailed, Unavailable."""
        try:
            return self._rebuild(told)
        except (IndexMissing, Refused) as error:
            raise RebuildFailed from error

    def _rebuild(self, told: Told) -> Rebuilt:
        self._clear_up()
        name = f"{self._alias}-{ids.new_id()}"
        noted = clock.timestamp(clock.now() - _OVERLAP)
        self._node.make_index(self._alias, name)
        with writing(self._engine).begin() as connection:
            targets.register(connection, name, targets.BUILDING)
        told("copied", 0)
        count = self._copy(name, told)
        again = self._replay(name, noted)
        told("sent again", again)
        self._node.refresh(name)
        self._node.swap(self._alias, name)
        told("moved", count)
        with writing(self._engine).begin() as connection:
            former = targets.promote(connection, name)
        for old in former:
            self._node.drop_index(old)
        return Rebuilt(count, again, name)

    def _copy(self, name: str, told: Told) -> int:
        after, count = _FIRST, 0
        while True:
            with self._engine.connect() as connection:
                keys = documents.page_of_keys(connection, after, _AT_ONCE)
            if not keys:
                return count
            count += self._feed.deliver(keys, only=name)
            told("copied", count)
            after = keys[-1]

    def _replay(self, name: str, noted: str) -> int:
        """All messages since the noted position, sent or not: order does not matter, since each
        document goes as it is now and under its revision."""
        keys: set[Key] = set()
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(outbox).where(outbox.c.kind == KIND, outbox.c.created_at >= noted)
            )
            for row in rows:
                keys.update(keys_in(outbox_row(row)))
        return self._feed.deliver(keys, only=name)

    def _clear_up(self) -> None:
        """What an unfinished rebuild left: an index the alias stands for already is the live one,
        another is dropped."""
        with self._engine.connect() as connection:
            unfinished = targets.in_state(connection, targets.BUILDING)
        served = set(self._node.indexes_of(self._alias))
        for name in unfinished:
            with writing(self._engine).begin() as connection:
                if name in served:
                    former = targets.promote(connection, name)
                else:
                    targets.withdraw(connection, name)
                    former = [name]
            for old in former:
                self._node.drop_index(old)
