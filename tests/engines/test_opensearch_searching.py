"""Searching through the API with OpenSearch as the index: the same tests as without it, an engine
that is away, and an index made anew while everything goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.signals.delivery.outbox import backlog
from services.signals.delivery.relay import Relay
from services.signals.search import choosing, documents, targets
from services.signals.search.choosing import Chosen, choose, tokeniser_of
from services.signals.search.index import FIELDS, Key, Question
from services.signals.search.opensearch.node import Node
from services.signals.search.opensearch.shape import ACCESS, key_of
from shared import clock
from shared.clients.transport import WsgiTransport
from shared.database import open_engine
from shared.problems import Unavailable
from shared.settings import Settings
from tests.engines.opensearch_places import both_worlds, node, opensearch_settings, world
from tests.signals.search.test_searching import (
    test_a_corrected_signal_is_found_by_its_new_words_only,
    test_a_search_is_an_entry_with_what_was_found_and_no_word_of_the_question,
    test_no_word_or_name_stands_in_the_database_in_clear,
    test_only_my_own_cases_are_searched,
    test_pages_of_twenty_newest_first_with_facets_before_narrowing,
    test_words_of_statements_and_names_find_a_signal,
)
from tests.signals.world import World, care_signal, make_world, police_signal

__all__ = [
    "both_worlds",
    "node",
    "opensearch_settings",
    "test_a_corrected_signal_is_found_by_its_new_words_only",
    "test_a_search_is_an_entry_with_what_was_found_and_no_word_of_the_question",
    "test_no_word_or_name_stands_in_the_database_in_clear",
    "test_only_my_own_cases_are_searched",
    "test_pages_of_twenty_newest_first_with_facets_before_narrowing",
    "test_words_of_statements_and_names_find_a_signal",
    "world",
]
pytestmark = [pytest.mark.opensearch, pytest.mark.slow]


@pytest.fixture
def chosen(world: World) -> Iterator[Chosen]:
    """The index as the command `bundel index rebuild` opens it, beside the running service."""
    from services.signals.protection.vault import Vault

    keys = open_engine(world.settings.databases["keys"])
    made = choose(
        world.settings, world.signals, Vault(world.settings, keys), tokeniser_of(world.settings)
    )
    yield made
    made.close()
    keys.dispose()


def _held(node: Node, alias: str) -> set[tuple[Key, int]]:
    """Every document in the index with its version, tombstones aside."""
    body = {"query": {"exists": {"field": ACCESS}}, "size": 10_000, "version": True}
    hits = node.search(alias, {**body, "_source": False})["hits"]["hits"]
    return {(key_of(hit["_id"]), hit["_version"]) for hit in hits}


def _noted(world: World) -> set[tuple[Key, int]]:
    """The same as the database has it."""
    with world.signals.connect() as connection:
        keys = documents.page_of_keys(connection, Key("", ""), 10_000)
        now = documents.revisions(connection, keys)
    return {(key, revision) for key, (revision, _live) in now.items()}


def _said(words: str) -> list[dict[str, str]]:
    return [{"kind": "fact", "text": words}]


def test_without_opensearch_searching_is_refused_and_all_else_goes_on(
    settings: Settings,
    opensearch_settings: Settings,
    wsgi_transport: WsgiTransport,
    token_of: Callable[..., str],
    person_token: Callable[..., str],
) -> None:
    away = replace(opensearch_settings, opensearch_url="http://127.0.0.1:9")
    for place in make_world(away, wsgi_transport, token_of, person_token):
        (told,) = place.push("police-utrecht", police_signal("P-1", statements=_said("Een mes.")))
        case = place.assigned()
        assert told.encode() in place.look(case).data
        refused = place.search("mes")
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert not place.log("search.done"), "what was not searched is no search in the log"
        with place.signals.connect() as connection:
            assert backlog(connection).waiting > 0
            assert backlog(connection).dead == 0
        # The node is there again: nothing is done by hand, the workers go on.
        clock.set_source(lambda: datetime.now(UTC) + timedelta(minutes=6))
        with choosing.opened(opensearch_settings) as chosen:
            assert chosen.keeper.run_once() > 0
            while Relay(place.signals, chosen.handlers).run_once():
                pass
            word = frozenset({"mes"})
            with place.signals.connect() as connection:
                homes = {key.household_id for key in documents.indexed(connection, [], [told])}
                asked = Question(word, frozenset(homes), lambda household_id, kind: True)
                assert {key.signal_id for key in chosen.index.find(connection, asked)[FIELDS]} == {
                    told
                }


def test_a_new_index_holds_the_same_as_the_old_one(
    world: World, chosen: Chosen, node: Node
) -> None:
    alias = world.settings.opensearch_index
    world.push("police-utrecht", police_signal("P-1", statements=_said("Een mes.")))
    world.push("youthcare-utrecht", care_signal("J-1"))
    world.assigned()
    before, held = node.indexes_of(alias), _held(node, alias)
    done = chosen.rebuilder.run()
    assert done.documents == len(held) > 0
    assert _held(node, alias) == held == _noted(world)
    assert node.indexes_of(alias) == [done.index] != before
    with world.signals.connect() as connection:
        assert targets.receiving(connection) == [done.index]
    assert world.search("mes").json["count"] == 1


def test_no_write_is_lost_while_a_new_index_is_made(
    world: World, chosen: Chosen, node: Node
) -> None:
    """At every step something is written, corrected, withdrawn; the relay runs, or does not."""
    alias = world.settings.opensearch_index
    for number in range(4):
        world.push("police-utrecht", police_signal(f"P-{number}", statements=_said("Een mes.")))
    world.assigned()
    steps: list[str] = []

    def meanwhile(what: str, _count: int) -> None:
        number = len(steps)
        steps.append(what)
        document = police_signal(f"M-{number}", statements=_said(f"Een bezem{number}."))
        answer = world.call("police-utrecht", "/v1/signals", document)
        assert answer.status_code == 201
        workers = world.apps["signals"].extensions["bundel_workers"]
        for name, worker in workers.items():
            if number % 2 or name != "outbox":
                worker.run_once()

    chosen.rebuilder.run(meanwhile)
    assert {"copied", "sent again", "moved"} <= set(steps)
    world.work()
    assert _held(node, alias) == _noted(world)
    for number in range(len(steps)):
        assert world.search(f"bezem{number}").json["count"] == 1


def test_no_write_is_lost_while_others_write_at_full_speed(
    world: World, chosen: Chosen, node: Node
) -> None:
    alias = world.settings.opensearch_index
    ids_ = world.push(
        "police-utrecht",
        *(police_signal(f"P-{number}", statements=_said("Een mes.")) for number in range(12)),
    )
    stop = threading.Event()
    failures: list[BaseException] = []

    def write() -> None:
        try:
            from shared.database import writing

            turn = 0
            relay = world.apps["signals"].extensions["bundel_workers"]["outbox"]
            while not stop.is_set():
                turn += 1
                with writing(world.signals).begin() as connection:
                    mine = ids_[turn % 12 :: 5]
                    keys = documents.indexed(connection, [], mine)
                    if turn % 3:
                        chosen.indexer.refresh(connection, mine)
                    else:
                        chosen.index.remove(connection, keys)
                        chosen.indexer.refresh(connection, mine[:1])
                relay.run_once()
        except BaseException as error:
            failures.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            chosen.rebuilder.run()
    finally:
        stop.set()
        writer.join()
    assert not failures
    world.work()
    assert _held(node, alias) == _noted(world)


def test_a_rebuild_that_broke_off_leaves_the_old_index_and_the_next_one_clears_up(
    world: World, chosen: Chosen, node: Node
) -> None:
    alias = world.settings.opensearch_index
    world.push("police-utrecht", police_signal("P-1", statements=_said("Een mes.")))
    world.assigned()
    served = node.indexes_of(alias)

    class Broken(Exception):
        pass

    def broken(what: str, _count: int) -> None:
        if what == "sent again":
            raise Broken

    with pytest.raises(Broken):
        chosen.rebuilder.run(broken)
    assert node.indexes_of(alias) == served
    with world.signals.connect() as connection:
        (left,) = targets.in_state(connection, targets.BUILDING)
    world.push("police-utrecht", police_signal("P-2", statements=_said("Een mes.")))
    assert world.search("mes").json["count"] == 2
    done = chosen.rebuilder.run()
    assert world.search("mes").json["count"] == 2
    with world.signals.connect() as connection:
        assert targets.receiving(connection) == [done.index]
    assert not {left, *served} & set(node.indexes_of(f"{alias}"))


def test_an_index_that_is_missing_beside_signals_is_not_taken_for_an_empty_one(
    world: World, chosen: Chosen, node: Node
) -> None:
    world.push("police-utrecht", police_signal("P-1", statements=_said("Een mes.")))
    world.assigned()
    for name in node.indexes_of(world.settings.opensearch_index):
        node.drop_index(name)
    assert world.search("mes").status_code == 503
    chosen.rebuilder.run()
    assert world.search("mes").json["count"] == 1


def test_an_engine_that_is_away_stops_a_rebuild_before_anything_changes(
    world: World, opensearch_settings: Settings
) -> None:
    from services.signals.protection.vault import Vault

    world.push("police-utrecht", police_signal("P-1", statements=_said("Een mes.")))
    world.assigned()
    keys = open_engine(world.settings.databases["keys"])
    away = replace(world.settings, opensearch_url="http://127.0.0.1:9")
    made = choose(away, world.signals, Vault(world.settings, keys), tokeniser_of(world.settings))
    with pytest.raises(Unavailable):
        made.rebuilder.run()
    made.close()
    keys.dispose()
    assert world.search("mes").json["count"] == 1
