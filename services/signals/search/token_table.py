"""The same index as a plain table: for PostgreSQL when there is no OpenSearch."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, exists, insert, select

from services.signals.search import documents
from services.signals.search.fts5 import Fts5Index
from services.signals.search.index import FIELDS, PERSONS, STATEMENTS, Document, Key, SearchIndex
from services.signals.search.tables import search_documents, search_tokens


class TokenTableIndex:
    """SearchIndex on two tables, one row for each token and field of a document."""

    def index(self, connection: Connection, document: Document) -> None:
        self._drop(connection, document.key)
        documents.keep(connection, document)
        rows = [
            {"token": token, "field": field, **document.key._asdict()}
            for field, tokens in ((STATEMENTS, document.statements), (PERSONS, document.persons))
            for token in sorted(tokens)
        ]
        if rows:
            connection.execute(insert(search_tokens), rows)

    def remove(self, connection: Connection, keys: Collection[Key]) -> None:
        for key in keys:
            self._drop(connection, key)
        documents.forget(connection, keys)

    def _drop(self, connection: Connection, key: Key) -> None:
        connection.execute(
            delete(search_tokens).where(
                search_tokens.c.signal_id == key.signal_id,
                search_tokens.c.household_id == key.household_id,
            )
        )

    def query(
        self,
        connection: Connection,
        tokens: Collection[str],
        access: Collection[str],
        fields: Collection[str] = FIELDS,
    ) -> frozenset[Key]:
        if not tokens or not access or not fields:
            return frozenset()
        question = select(search_documents.c.signal_id, search_documents.c.household_id).where(
            search_documents.c.access.in_(list(access))
        )
        for token in sorted(tokens):
            question = question.where(
                exists().where(
                    search_tokens.c.signal_id == search_documents.c.signal_id,
                    search_tokens.c.household_id == search_documents.c.household_id,
                    search_tokens.c.token == token,
                    search_tokens.c.field.in_(list(fields)),
                )
            )
        return frozenset(
            Key(row.signal_id, row.household_id) for row in connection.execute(question)
        )


def index_for(dialect: str) -> SearchIndex:
    """The index that fits a database: FTS5 inside SQLite, tables elsewhere."""
    return Fts5Index() if dialect == "sqlite" else TokenTableIndex()
