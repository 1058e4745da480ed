"""The index in SQLite's FTS5: text and access tokens in one row, asked in one query."""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import Connection, bindparam, text

from services.signals.search import documents
from services.signals.search.index import FIELDS, Document

_TOKEN = re.compile(r"[0-9a-f]{16}")
_IN_ONE_QUERY = 500  # access tokens: above that one query gets slower than several

_INSERT = text(
    "INSERT INTO search_fts (signal_id, statements, persons, access) "
    "VALUES (:signal_id, :statements, :persons, :access)"
)
_DELETE = text("DELETE FROM search_fts WHERE signal_id IN :ids").bindparams(
    bindparam("ids", expanding=True)
)
_MATCH = text("SELECT signal_id FROM search_fts WHERE search_fts MATCH :question")
# Deleted tokens stay in the segments of the file until they are merged away.
_OPTIMISE = text("INSERT INTO search_fts (search_fts) VALUES ('optimize')")


def _any_of(tokens: Collection[str]) -> str:
    return " OR ".join(_quoted(token) for token in tokens)


def _quoted(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise ValueError("Only keyed tokens reach the index.")
    return f'"{token}"'


class Fts5Index:
    """SearchIndex on the SQLite database of the signals service, in the caller's transaction."""

    def index(self, connection: Connection, document: Document) -> None:
        connection.execute(_DELETE, {"ids": [document.signal_id]})
        documents.keep(connection, document)
        connection.execute(
            _INSERT,
            {
                "signal_id": document.signal_id,
                # Sorted: the order of words in the text is not kept.
                "statements": " ".join(sorted(document.statements)),
                "persons": " ".join(sorted(document.persons)),
                "access": " ".join(sorted({way.token for way in document.access})),
            },
        )

    def remove(self, connection: Connection, signal_ids: Collection[str]) -> None:
        if not signal_ids:
            return
        connection.execute(_DELETE, {"ids": list(signal_ids)})
        documents.forget(connection, signal_ids)
        connection.execute(_OPTIMISE)

    def query(
        self,
        connection: Connection,
        tokens: Collection[str],
        access: Collection[str],
        fields: Collection[str] = FIELDS,
    ) -> frozenset[str]:
        if not tokens or not access or not fields:
            return frozenset()
        columns = "{" + " ".join(field for field in FIELDS if field in fields) + "}"
        wanted = " AND ".join(f"{columns} : {_quoted(token)}" for token in sorted(tokens))
        allowed = sorted(access)
        found: set[str] = set()
        for start in range(0, len(allowed), _IN_ONE_QUERY):
            part = allowed[start : start + _IN_ONE_QUERY]
            question = f"({wanted}) AND access : ({_any_of(part)})"
            found.update(connection.execute(_MATCH, {"question": question}).scalars())
        return frozenset(found)
