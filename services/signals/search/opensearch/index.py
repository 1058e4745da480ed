"""SearchIndex on OpenSearch. What is written goes by the outbox, after the commit; what is found
counts only when it is the version the database holds now."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from services.signals.delivery.outbox import new_message
from services.signals.delivery.tables import outbox
from services.signals.search import documents
from services.signals.search.index import Document, Key, Matches, Question
from services.signals.search.opensearch import asking
from services.signals.search.opensearch.node import Node
from services.signals.search.tokens import Tokeniser

KIND = "search"  # of messages in the outbox: which documents have changed
_KEYS_A_MESSAGE = 200


class OpenSearchIndex:
    """Raises Unavailable when OpenSearch does not answer: a search that misses a part is none."""

    holds_tokens = False

    def __init__(self, node: Node, alias: str, tokeniser: Tokeniser) -> None:
        self._node = node
        self._alias = alias
        self._tokeniser = tokeniser

    def write(self, connection: Connection, documents_: Sequence[Document]) -> None:
        documents.keep(connection, documents_, self._tokeniser.version, tokens=False)
        tell_changed(connection, [document.key for document in documents_])

    def remove(self, connection: Connection, keys: Collection[Key]) -> None:
        documents.forget(connection, keys)
        tell_changed(connection, keys)

    def find(self, connection: Connection, question: Question) -> Matches:
        if question.empty:
            return {fields: frozenset() for fields in question.field_sets}
        ways = {
            way
            for way in documents.ways_into(connection, question.households)
            if question.permits(*way)
        }
        found = {
            fields: self._hits(ways, question.words, fields) if fields else {}
            for fields in question.field_sets
        }
        # The index runs behind: what changed since was found by what it no longer says (I5).
        now = documents.revisions(connection, {key for hits in found.values() for key in hits})
        return {
            fields: frozenset(
                key for key, version in hits.items() if now.get(key) == (version, True)
            )
            for fields, hits in found.items()
        }

    def _hits(
        self, ways: Collection[asking.Way], words: Collection[str], fields: frozenset[str]
    ) -> dict[Key, int]:
        """Every hit with its version. No ways are asked as well: the engine answers, and takes
        its time, whether or not there is anything to look in (I4)."""
        found: dict[Key, int] = {}
        for part in asking.parts_of(ways) or [[]]:
            query = asking.query_of(self._tokeniser, part, words, fields)
            after = None
            while True:
                answer = self._node.search(self._alias, asking.body_of(query, after))
                hits = asking.hits_of(answer)
                found.update((key, version) for key, version, _place in hits)
                if len(hits) < asking.PAGE:
                    break
                after = hits[-1][2]
        return found


def tell_changed(connection: Connection, keys: Collection[Key]) -> None:
    """Puts it into the outbox that these documents have changed; what they say is read when the
    message is sent, so nothing of it lies there."""
    ordered = sorted(keys)
    rows = [
        new_message(KIND, {"documents": [list(key) for key in ordered[start:end]]})
        for start in range(0, len(ordered), _KEYS_A_MESSAGE)
        for end in [start + _KEYS_A_MESSAGE]
    ]
    if rows:
        connection.execute(outbox.insert(), rows)
