"""A new index in OpenSearch beside the old one, and no write made meanwhile is lost:

1. the new index is registered: from then on every message goes to both;
2. the position in the outbox is noted, and every document is copied as it is then in the database;
3. the messages since the position are sent again to the new index, whoever had sent them where:
   a version that is there already, or a newer one, stays;
4. the alias moves over in one step, and the old index goes.

After a break anywhere the next rebuild begins anew, and the old index serves until then.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, select

from services.signals.delivery.outbox import outbox_row
from services.signals.delivery.tables import outbox
from services.signals.search import documents, targets
from services.signals.search.index import Key
from services.signals.search.opensearch.feed import Feed, keys_in
from services.signals.search.opensearch.index import KIND
from services.signals.search.opensearch.node import IndexMissing, Node, Refused
from services.signals.search.rebuilding import AT_ONCE, RebuildFailed, Rebuilt, Told
from shared import clock, ids
from shared.database import writing

# A transaction that began before the position was noted may commit after it.
_OVERLAP = timedelta(minutes=10)
_FIRST = Key("", "")


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
                keys = documents.page_of_keys(connection, after, AT_ONCE)
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
