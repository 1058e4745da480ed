"""A back end of the index with its database, for the tests that every back end must pass."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from services.signals.search.index import (
    Document,
    Key,
    Kind,
    Matches,
    Permits,
    Question,
    SearchIndex,
)
from services.signals.search.tokens import Tokeniser
from shared.database import writing

TOKENS = Tokeniser(bytes(range(32)))
POLICE = Kind("police", "incident")


class Said(NamedTuple):
    """A document in words."""

    signal: str
    household: str
    statements: Collection[str] = ()
    persons: Collection[str] = ()
    kind: Kind = POLICE


@dataclass
class Backend:
    """`settle` waits until what was written can be found. `stored` is the truth of the documents,
    read by a feed that sends them on."""

    engine: Engine
    index: SearchIndex
    settle: Callable[[], None] = lambda: None
    stored: dict[Key, Document] = field(default_factory=dict)

    def documents(self, _connection: Connection, keys: Collection[Key]) -> list[Document]:
        return [self.stored[key] for key in keys if key in self.stored]

    def write(self, *said: Said) -> None:
        made = [document_of(one) for one in said]
        self.stored.update({document.key: document for document in made})
        with writing(self.engine).begin() as connection:
            self.index.write(connection, made)
        self.settle()

    def remove(self, *keys: Key) -> None:
        for key in keys:
            self.stored.pop(key, None)
        with writing(self.engine).begin() as connection:
            self.index.remove(connection, keys)
        self.settle()

    def ask(self, question: Question) -> Matches:
        with self.engine.connect() as connection:
            return self.index.find(connection, question)

    def found(
        self,
        words: str,
        *households: str,
        kinds: Collection[Kind] = (POLICE,),
        fields: frozenset[str] = frozenset({"statements", "persons"}),
    ) -> set[str]:
        """Signals that hold these words."""
        from services.signals.search.analyser import word_set

        question = Question(
            word_set(words), frozenset(households), only(kinds), frozenset({fields})
        )
        return {key.signal_id for key in self.ask(question)[fields]}


def document_of(said: Said) -> Document:
    return Document(
        key=Key(said.signal, said.household),
        version=1,
        kind=said.kind,
        day="2026-03-03",
        statements=TOKENS.words(said.household, *said.statements),
        persons=TOKENS.words(said.household, *said.persons),
    )


def only(kinds: Collection[Kind]) -> Permits:
    """Lets these kinds through, in any household."""
    return lambda household_id, kind: kind in kinds
