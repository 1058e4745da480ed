"""One contract for every back end of the index, against a plain reading of the same documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from services.signals.search import documents
from services.signals.search.fts5 import Fts5Index
from services.signals.search.index import FIELDS, PERSONS, STATEMENTS, Document, Key, SearchIndex
from services.signals.search.token_table import TokenTableIndex, index_for
from services.signals.search.tokens import Tokeniser
from shared.database import open_engine, writing

TOKENS = Tokeniser(bytes(range(32)))
WORDS = ("deur", "mes", "school", "Brandsma", "vlucht")
HOUSEHOLDS = ("h1", "h2", "h3")


@pytest.fixture
def engine(database_url: Callable[[str], str]) -> Iterator[Engine]:
    made = open_engine(database_url("signals"))
    yield made
    made.dispose()


def _indexes(engine: Engine) -> list[SearchIndex]:
    return [Fts5Index(), TokenTableIndex()] if engine.dialect.name == "sqlite" else [
        TokenTableIndex()
    ]  # fmt: skip


def _document(signal: str, household: str, said: set[str], names: set[str]) -> Document:
    return Document(
        key=Key(signal, household),
        version=1,
        agency="police",
        category="incident",
        access=TOKENS.access(household, "police", "incident"),
        statements=TOKENS.words(*said),
        persons=TOKENS.words(*names),
    )


words = st.sets(st.sampled_from(WORDS), max_size=3)
stored = st.lists(
    st.tuples(st.sampled_from(["s1", "s2", "s3", "s4"]), st.sampled_from(HOUSEHOLDS), words, words),
    max_size=8,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=stored,
    gone=st.sets(st.tuples(st.sampled_from(["s1", "s2"]), st.sampled_from(HOUSEHOLDS))),
    asked=words,
    mine=st.sets(st.sampled_from(HOUSEHOLDS)),
    fields=st.sets(st.sampled_from(FIELDS)),
)
def test_a_query_finds_just_the_documents_that_hold_every_word(
    engine: Engine,
    rows: list[tuple[str, str, set[str], set[str]]],
    gone: set[tuple[str, str]],
    asked: set[str],
    mine: set[str],
    fields: set[str],
) -> None:
    expected: dict[Key, tuple[frozenset[str], frozenset[str]]] = {}
    for signal, household, said, names in rows:
        expected[Key(signal, household)] = (TOKENS.words(*said), TOKENS.words(*names))
    for one in gone:
        expected.pop(Key(*one), None)
    wanted = TOKENS.words(*asked)
    access = {TOKENS.access(household, "police", "incident") for household in mine}
    oracle = set()
    for key, (said_tokens, name_tokens) in expected.items():
        readable = set()
        if STATEMENTS in fields:
            readable |= said_tokens
        if PERSONS in fields:
            readable |= name_tokens
        if wanted and wanted <= readable and key.household_id in mine:
            oracle.add(key)
    for index in _indexes(engine):
        with writing(engine).connect() as connection, connection.begin() as transaction:
            for signal, household, said, names in rows:
                index.index(connection, _document(signal, household, said, names))
            index.remove(connection, [Key(*one) for one in gone])
            assert index.query(connection, wanted, access, fields) == oracle
            transaction.rollback()


def test_removed_tokens_are_not_left_in_the_file(engine: Engine) -> None:
    index = index_for(engine.dialect.name)
    with writing(engine).begin() as connection:
        for number in range(20):
            index.index(connection, _document(f"s{number}", "h1", {"mes", f"woord{number}"}, set()))
        index.remove(connection, [Key("s3", "h1")])
        assert documents.indexed(connection, ["h1"], []) == {
            Key(f"s{number}", "h1") for number in range(20) if number != 3
        }
        if engine.dialect.name == "sqlite":
            blocks = connection.execute(text("SELECT block FROM search_fts_data")).scalars()
            (token,) = TOKENS.words("woord3")
            assert not any(token.encode() in block for block in blocks)


def test_only_keyed_tokens_reach_the_index(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection, pytest.raises(ValueError, match="keyed tokens"):
        Fts5Index().query(connection, ['" OR access : "'], [TOKENS.access("h", "a", "c")])
