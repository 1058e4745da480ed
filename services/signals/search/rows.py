"""The index in the database itself, SQLite and PostgreSQL alike: one row of tokens per document.

A question reads the documents of the searcher's own households, all of them and nothing else, and
looks for the words in each. So it takes the same time whatever lies elsewhere in the index (I4),
and whether or not it finds something. That is also the fastest way: a coordinator may look in a few
thousand documents, while a full-text index would walk the list of hundreds of households in each of
its segments (ADR 0012 has the figures).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, bindparam, select

from services.signals.search import documents
from services.signals.search.index import (
    PERSONS,
    STATEMENTS,
    Document,
    Key,
    Kind,
    Matches,
    Question,
)
from services.signals.search.tables import search_documents
from services.signals.search.tokens import BYTES, Tokeniser

_COLUMNS = search_documents.c
_OWN = select(
    _COLUMNS.signal_id,
    _COLUMNS.household_id,
    _COLUMNS.agency,
    _COLUMNS.category,
    _COLUMNS.reserved,
    _COLUMNS.statements,
    _COLUMNS.persons,
).where(
    _COLUMNS.household_id.in_(bindparam("households", expanding=True)),
    _COLUMNS.live.is_(True),
)
_HOUSEHOLDS_A_QUERY = 1000


class RowIndex:
    """SearchIndex on a table of the signals service, in the caller's transaction."""

    holds_tokens = True

    def __init__(self, tokeniser: Tokeniser) -> None:
        self._tokeniser = tokeniser

    def write(self, connection: Connection, documents_: Sequence[Document]) -> None:
        documents.keep(connection, documents_, self._tokeniser.version, tokens=True)

    def remove(self, connection: Connection, keys: Collection[Key]) -> None:
        documents.forget(connection, keys)

    def find(self, connection: Connection, question: Question) -> Matches:
        found: dict[frozenset[str], set[Key]] = {fields: set() for fields in question.field_sets}
        if question.empty:
            return {fields: frozenset() for fields in found}
        households = sorted(question.households)
        for start in range(0, len(households), _HOUSEHOLDS_A_QUERY):
            chunk = households[start : start + _HOUSEHOLDS_A_QUERY]
            for key, said, named in self._holding(connection, question, chunk):
                for fields, keys in found.items():
                    with_said, with_named = STATEMENTS in fields, PERSONS in fields
                    if all(
                        (with_said and one) or (with_named and other)
                        for one, other in zip(said, named, strict=True)
                    ):
                        keys.add(key)
        return {fields: frozenset(keys) for fields, keys in found.items()}

    def _holding(
        self, connection: Connection, question: Question, households: Sequence[str]
    ) -> Iterator[tuple[Key, list[bool], list[bool]]]:
        """Documents that may be looked into and hold the first word, with which words stand in
        either field."""
        words = sorted(question.words)
        asked = {
            household: [self._tokeniser.word(household, word) for word in words]
            for household in households
        }
        permitted: dict[tuple[str, ...], bool] = {}
        # As the driver gives them: there are thousands, and nearly all are passed over.
        rows = connection.execute(_OWN, {"households": list(households)}).cursor
        for signal, household, agency, category, reserved, said, named in rows.fetchall():
            way = (household, agency, category, reserved)
            may = permitted.get(way)
            if may is None:
                may = permitted[way] = question.permits(household, Kind(*way[1:]))
            if not may:
                continue
            tokens = asked[household]
            first = tokens[0]
            if (said and first in said) or (named and first in named):
                yield (
                    Key(signal, household),
                    [holds(said, token) for token in tokens],
                    [holds(named, token) for token in tokens],
                )


def holds(tokens: bytes | None, token: bytes) -> bool:
    """Is this one of the tokens, and not the end of one with the beginning of the next?"""
    if not tokens:
        return False
    place = tokens.find(token)
    while place >= 0 and place % BYTES:
        place = tokens.find(token, place + 1)
    return place >= 0
