"""What any search back end must do. It holds tokens, never words, and decides nothing: its hits
are candidates that the service checks again against policy before one is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias

from sqlalchemy import Connection

STATEMENTS = "statements"
PERSONS = "persons"
FIELDS = frozenset({STATEMENTS, PERSONS})


class Key(NamedTuple):
    """Names a document: one signal in one household."""

    signal_id: str
    household_id: str


class Kind(NamedTuple):
    """What a document is found under, beside its household. `reserved`: for whom the signal is
    kept (its compartment and the source's conditions, as reserved_for() writes them), "" for
    nobody in particular."""

    agency: str
    category: str
    reserved: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One signal in one household as the index sees it: its kind, the first day it tells of
    ("2026-03-03", or less), and tokens by field. A withheld narrative has no tokens."""

    key: Key
    version: int
    kind: Kind
    day: str
    statements: frozenset[bytes] = field(default=frozenset(), repr=False)
    persons: frozenset[bytes] = field(default=frozenset(), repr=False)


class Permits(Protocol):
    def __call__(self, household_id: str, kind: Kind) -> bool:
        """Can anything of this kind, in this household, be viewed at all?"""


@dataclass(frozen=True, slots=True)
class Question:
    """All that can be asked of an index; no back end takes anything else.

    Documents of `households`, of a kind that `permits` lets through there, that hold every one of
    `words` (stems of the analyser) in one of the fields of a set: once for each of `field_sets`.
    What `permits` keeps back is not looked into (I4). There is no limit: a limit before the check
    against policy would let hidden documents push visible ones out.
    """

    words: frozenset[str] = field(repr=False)
    households: frozenset[str]
    permits: Permits
    field_sets: frozenset[frozenset[str]] = frozenset({FIELDS})

    @property
    def empty(self) -> bool:
        """Nothing can be found: no word, or nothing it may be looked for in."""
        return not (self.words and self.households and any(self.field_sets))


def reserved_for(compartment: str, conditions: Iterable[str]) -> str:
    """Compartment and conditions as one text: "" when there are none."""
    return " ".join(([] if compartment == "none" else [compartment]) + sorted(conditions))


# What was found, for each set of fields.
Matches: TypeAlias = Mapping[frozenset[str], frozenset[Key]]


class SearchIndex(Protocol):
    """A back end. What is written is in the caller's transaction: there at once, or sent on by the
    outbox after the commit. Raises Unavailable when the engine does not answer."""

    holds_tokens: bool  # False: `write` needs no tokens, they are made when documents are sent on

    def write(self, connection: Connection, documents: Sequence[Document]) -> None:
        """Stores the documents in place of older ones."""

    def remove(self, connection: Connection, keys: Collection[Key]) -> None:
        """Takes documents out; their tokens are not left behind in the file."""

    def find(self, connection: Connection, question: Question) -> Matches:
        """What was asked, from documents as they stand now: an outdated one is left out."""
