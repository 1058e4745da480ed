"""What any search back end must do. It holds tokens, never words, and decides nothing: its hits
are candidates that the service checks again against policy before one is counted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from sqlalchemy import Connection

STATEMENTS = "statements"
PERSONS = "persons"
FIELDS = (STATEMENTS, PERSONS)


class Key(NamedTuple):
    """Names a document: one signal in one household."""

    signal_id: str
    household_id: str


@dataclass(frozen=True, slots=True)
class Document:
    """One signal in one household as the index sees it: tokens by field, and the one access token
    (household × source × category) it is found under. A withheld narrative has no tokens."""

    key: Key
    version: int
    agency: str
    category: str
    access: str
    statements: frozenset[str]
    persons: frozenset[str]


class SearchIndex(Protocol):
    """A back end. In one database with the signals it writes in the caller's transaction."""

    def index(self, connection: Connection, document: Document) -> None:
        """Stores the document in place of an older one."""

    def remove(self, connection: Connection, keys: Collection[Key]) -> None:
        """Takes documents out; what is removed is not left behind in the file."""

    def query(
        self,
        connection: Connection,
        tokens: Collection[str],
        access: Collection[str],
        fields: Collection[str] = FIELDS,
    ) -> frozenset[Key]:
        """All documents that hold every token in one of `fields`, and any of the access tokens.

        No tokens or no access: nothing. There is no limit: a limit before the check against
        policy would let hidden documents push visible ones out (I4).
        """
