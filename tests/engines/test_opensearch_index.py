"""The contract of the index, on a real OpenSearch: the same tests, and what only it must do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from opensearchpy import OpenSearch

from services.signals.delivery.outbox import OutboxRow
from services.signals.search import targets
from services.signals.search.index import FIELDS, Key, Kind
from services.signals.search.opensearch import asking, shape
from services.signals.search.opensearch.feed import Feed
from services.signals.search.opensearch.index import KIND
from services.signals.search.opensearch.node import Node, Refused, Version
from shared import ids
from shared.problems import Unavailable
from shared.settings import Settings
from tests.engines.opensearch_places import backend, node, opensearch_settings
from tests.signals.search.places import POLICE, TOKENS, Backend, Said
from tests.signals.search.test_index import (
    test_a_later_version_takes_the_place_of_an_earlier_one,
    test_a_question_finds_just_the_documents_that_hold_every_word,
    test_hundreds_of_households_are_asked_at_once,
    test_nothing_asked_finds_nothing,
    test_one_signal_in_two_households_is_two_documents,
    test_removed_tokens_are_not_left_in_the_database,
    test_thousands_of_hits_are_all_found,
    test_what_was_taken_out_comes_back_only_when_it_is_written_again,
)

__all__ = [
    "backend",
    "node",
    "opensearch_settings",
    "test_a_later_version_takes_the_place_of_an_earlier_one",
    "test_a_question_finds_just_the_documents_that_hold_every_word",
    "test_hundreds_of_households_are_asked_at_once",
    "test_nothing_asked_finds_nothing",
    "test_one_signal_in_two_households_is_two_documents",
    "test_removed_tokens_are_not_left_in_the_database",
    "test_thousands_of_hits_are_all_found",
    "test_what_was_taken_out_comes_back_only_when_it_is_written_again",
]
pytestmark = [pytest.mark.opensearch, pytest.mark.slow]

# What may stand in a request. A score, a suggestion, a script or another field is not among it.
ALLOWED = {
    "query", "bool", "filter", "should", "minimum_should_match", "terms", "access", "statements",
    "persons", "size", "track_total_hits", "track_scores", "_source", "version", "sort", "day",
    "signal", "household", "search_after",
}  # fmt: skip


def _names(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for one in value.values() for name in _names(one)}
    if isinstance(value, list):
        return {name for one in value for name in _names(one)}
    return set()


def test_every_query_has_the_allow_list_as_filter_and_nothing_but_filters() -> None:
    ways = [("h1", POLICE), ("h2", Kind("youth_care", "care", "honour"))]
    for fields in (FIELDS, {"persons"}, {"statements"}):
        body = asking.body_of(
            asking.query_of(TOKENS, ways, ["mes", "deur"], fields), ["a", "b", "c"]
        )
        assert _names(body) <= ALLOWED
        assert list(body["query"]) == ["bool"]
        assert list(body["query"]["bool"]) == ["filter"]
        (allowed, *_words) = body["query"]["bool"]["filter"]
        assert allowed == {"terms": {"access": sorted(TOKENS.access(*way).hex() for way in ways)}}
        written = json.dumps(body)
        assert not any(told in written for told in ("mes", "deur", "h1", "police"))


def test_many_ways_are_asked_in_parts_with_each_household_in_one() -> None:
    ways = [(f"h{number:05d}", Kind("police", kind)) for number in range(15000) for kind in "abc"]
    parts = asking.parts_of(ways)
    assert sorted(way for part in parts for way in part) == ways
    assert all(len(part) <= asking.WAYS_A_QUERY for part in parts)
    homes = [{way[0] for way in part} for part in parts]
    assert sum(len(home) for home in homes) == 15000


def test_the_index_is_strict_and_gives_no_content_back(
    backend: Backend, opensearch_settings: Settings, opensearch_url: str, node: Node
) -> None:
    alias = opensearch_settings.opensearch_index
    backend.write(Said("s1", "h1", ["mes"], ["Ilse"]))
    client = OpenSearch(opensearch_url)
    (hit,) = client.search(index=alias, body={"version": True})["hits"]["hits"]
    assert "_source" not in hit
    assert (hit["_id"], hit["_version"]) == ("s1:h1", 1)
    with pytest.raises(Refused):
        node.write(alias, [Version("x:y", 1, {"text": "Een mes."})])
    told = json.dumps(client.indices.get_mapping(index=alias))
    assert '"dynamic": "strict"' in told
    assert '"analyzer": "whitespace"' in told


def test_a_late_write_neither_brings_back_an_old_state_nor_what_was_taken_out(
    backend: Backend, opensearch_settings: Settings, node: Node
) -> None:
    alias = opensearch_settings.opensearch_index
    key = Key("s1", "h1")
    backend.write(Said(*key, ["mes"]))
    late = Version(shape.id_of(key), 1, shape.body_of(backend.stored[key], TOKENS))
    backend.write(Said(*key, ["bezem"]))
    assert node.write(alias, [late]) == 0
    assert backend.found("bezem", "h1") == {"s1"}
    backend.remove(key)
    assert node.write(alias, [late]) == 0
    assert backend.found("mes", "h1") == set()
    assert node.count(alias) == 0


def test_a_hit_on_what_the_database_no_longer_says_does_not_count(backend: Backend) -> None:
    backend.write(Said("s1", "h1", ["mes"]), Said("s2", "h1", ["mes"]))
    settle, backend.settle = backend.settle, lambda: None  # OpenSearch runs behind
    backend.write(Said("s1", "h1", ["bezem"]))
    backend.remove(Key("s2", "h1"))
    assert backend.found("mes", "h1") == set()
    backend.settle = settle
    settle()
    assert backend.found("bezem", "h1") == {"s1"}


def test_a_message_may_come_twice_late_and_out_of_order(backend: Backend, node: Node) -> None:
    feed = Feed(backend.engine, node, backend, TOKENS)
    backend.write(Said("s1", "h1", ["mes"]), Said("s2", "h1", ["mes"]))
    backend.remove(Key("s1", "h1"))
    for keys in ([["s2", "h1"], ["s1", "h1"]], [["s1", "h1"]], [["s2", "h1"], ["nobody", "h9"]]):
        feed.send([OutboxRow(ids.new_id(), KIND, {"documents": keys}, "", 0)])
    assert backend.found("mes", "h1") == {"s2"}


def test_without_the_engine_a_search_is_refused_and_a_delivery_waits(
    backend: Backend, opensearch_settings: Settings
) -> None:
    away = Node(replace(opensearch_settings, opensearch_url="http://127.0.0.1:9"))
    with pytest.raises(Unavailable):
        away.search("x", asking.body_of(asking.query_of(TOKENS, [], ["a"], FIELDS)))
    with pytest.raises(Unavailable):
        away.write("x", [Version("a:b", 1, shape.tombstone(Key("a", "b")))])
    with backend.engine.connect() as connection:
        assert targets.receiving(connection)
    feed = Feed(backend.engine, away, backend, TOKENS)
    backend.write(Said("s1", "h1", ["mes"]))
    with pytest.raises(Unavailable):
        feed.deliver([Key("s1", "h1")])
    away.close()


def test_an_alias_that_is_not_there_is_no_empty_answer(node: Node) -> None:
    with pytest.raises(Unavailable):
        node.search("not-there", asking.body_of(asking.query_of(TOKENS, [], ["a"], FIELDS)))
