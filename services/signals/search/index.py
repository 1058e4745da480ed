"""What any search back end must do. It holds tokens, never words, and decides nothing: its hits
are candidates that the service checks again against policy before one is counted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

STATEMENTS = "statements"
PERSONS = "persons"
FIELDS = (STATEMENTS, PERSONS)


@dataclass(frozen=True, slots=True)
class Access:
    """One way a document may be reached, and the token that says so."""

    household_id: str
    agency: str
    category: str
    token: str


@dataclass(frozen=True, slots=True)
class Document:
    """One signal as the index sees it: tokens by field. A withheld narrative has none."""

    signal_id: str
    version: int
    statements: frozenset[str]
    persons: frozenset[str]
    access: tuple[Access, ...]


class SearchIndex(Protocol):
    """A back end. In one database with the signals it writes in the caller's transaction."""

    def index(self, connection: Connection, document: Document) -> None:
        """Stores the document in place of an older one."""

    def remove(self, connection: Connection, signal_ids: Collection[str]) -> None:
        """Takes documents out; what is removed is not left behind in the file."""

    def query(
        self,
        connection: Connection,
        tokens: Collection[str],
        access: Collection[str],
        fields: Collection[str] = FIELDS,
    ) -> frozenset[str]:
        """Ids of all documents that hold every token in one of `fields` and any access token.

        No tokens or no access: nothing. There is no limit: a limit before the check against
        policy would let hidden documents push visible ones out (I4).
        """
