"""What the outbox sends to OpenSearch: the documents as they are when it is sent.

A version is the revision of the document in the database, so a message that comes late, twice or
out of order cannot bring an older state back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from sqlalchemy import Connection, Engine

from services.signals.delivery.outbox import OutboxRow
from services.signals.search import documents, targets
from services.signals.search.index import Document, Key
from services.signals.search.opensearch import shape
from services.signals.search.opensearch.node import IndexMissing, Node, Version
from services.signals.search.tokens import Tokeniser
from shared.problems import Unavailable

_AT_ONCE = 250


class Loads(Protocol):
    def documents(self, connection: Connection, keys: Collection[Key]) -> list[Document]:
        """These documents with their tokens as they should be now (Indexer)."""


class Feed:
    """Handler of messages of kind "search". Raises Unavailable: the relay tries again."""

    def __init__(self, engine: Engine, node: Node, indexer: Loads, tokeniser: Tokeniser) -> None:
        self._engine = engine
        self._node = node
        self._indexer = indexer
        self._tokeniser = tokeniser

    def send(self, rows: Sequence[OutboxRow]) -> None:
        """Sends what changed to every index that gets changes."""
        self.deliver({key for row in rows for key in keys_in(row)})

    def deliver(self, keys: Collection[Key], only: str | None = None) -> int:
        """Writes these documents as they are now, to all targets or to one; how many documents."""
        ordered = sorted(keys)
        for start in range(0, len(ordered), _AT_ONCE):
            part = ordered[start : start + _AT_ONCE]
            with self._engine.connect() as connection, connection.begin():
                # Before the documents are read: a target registered later copies what is read
                # here, and a revision that is too old is followed by its own message.
                receivers = [only] if only else targets.receiving(connection)
                versions = self._versions(connection, part)
            if not receivers:
                raise Unavailable  # no index yet: see Keeper
            for name in receivers:
                self._write(name, versions, only)
        return len(ordered)

    def _versions(self, connection: Connection, keys: Sequence[Key]) -> list[Version]:
        now = documents.revisions(connection, keys)
        live = {key for key, (_revision, is_live) in now.items() if is_live}
        made = {document.key: document for document in self._indexer.documents(connection, live)}
        versions = []
        for key, (revision, _is_live) in sorted(now.items()):
            document = made.get(key)
            body = shape.body_of(document, self._tokeniser) if document else shape.tombstone(key)
            versions.append(Version(shape.id_of(key), revision, body))
        return versions

    def _write(self, name: str, versions: Sequence[Version], only: str | None) -> None:
        if not versions:
            return
        try:
            self._node.write(name, versions)
        except IndexMissing:
            if only:
                raise
            with self._engine.connect() as connection:
                still = name in targets.receiving(connection)
            if still:
                raise Unavailable from None


def keys_in(row: OutboxRow) -> list[Key]:
    """The documents a message names."""
    return [Key(str(signal), str(household)) for signal, household in row.payload["documents"]]
