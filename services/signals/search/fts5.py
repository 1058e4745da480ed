"""The index in SQLite's FTS5: text and access tokens in one row, asked in one query."""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import Connection, text

from services.signals.search import documents
from services.signals.search.index import FIELDS, Document, Key

_TOKEN = re.compile(r"[0-9a-f]{16}")
_IN_ONE_QUERY = 500  # access tokens: above that one query gets slower than several

_INSERT = text(
    "INSERT INTO search_fts (signal_id, household_id, statements, persons, access) "
    "VALUES (:signal_id, :household_id, :statements, :persons, :access)"
)
# The document is found by its access token first: an FTS5 table has no other index.
_FIND = text(
    "SELECT rowid FROM search_fts WHERE search_fts MATCH :question "
    "AND signal_id = :signal_id AND household_id = :household_id"
)
_ACCESS_OF = text(
    "SELECT access FROM search_documents "
    "WHERE signal_id = :signal_id AND household_id = :household_id"
)
_DELETE = text("DELETE FROM search_fts WHERE rowid = :row")
_MATCH = text("SELECT signal_id, household_id FROM search_fts WHERE search_fts MATCH :question")
# Deleted tokens stay in the segments of the file until they are merged away.
_OPTIMISE = text("INSERT INTO search_fts (search_fts) VALUES ('optimize')")


def _quoted(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise ValueError("Only keyed tokens reach the index.")
    return f'"{token}"'


class Fts5Index:
    """SearchIndex on the SQLite database of the signals service, in the caller's transaction."""

    def index(self, connection: Connection, document: Document) -> None:
        self._delete(connection, document.key)
        documents.keep(connection, document)
        connection.execute(
            _INSERT,
            {
                "signal_id": document.key.signal_id,
                "household_id": document.key.household_id,
                # Sorted: the order of words in the text is not kept.
                "statements": " ".join(sorted(document.statements)),
                "persons": " ".join(sorted(document.persons)),
                "access": document.access,
            },
        )

    def remove(self, connection: Connection, keys: Collection[Key]) -> None:
        if not keys:
            return
        for key in keys:
            self._delete(connection, key)
        documents.forget(connection, keys)
        connection.execute(_OPTIMISE)

    def _delete(self, connection: Connection, key: Key) -> None:
        access = connection.execute(_ACCESS_OF, key._asdict()).scalar()
        if access is None:
            return
        question = f"access : {_quoted(access)}"
        for row in connection.execute(_FIND, {"question": question, **key._asdict()}).scalars():
            connection.execute(_DELETE, {"row": row})

    def query(
        self,
        connection: Connection,
        tokens: Collection[str],
        access: Collection[str],
        fields: Collection[str] = FIELDS,
    ) -> frozenset[Key]:
        if not tokens or not access or not fields:
            return frozenset()
        columns = "{" + " ".join(field for field in FIELDS if field in fields) + "}"
        wanted = " AND ".join(f"{columns} : {_quoted(token)}" for token in sorted(tokens))
        allowed = sorted(access)
        found: set[Key] = set()
        for start in range(0, len(allowed), _IN_ONE_QUERY):
            any_of = " OR ".join(_quoted(one) for one in allowed[start : start + _IN_ONE_QUERY])
            question = f"({wanted}) AND access : ({any_of})"
            rows = connection.execute(_MATCH, {"question": question})
            found.update(Key(row.signal_id, row.household_id) for row in rows)
        return frozenset(found)
