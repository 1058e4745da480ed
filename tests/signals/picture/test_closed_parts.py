"""A closed compartment inside an open household: the desk can name somebody, no other notices."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

from shared import clock
from tests.signals.world import ILSE, RUBEN, SUBJECTS, World, ids_of, police_signal

PLACE = {"street": "Geheimlaan", "houseNumber": 7, "postcode": "3581ZZ", "city": "Utrecht"}


def _living(kind: str) -> list[dict[str, Any]]:
    return [{**ILSE, "addresses": [{**PLACE, "kind": kind}]}, RUBEN]


def _name(world: World, case_id: str, user: str) -> None:
    body = {"add": [SUBJECTS[user]]}
    assert world.call("s.kaya", f"/v1/cases/{case_id}/named-actors", body).status_code == 201


def test_the_desk_learns_of_a_closed_part_and_can_name_who_sees_it(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned()
    assert not world.queue()["cases"][0]["closedPart"]
    (hidden,) = world.push("police-utrecht", police_signal("H-1", compartment="honour"))
    (case,) = world.queue()["cases"]
    assert case["closedPart"] and not case["closedCompartment"]
    assert case["signalCount"] == 1
    page = Client(world.transport.applications["signals"]).get(
        "/signals/desk",
        base_url="http://bundel.test",
        headers={"Authorization": f"Bearer {world.person_token('s.kaya')}"},
    )
    assert f"/desk/cases/{case_id}/named-actors" in page.text
    assert hidden not in page.text
    _name(world, case_id, "m.dejong")
    assert hidden in ids_of(world.picture(case_id))


@pytest.mark.parametrize("named", [False, True])
def test_a_closed_signal_brings_a_closed_case_back_to_those_named_only(
    world: World, named: bool
) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned()
    if named:
        _name(world, case_id, "m.dejong")
    world.call("s.kaya", f"/v1/cases/{case_id}/closures")
    assert world.worklist()["rows"] == []
    world.push("police-utrecht", police_signal("H-1", compartment="honour"))
    assert [row["case"]["id"] for row in world.worklist()["rows"]] == ([case_id] if named else [])
    (case,) = world.queue()["cases"]
    assert (case["caseId"], case["coordinatorName"] != "") == (case_id, named)


@pytest.mark.parametrize("first", ["hidden", "open"])
def test_a_hidden_signal_does_not_tell_that_an_address_is_a_shelter(
    world: World, first: str
) -> None:
    now = clock.now()
    clock.set_source(lambda: now)
    told = police_signal("P-1", persons=_living("residence"))
    hidden = police_signal("H-1", persons=_living("shelter"), compartment="honour")
    for document in (hidden, told) if first == "hidden" else (told, hidden):
        world.push("police-utrecht", document)
    case_id = world.assigned()
    assert {person["addressNote"] for person in world.picture(case_id)["persons"]} == {""}
    world.push("police-utrecht", police_signal("P-2", persons=_living("secret")))
    notes = {person["name"]: person["addressNote"] for person in world.picture(case_id)["persons"]}
    assert notes == {"Ilse Brandsma": "Adres afgeschermd", "Ruben Brandsma": ""}
