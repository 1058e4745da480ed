"""Opening a household: purpose first, an entry before the answer, one answer to what is hidden."""

from __future__ import annotations

from shared import ids
from tests.signals.world import (
    COORDINATION,
    NAMES,
    SUBJECTS,
    World,
    care_signal,
    ids_of,
    police_signal,
)


def test_signals_of_two_agencies_stand_on_one_timeline_newest_first(both_worlds: World) -> None:
    world = both_worlds
    (first,) = world.push("police-utrecht", police_signal("P-1", occurredFrom="2026-03-03"))
    (second,) = world.push("youthcare-utrecht", care_signal("J-1", occurredFrom="2026-05"))
    picture = world.picture(world.assigned())
    assert ids_of(picture) == [second, first]
    assert [item["agency"] for item in picture["timeline"]] == ["youth_care", "police"]
    assert picture["case"]["name"] == "Brandsma"
    assert [person["name"] for person in picture["persons"]] == [
        "Ruben Brandsma",
        "Ilse Brandsma",
        "Sem Brandsma",
    ]
    assert {tie["kind"] for tie in picture["ties"]} == {"partner", "parent_child"}


def test_each_look_is_one_entry_that_names_persons_signals_and_purpose(world: World) -> None:
    signals = world.push("police-utrecht", police_signal("P-1"))
    signals += world.push("youthcare-utrecht", care_signal("J-1", category="treatment"))
    case_id = world.assigned()
    picture = world.picture(case_id, purpose=COORDINATION)
    (entry,) = world.log("household.opened")
    assert entry["purpose"] == COORDINATION
    assert entry["caseId"] == case_id
    assert entry["signalIds"] == signals  # viewed first, then masked
    assert entry["reason"] == "viewed=1/masked=1"
    assert entry["pictureVersion"] == picture["version"]
    assert len(entry["subjects"]) == len(picture["persons"]) == 2
    assert entry["ground"] == "R01"


def test_without_the_log_nothing_is_shown(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned()
    world.transport.down.add("audit")
    for answer in (
        world.look(case_id),
        world.search("deur"),
        world.call("m.dejong", "/v1/worklist/_view", {"purpose": COORDINATION}),
        world.call("s.kaya", "/v1/cases/_queue"),
    ):
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert b"Brandsma" not in answer.data
        assert b"deur" not in answer.data
    world.transport.down.clear()
    assert world.look(case_id).status_code == 200
    assert len(world.log("household.opened")) == 1


def test_without_consent_nothing_is_shown(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned()
    world.transport.down.add("consent")
    assert world.look(case_id).status_code == 503
    assert world.search("deur").status_code == 503
    assert not world.log("household.opened")


def test_a_household_opens_only_for_a_stated_purpose(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned()
    for body in ({}, {"purpose": "statistics"}, {"purpose": ""}):
        answer = world.call("m.dejong", f"/v1/cases/{case_id}/picture", body)
        assert answer.status_code == 400
        assert answer.json["errors"][0]["pointer"] == "/purpose"


def test_unknown_not_mine_and_another_region_are_one_answer_and_an_entry(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned("a.said")
    answers = [
        world.look(ids.new_id()),
        world.look("no-id-at-all"),
        world.look(case_id),  # a colleague's
        world.look(case_id, "k.bos"),  # another region
        world.look(case_id, "t.maas"),  # another legal context
    ]
    bodies = []
    for answer in answers:
        assert answer.status_code == 404
        body = answer.json
        body.pop("traceId")
        bodies.append(body)
    assert all(body == bodies[0] for body in bodies)
    refused = world.log("decision.refused")
    assert len(refused) == len(answers)
    assert {entry["decision"] for entry in refused} == {"deny"}


def test_a_refusal_that_cannot_be_recorded_is_no_answer_either(world: World) -> None:
    world.transport.down.add("audit")
    assert world.look(ids.new_id()).status_code == 503


def test_a_wrong_role_gets_the_same_answer_and_an_entry(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned()
    answer = world.look(case_id, "f.yilmaz")
    assert answer.status_code == 404
    assert [entry["event"] for entry in world.log("access.denied")] == ["access.denied"]


def test_what_is_new_stays_new_during_one_visit_and_not_longer(world: World) -> None:
    from datetime import timedelta

    from shared import clock

    start = clock.now()
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned()
    first = world.picture(case_id)
    assert first["lastLook"] is None
    assert all(item["isNew"] for item in first["timeline"])
    clock.set_source(lambda: start + timedelta(hours=2))
    (fresh,) = world.push("youthcare-utrecht", care_signal("J-1"))
    for minutes in (0, 10):
        clock.set_source(lambda m=minutes: start + timedelta(hours=2, minutes=m))
        picture = world.picture(case_id)
        assert [item["signalId"] for item in picture["timeline"] if item["isNew"]] == [fresh]
        new = next(one for one in picture["attention"] if one["kind"] == "new")
        assert new["headline"] == "1 nieuw signaal sinds uw vorige inzage"
        assert "jeugdhulp" in new["why"]
    clock.set_source(lambda: start + timedelta(hours=4))
    assert not any(item["isNew"] for item in world.picture(case_id)["timeline"])


def test_list_and_household_agree_on_what_is_new(both_worlds: World) -> None:
    from datetime import timedelta

    from shared import clock

    world = both_worlds
    start = clock.now()
    world.push("police-utrecht", police_signal("P-1"), police_signal("P-2"))
    case_id = world.assigned()
    (row,) = world.worklist()["rows"]
    assert (row["newCount"], row["sentence"][:18]) == (2, "Nog niet geopend. ")
    for minutes in (1, 11, 31, 59):  # one visit, however long: a reload keeps the marks
        clock.set_source(lambda m=minutes: start + timedelta(minutes=m))
        assert all(item["isNew"] for item in world.picture(case_id)["timeline"])
        (row,) = world.worklist()["rows"]
        assert (row["newCount"], row["reason"]) == (0, "quiet")
    clock.set_source(lambda: start + timedelta(hours=3))
    assert not any(item["isNew"] for item in world.picture(case_id)["timeline"])
    clock.set_source(lambda: start + timedelta(hours=3, minutes=5))
    (fresh,) = world.push("youthcare-utrecht", care_signal("J-1"))
    (row,) = world.worklist()["rows"]
    assert (row["newCount"], row["reason"]) == (1, "new")
    clock.set_source(lambda: start + timedelta(hours=3, minutes=6))
    marked = [item["signalId"] for item in world.picture(case_id)["timeline"] if item["isNew"]]
    assert marked == [fresh]


def test_a_look_of_one_person_makes_nothing_old_for_another(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned()
    body = {"subject": SUBJECTS["a.said"], "name": NAMES["a.said"], "kind": "deputy"}
    deputised = world.call("s.kaya", f"/v1/cases/{case_id}/assignments", body)
    assert deputised.status_code == 201
    assert world.look(case_id, "a.said").status_code == 200
    (row,) = world.worklist()["rows"]
    assert row["newCount"] == 1


def test_a_withdrawn_signal_is_gone_from_the_next_answer(both_worlds: World) -> None:
    world = both_worlds
    first, second = world.push(
        "police-utrecht",
        police_signal("P-1"),
        police_signal("P-2", statements=[{"kind": "fact", "text": "Buren horen geschreeuw."}]),
    )
    case_id = world.assigned()
    assert set(ids_of(world.picture(case_id))) == {first, second}
    answer = world.call(
        "police-utrecht", f"/v1/signals/{second}/withdrawals", {"reason": "wrong_persons"}
    )
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    # At once, before any worker has run (I5).
    assert ids_of(world.picture(case_id)) == [first]
    assert world.search("geschreeuw").json["count"] == 0
    world.work()
    assert ids_of(world.picture(case_id)) == [first]
