"""Searching: only what may be viewed, filtered before it is counted, recorded before it is told."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from shared import clock
from tests.signals.world import ASSESSMENT, ILSE, World, care_signal, police_signal


def _said(words: str) -> list[dict[str, str]]:
    return [{"kind": "fact", "text": words}]


def test_words_of_statements_and_names_find_a_signal(both_worlds: World) -> None:
    world = both_worlds
    (first,) = world.push(
        "police-utrecht",
        police_signal("P-1", statements=_said("Het was stil. Hij vernielde de voordeur.")),
    )
    world.assigned()
    for words in ("voordeur", "VOORDEUR vernielde", "Ilse voordeur", "brandsma", "Rúben"):
        found = world.search(words).json
        assert [hit["signalId"] for hit in found["hits"]] == [first], words
    hit = world.search("voordeur").json["hits"][0]
    assert hit["excerpt"] == "Hij vernielde de voordeur."
    assert hit["name"] == "Brandsma"
    assert world.search("voordeur achterdeur").json["count"] == 0


def test_pages_of_twenty_newest_first_with_facets_before_narrowing(world: World) -> None:
    for number in range(23):
        day = (clock.today() - timedelta(days=number)).isoformat()
        world.push(
            "police-utrecht",
            police_signal(f"P-{number}", occurredFrom=day, statements=_said("Een voordeur.")),
        )
    world.push(
        "youthcare-utrecht",
        care_signal("J-1", occurredFrom="2025-02", statements=_said("Vertelt over de voordeur.")),
    )
    world.assigned()
    first = world.search("voordeur").json
    assert (first["count"], first["page"], first["pages"], len(first["hits"])) == (24, 1, 2, 20)
    second = world.search("voordeur", page=2).json
    days = [hit["occurredFrom"] for hit in first["hits"] + second["hits"]]
    assert days == sorted(days, reverse=True)
    narrowed = world.search("voordeur", agency="youth_care").json
    assert narrowed["count"] == 1
    assert narrowed["facets"] == first["facets"]
    assert {"kind": "agency", "code": "police", "count": 23} in first["facets"]
    assert {"kind": "year", "code": "2025", "count": 1} in first["facets"]
    since = (clock.today() - timedelta(days=4)).isoformat()
    assert world.search("voordeur", **{"from": since}).json["count"] == 5
    assert world.search("voordeur", until="2025-12-31").json["count"] == 1


def test_a_search_is_an_entry_with_what_was_found_and_no_word_of_the_question(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    (found,) = world.push("police-utrecht", police_signal("P-1"))
    world.assigned()
    world.search("gebroken deur")
    world.search("schavuit")
    entries = world.log("search.done")
    assert [entry.get("signalIds", []) for entry in entries] == [[found], []]
    assert [entry["resultCount"] for entry in entries] == [1, 0]
    assert all(entry["ground"] for entry in entries), "a search that finds nothing has a ground too"
    written = json.dumps(world.log()) + "".join(capfd.readouterr())
    for word in ("gebroken", "schavuit", "Brandsma"):
        assert word not in written


def test_no_word_or_name_stands_in_the_database_in_clear(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1", statements=_said("Schavuitenstreek.")))
    with world.signals.connect() as connection:
        for query in ("SELECT * FROM search_documents", "SELECT * FROM outbox"):
            stored = str(connection.execute(text(query)).all()).lower()
            assert stored != "[]"
            assert "schavuit" not in stored
            assert "brandsma" not in stored


def test_a_question_without_words_is_refused(world: World) -> None:
    for body in ("de het een", "...", ""):
        assert world.search(body).status_code == 400
    assert world.search("deur", page=0).status_code == 400
    assert world.search("deur", agency="tax").status_code == 400
    assert world.search("deur", **{"from": "2026-13-01"}).status_code == 400


def test_only_my_own_cases_are_searched(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    world.assigned("a.said")
    assert world.search("deur").json["count"] == 0
    assert world.search("deur", "a.said").json["count"] == 1
    assert world.search("deur", "s.kaya").status_code == 404


def test_a_corrected_signal_is_found_by_its_new_words_only(both_worlds: World) -> None:
    world = both_worlds
    (found,) = world.push("police-utrecht", police_signal("P-1", statements=_said("Met een mes.")))
    world.assigned()
    assert world.search("mes").json["count"] == 1
    from werkzeug.test import Client

    answer = Client(world.transport.applications["signals"]).put(
        f"/signals/v1/signals/{found}",
        json=police_signal("P-1", statements=_said("Met een bezem."), persons=[ILSE], ties=None),
        base_url="http://bundel.test",
        headers={
            "Authorization": f"Bearer {world.token_of('police-utrecht')}",
            "If-Match": '"1"',
        },
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    world.work()
    assert world.search("mes").json["count"] == 0
    assert world.search("bezem").json["count"] == 1
    assert world.search("Ruben").json["count"] == 0


def test_nobody_but_a_coordinator_searches(world: World) -> None:
    answer = world.call("f.yilmaz", "/v1/signals/_search", {"purpose": ASSESSMENT, "text": "deur"})
    assert answer.status_code == 404
