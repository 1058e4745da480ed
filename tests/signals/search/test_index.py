"""One contract for every back end of the index, against a plain reading of the same documents.

tests/engines/test_opensearch_index.py runs the very same tests on a real node.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.signals.search import documents
from services.signals.search.analyser import word_set
from services.signals.search.index import FIELDS, PERSONS, STATEMENTS, Key, Kind, Question
from services.signals.search.rows import holds
from shared import ids
from tests.signals.search.places import POLICE, TOKENS, Backend, Said, only

WORDS = ("deur", "mes", "school", "Brandsma", "vlucht")
HOUSEHOLDS = ("h1", "h2", "h3")
CARE = Kind("youth_care", "care", "own_agency_only")
words = st.sets(st.sampled_from(WORDS), max_size=3)
said = st.builds(
    Said,
    st.sampled_from(["s1", "s2", "s3", "s4"]),
    st.sampled_from(HOUSEHOLDS),
    words,
    words,
    st.sampled_from([POLICE, CARE]),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(said, max_size=8),
    gone=st.sets(st.tuples(st.sampled_from(["s1", "s2"]), st.sampled_from(HOUSEHOLDS))),
    asked=words,
    mine=st.sets(st.sampled_from(HOUSEHOLDS)),
    kinds=st.sets(st.sampled_from([POLICE, CARE])),
    fields=st.sets(st.sampled_from(sorted(FIELDS))),
)
def test_a_question_finds_just_the_documents_that_hold_every_word(
    backend: Backend,
    rows: list[Said],
    gone: set[tuple[str, str]],
    asked: set[str],
    mine: set[str],
    kinds: set[Kind],
    fields: set[str],
) -> None:
    place = ids.new_id()[:8]  # documents of one example only

    def of(name: str) -> str:
        return f"{place}-{name}"

    latest: dict[Key, Said] = {}
    for part in (rows[:3], rows[3:]):
        own = [row._replace(signal=of(row.signal), household=of(row.household)) for row in part]
        now = {Key(one.signal, one.household): one for one in own}
        backend.write(*now.values())
        latest.update(now)
    removed = [Key(of(signal), of(household)) for signal, household in gone]
    backend.remove(*removed)
    wanted = word_set(*asked)
    oracle = set()
    for key, row in latest.items():
        readable = word_set(
            *(row.statements if STATEMENTS in fields else ()),
            *(row.persons if PERSONS in fields else ()),
        )
        lies_open = key.household_id in {of(one) for one in mine} and row.kind in kinds
        if key not in removed and lies_open and wanted and wanted <= readable:
            oracle.add(key)
    one_set = frozenset(fields)
    question = Question(
        wanted, frozenset(of(one) for one in mine), only(kinds), frozenset({one_set, FIELDS})
    )
    assert backend.ask(question)[one_set] == oracle


def test_a_later_version_takes_the_place_of_an_earlier_one(backend: Backend) -> None:
    backend.write(Said("s1", "h1", ["mes"]))
    backend.write(Said("s1", "h1", ["bezem"], kind=CARE))
    assert backend.found("mes", "h1", kinds=[POLICE, CARE]) == set()
    assert backend.found("bezem", "h1") == set()
    assert backend.found("bezem", "h1", kinds=[CARE]) == {"s1"}


def test_what_was_taken_out_comes_back_only_when_it_is_written_again(backend: Backend) -> None:
    backend.write(Said("s1", "h1", ["mes"]), Said("s2", "h1", ["mes"]))
    backend.remove(Key("s1", "h1"))
    assert backend.found("mes", "h1") == {"s2"}
    with backend.engine.connect() as connection:
        assert documents.indexed(connection, ["h1"], []) == {Key("s2", "h1")}
    backend.write(Said("s1", "h1", ["mes"]))
    assert backend.found("mes", "h1") == {"s1", "s2"}


def test_one_signal_in_two_households_is_two_documents(backend: Backend) -> None:
    backend.write(Said("s1", "h1", ["deur"], ["Ilse"]), Said("s1", "h2", ["deur"], ["Karel"]))
    assert backend.found("Karel deur", "h1") == set()
    assert backend.found("Karel deur", "h2") == {"s1"}
    backend.remove(Key("s1", "h1"))
    assert backend.found("deur", "h1", "h2") == {"s1"}


def test_thousands_of_hits_are_all_found(backend: Backend) -> None:
    backend.write(*(Said(f"s{number:05d}", f"h{number % 7}", ["mes"]) for number in range(4100)))
    assert len(backend.found("mes", *(f"h{number}" for number in range(7)))) == 4100
    assert len(backend.found("mes", "h3")) == 4100 // 7 + 1


def test_hundreds_of_households_are_asked_at_once(backend: Backend) -> None:
    households = [f"h{number}" for number in range(2500)]
    backend.write(Said("s1", "h7", ["mes"]), Said("s2", "h2400", ["mes"]), Said("s3", "x", ["mes"]))
    assert backend.found("mes", *households) == {"s1", "s2"}


def test_nothing_asked_finds_nothing(backend: Backend) -> None:
    backend.write(Said("s1", "h1", ["mes"]))
    assert backend.found("", "h1") == set()
    assert backend.found("mes") == set()
    assert backend.found("mes", "h1", kinds=[]) == set()
    assert backend.found("mes", "h1", fields=frozenset()) == set()


def test_removed_tokens_are_not_left_in_the_database(backend: Backend) -> None:
    backend.write(*(Said(f"s{number}", "h1", ["mes", f"woord{number}"]) for number in range(20)))
    backend.remove(Key("s3", "h1"))
    (token,) = TOKENS.words("h1", "woord3")
    with backend.engine.connect() as connection:
        stored = connection.execute(text("SELECT statements FROM search_documents")).scalars()
        assert not any(holds(tokens, token) for tokens in stored)


def test_a_token_is_not_the_end_of_one_with_the_beginning_of_the_next() -> None:
    tokens = b"01234567" + b"89abcdef"
    assert holds(tokens, b"01234567")
    assert holds(tokens, b"89abcdef")
    assert not holds(tokens, b"456789ab")
    assert holds(b"45670123" + b"01230123" + b"01234567", b"01230123")
    assert not holds(None, b"01234567")
