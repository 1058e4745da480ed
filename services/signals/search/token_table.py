"""The same index as a plain table: for PostgreSQL when there is no OpenSearch."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, exists, insert, select

from services.signals.search import documents
from services.signals.search.fts5 import Fts5Index
from services.signals.search.index import FIELDS, PERSONS, STATEMENTS, Document, SearchIndex
from services.signals.search.tables import search_access, search_tokens


class TokenTableIndex:
    """SearchIndex on two tables, one row for each token and field of a document."""

    def index(self, connection: Connection, document: Document) -> None:
        self._drop(connection, [document.signal_id])
        documents.keep(connection, document)
        rows = [
            {"token": token, "field": field, "signal_id": document.signal_id}
            for field, tokens in ((STATEMENTS, document.statements), (PERSONS, document.persons))
            for token in sorted(tokens)
        ]
        if rows:
            connection.execute(insert(search_tokens), rows)

    def remove(self, connection: Connection, signal_ids: Collection[str]) -> None:
        if signal_ids:
            self._drop(connection, signal_ids)
            documents.forget(connection, signal_ids)

    def _drop(self, connection: Connection, signal_ids: Collection[str]) -> None:
        connection.execute(
            delete(search_tokens).where(search_tokens.c.signal_id.in_(list(signal_ids)))
        )

    def query(
        self,
        connection: Connection,
        tokens: Collection[str],
        access: Collection[str],
        fields: Collection[str] = FIELDS,
    ) -> frozenset[str]:
        if not tokens or not access or not fields:
            return frozenset()
        question = (
            select(search_access.c.signal_id)
            .where(search_access.c.token.in_(list(access)))
            .distinct()
        )
        for token in sorted(tokens):
            question = question.where(
                exists().where(
                    search_tokens.c.signal_id == search_access.c.signal_id,
                    search_tokens.c.token == token,
                    search_tokens.c.field.in_(list(fields)),
                )
            )
        return frozenset(connection.execute(question).scalars())


def index_for(dialect: str) -> SearchIndex:
    """The index that fits a database: FTS5 inside SQLite, tables elsewhere."""
    return Fts5Index() if dialect == "sqlite" else TokenTableIndex()
