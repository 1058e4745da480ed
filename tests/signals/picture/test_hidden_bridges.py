"""I4: a signal that one may not know of brings nobody into the picture of those who may not."""

from __future__ import annotations

from typing import Any

import pytest

from shared import clock
from tests.signals.world import COORDINATION, SUBJECTS, World, care_signal, ids_of, police_signal

ANNA = {
    "ref": "anna",
    "roles": ["victim"],
    "name": {"given": "Anna", "surname": "Zuiderveld"},
    "birthDate": "1970-02-03",
    "sex": "female",
    "bsn": "123456782",
}
KLAAS = {
    "ref": "klaas",
    "roles": ["victim"],
    "name": {"given": "Klaas", "surname": "Oosterhuis"},
    "birthDate": "1981-09-09",
    "sex": "male",
    "bsn": "111222333",
}
BOTH: dict[str, Any] = {
    "persons": [ANNA, {**KLAAS, "roles": ["perpetrator"]}],
    "ties": [{"from": "anna", "to": "klaas", "kind": "partner"}],
}


def _answers(world: World, case_id: str, user: str) -> list[bytes]:
    asked = [world.look(case_id, user), world.call(user, "/v1/worklist/_view", WHY)]
    return [answer.data for answer in (*asked, world.search("Oosterhuis", user))]


WHY = {"purpose": "case_coordination"}


@pytest.mark.parametrize(
    "user, desk, addressed, hidden",
    [
        ("m.dejong", "s.kaya", "VT", {"compartment": "honour"}),
        ("t.maas", "l.smit", "ZVH", {"compartment": "honour"}),
        ("t.maas", "l.smit", "ZVH", {"conditions": ["not_to_zvh"]}),
    ],
)
def test_a_hidden_signal_about_people_of_two_households_joins_neither(
    world: World, user: str, desk: str, addressed: str, hidden: dict[str, Any]
) -> None:
    now = clock.now()
    clock.set_source(lambda: now)
    for reference, person in (("A-1", ANNA), ("K-1", KLAAS)):
        document = police_signal(reference, persons=[person], ties=None, addressedTo=addressed)
        world.push("police-utrecht", document)
    cases = {case["name"]: case["caseId"] for case in world.queue(desk)["cases"]}
    if addressed == "ZVH":
        for case_id in cases.values():
            world.call(desk, f"/v1/cases/{case_id}/purpose-tests", {"met": True})
            world.call(desk, f"/v1/cases/{case_id}/collections")
        for proposal in world.queue(desk)["proposals"]:
            world.call(desk, f"/v1/links/{proposal['id']}/confirmations")
    world.assign(cases["Zuiderveld"], user, desk)
    before = _answers(world, cases["Zuiderveld"], user)
    world.push("police-utrecht", police_signal("H-1", **BOTH, **hidden))
    assert _answers(world, cases["Zuiderveld"], user) == before
    after = {case["name"]: case["caseId"] for case in world.queue(desk)["cases"]}
    assert {name: after[name] for name in cases} == cases


def test_to_those_named_it_lies_in_both_households(world: World) -> None:
    for reference, person in (("A-1", ANNA), ("K-1", KLAAS)):
        world.push("police-utrecht", police_signal(reference, persons=[person], ties=None))
    (hidden,) = world.push("police-utrecht", police_signal("H-1", **BOTH, compartment="honour"))
    for case in world.queue()["cases"]:
        named = {"add": [SUBJECTS["m.dejong"]]}
        world.call("s.kaya", f"/v1/cases/{case['caseId']}/named-actors", named)
        world.assign(case["caseId"])
        picture = world.picture(case["caseId"])
        assert hidden in ids_of(picture)
        assert [person["name"] for person in picture["persons"]] == [
            "Anna Zuiderveld",
            "Klaas Oosterhuis",
        ]


def test_a_closed_case_stays_with_those_named_when_open_signals_come_and_go(world: World) -> None:
    (hidden,) = world.push("police-utrecht", police_signal("H-1", **BOTH, compartment="honour"))
    (case,) = world.queue()["cases"]
    case_id = case["caseId"]
    named = {"add": [SUBJECTS["a.said"]]}
    world.call("s.kaya", f"/v1/cases/{case_id}/named-actors", named)
    world.assign(case_id, "a.said")
    assert ids_of(world.picture(case_id, "a.said")) == [hidden]
    (opened,) = world.push("police-utrecht", police_signal("A-1", persons=[ANNA], ties=None))
    assert set(ids_of(world.picture(case_id, "a.said"))) == {hidden, opened}
    world.push("police-utrecht", police_signal("K-1", persons=[KLAAS], ties=None))
    assert set(ids_of(world.picture(case_id, "a.said"))) == {hidden, opened}
    world.call("police-utrecht", f"/v1/signals/{opened}/withdrawals", {"reason": "wrong_persons"})
    world.work()
    assert hidden in ids_of(world.picture(case_id, "a.said"))


def test_adults_whom_only_the_police_tie_stay_two_households_for_youth_help(world: World) -> None:
    """Police signals without a minor may not come together with others there (R17j)."""
    now = clock.now()
    clock.set_source(lambda: now)
    for reference, person in (("A-1", ANNA), ("K-1", KLAAS)):
        document = care_signal(reference, persons=[person], ties=None, addressedTo="NAZ")
        world.push("youthcare-utrecht", document)
    cases = {case["name"]: case["caseId"] for case in world.queue("d.bakker")["cases"]}
    world.assign(cases["Zuiderveld"], "j.prins", "d.bakker")

    def answers() -> list[bytes]:
        looked = world.look(cases["Zuiderveld"], "j.prins", COORDINATION)
        listed = world.call("j.prins", "/v1/worklist/_view", {"purpose": COORDINATION})
        found = world.search("bang", "j.prins", purpose=COORDINATION)
        assert {answer.status_code for answer in (looked, listed, found)} == {200}
        return [looked.data, listed.data, found.data]

    before = answers()
    (bridge,) = world.push("police-utrecht", police_signal("H-1", **BOTH))
    assert answers() == before
    after = {case["name"]: case["caseId"] for case in world.queue("d.bakker")["cases"]}
    assert after == cases
    (joined,) = world.queue("s.kaya")["cases"]  # Veilig Thuis may use all three
    assert joined["signalCount"] == 3
    assert bridge not in b"".join(before).decode()
