"""Doubted pairs: seen side by side, foretold, decided, put off; each with its entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from shared import clock, ids
from tests.signals.world import RUBEN, World, police_signal

KNOWN = {
    "ref": "n",
    "roles": ["victim"],
    "name": {"given": "Hanneke", "surname": "Verhoeven"},
    "birthDate": "1990-05-17",
    "sex": "female",
    "bsn": "123456782",
}
DOUBTED = {
    **{key: value for key, value in KNOWN.items() if key != "bsn"},
    "ref": "t",
    "name": {"given": "H.", "surname": "Verhoeven"},
}


@pytest.fixture(autouse=True)
def usual_time() -> Iterator[None]:
    yield
    clock.set_source(None)


def about(reference: str, person: dict[str, Any], *others: dict[str, Any], **changes: Any) -> Any:
    return police_signal(reference, persons=[person, *others], ties=None, **changes)


def doubted(world: World, desk: str = "s.kaya") -> list[dict[str, Any]]:
    return [one for one in world.queue(desk)["proposals"] if one["kind"] == "candidate"]


def two_cases(world: World) -> dict[str, Any]:
    """Hanneke with Ruben, directed by Marit; H. Verhoeven, doubted, in a case of her own."""
    world.push("police-utrecht", about("P-1", KNOWN, RUBEN))
    world.assigned()
    world.push("police-utrecht", about("P-2", DOUBTED))
    (pair,) = doubted(world)
    return pair


def test_a_pair_is_seen_side_by_side_without_what_was_reported(world: World) -> None:
    pair = two_cases(world)
    answer = world.call("s.kaya", f"/v1/candidates/{pair['id']}/_view")
    seen = answer.json
    assert (seen["this"]["name"], seen["known"]["name"]) == ("H. Verhoeven", "Hanneke Verhoeven")
    fields = {one["field"]: (one["seen"], one["weight"]) for one in seen["fields"]}
    assert fields["given"] == ("initial", "for")
    assert fields["birth_date"] == ("equal", "strong-for")
    assert fields["bsn"] == ("unknown", "nothing")
    assert seen["known"]["mentions"][0]["bsn"] == "stated"
    text = answer.get_data(as_text=True)
    assert "deur" not in text and KNOWN["bsn"] not in text and "score" not in text
    (entry,) = world.log("pair.opened")
    assert len(entry["subjects"]) == 2 and len(entry["signalIds"]) == 2


def test_what_is_foretold_happens_and_nothing_before(world: World) -> None:
    pair = two_cases(world)
    before = world.queue()
    path = f"/v1/candidates/{pair['id']}"
    foretold = world.call("s.kaya", f"{path}/_foresee", {"same": True}).json
    assert {**world.queue(), "listedAt": ""} == {**before, "listedAt": ""}
    (gains,) = [one for one in foretold["cases"] if one["fate"] == "stays"]
    (joins,) = [one for one in foretold["cases"] if one["fate"] == "joins"]
    assert (gains["coordinatorName"], gains["signalsNow"], gains["signalsThen"]) == (
        "Marit de Jong", 1, 2,
    )  # fmt: skip
    assert joins["joins"] == gains["number"]
    decided = world.call("s.kaya", f"{path}/decisions", {"same": True})
    assert decided.status_code == 201 and decided.json["mergeId"]
    (left,) = world.queue()["cases"]
    assert (left["number"], left["signalCount"]) == (gains["number"], 2)
    assert len(world.picture(left["caseId"])["timeline"]) == 2
    nothing = world.call("s.kaya", f"{path}/_foresee", {"same": False})
    assert nothing.status_code == 404  # it is decided


def test_two_numbers_never_become_one_and_the_desk_is_told_why(world: World) -> None:
    world.push("police-utrecht", about("P-1", KNOWN))
    world.push("police-utrecht", about("P-2", DOUBTED))
    (pair,) = doubted(world)
    # The doubted one turns out to have a number of its own.
    world.push("police-utrecht", about("P-3", {**DOUBTED, "bsn": "111222333"}))
    people = [
        person
        for case in world.queue()["cases"]
        for person in world.call("s.kaya", f"/v1/cases/{case['caseId']}/persons/_view").json[
            "persons"
        ]
    ]
    one, other = [
        person["personId"]
        for person in people
        if any(mention["bsn"] == "stated" for mention in person["mentions"])
    ]
    foretold = world.call("s.kaya", f"/v1/persons/{one}/_foresee", {"personId": other}).json
    assert foretold == {"cases": [], "obstacle": "two-bsns"}
    refused = world.call("s.kaya", f"/v1/persons/{one}/merges", {"personId": other})
    assert refused.status_code == 409
    assert world.log("persons.merged") == []  # the log does not tell of what was never done
    assert pair["id"]


def test_later_goes_down_with_its_reason_and_comes_back_on_its_day(world: World) -> None:
    pair = two_cases(world)
    today = clock.today()
    path = f"/v1/candidates/{pair['id']}/postponements"

    def put_off(until: date, reason: str = "asked-source") -> int:
        body = {"until": until.isoformat(), "reason": reason}
        return world.call("s.kaya", path, body).status_code

    assert put_off(today) == put_off(today + timedelta(days=29)) == 400
    assert put_off(today + timedelta(days=7), "because") == 400
    assert put_off(today + timedelta(days=7)) == 201
    (waiting,) = doubted(world)
    assert (waiting["urgency"], waiting["laterReason"]) == ("later", "asked-source")
    assert world.queue()["proposals"][-1]["id"] == pair["id"]
    (entry,) = world.log("link.postponed")
    assert entry["reason"].startswith("asked-source/until=")
    later = clock.now() + timedelta(days=7)
    clock.set_source(lambda: later)
    (back,) = doubted(world)
    assert (back["urgency"], back["laterUntil"]) == ("doubt", "")


def test_an_acute_doubt_comes_first_and_waits_two_days_at_most(world: World) -> None:
    world.push("police-utrecht", about("P-1", KNOWN))
    world.push("police-utrecht", about("P-2", DOUBTED, severity="acute"))
    (pair,) = doubted(world)
    assert pair["urgency"] == "acute"
    body = {"until": (clock.today() + timedelta(days=3)).isoformat(), "reason": "asked-source"}
    answer = world.call("s.kaya", f"/v1/candidates/{pair['id']}/postponements", body)
    assert answer.status_code == 400
    assert answer.json["errors"][0]["code"] == "too-late-acute"


def test_a_pair_of_another_desk_is_not_there(world: World) -> None:
    pair = two_cases(world)
    answers = [
        world.call(desk, f"/v1/candidates/{which}/_view")
        for desk, which in (("l.smit", pair["id"]), ("s.kaya", ids.new_id()))
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert {**answers[0].json, "traceId": ""} == {**answers[1].json, "traceId": ""}
    assert len(world.log("decision.refused")) == 2


def test_without_the_log_no_pair_is_shown_and_nothing_decided(world: World) -> None:
    pair = two_cases(world)
    world.transport.down.add("audit")
    for path, body in (("_view", {}), ("_foresee", {"same": True}), ("decisions", {"same": True})):
        assert world.call("s.kaya", f"/v1/candidates/{pair['id']}/{path}", body).status_code == 503
    world.transport.down.clear()
    assert [one["id"] for one in doubted(world)] == [pair["id"]]
