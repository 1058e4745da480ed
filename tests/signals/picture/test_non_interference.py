"""I4: whoever may not know of a signal gets the same bytes whether it exists or not."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from shared import clock
from tests.signals.world import ILSE, RUBEN, SEM, SUBJECTS, World, care_signal, police_signal

BROTHER = {
    "ref": "broer",
    "roles": ["perpetrator"],
    "name": {"given": "Karel", "surname": "Verborgen"},
    "birthDate": "1985-08-08",
    "sex": "male",
}
UNDER_OTHER_NAME = {
    **ILSE,
    "roles": ["both"],
    "name": {"given": "Elisabeth", "surname": "Anders"},
}
FORMER = {"from": "ilse", "to": "ruben", "kind": "ex_partner", "until": "2026-06"}
TOLD: dict[str, Any] = {
    "severity": "acute",
    "originIncident": "same-incident",
    "statements": [{"kind": "statement", "text": "Een deur, een mes, verborgen voor u."}],
}
HIDDEN = {
    "a closed compartment": lambda: police_signal(
        "H-1",
        compartment="honour",
        persons=[UNDER_OTHER_NAME, RUBEN, BROTHER],
        ties=[FORMER, {"from": "broer", "to": "ilse", "kind": "sibling"}],
        **TOLD,
    ),
    "a condition of the source": lambda: police_signal(
        "H-2", conditions=["own_agency_only"], persons=[UNDER_OTHER_NAME, RUBEN, BROTHER], **TOLD
    ),
}


def _answers(world: World, case_id: str) -> dict[str, bytes]:
    """Everything a coordinator can ask, byte for byte, under a clock that stands still."""
    answers = {
        "picture": world.look(case_id),
        "worklist": world.call("m.dejong", "/v1/worklist/_view", {"purpose": "safety_assessment"}),
    }
    for text in ("deur", "Brandsma", "verborgen", "Anders", "mes"):
        answers[text] = world.search(text)
    return {name: answer.data for name, answer in answers.items()}


@pytest.mark.parametrize("kind", HIDDEN)
def test_a_hidden_signal_changes_no_byte_of_any_answer(world: World, kind: str) -> None:
    now = clock.now()
    clock.set_source(lambda: now)
    world.push("police-utrecht", police_signal("P-1", originIncident="same-incident"))
    world.push("youthcare-utrecht", care_signal("J-1"), care_signal("J-2", category="treatment"))
    case_id = world.assigned()
    before = _answers(world, case_id)
    (hidden,) = world.push("police-utrecht", HIDDEN[kind]())
    after = _answers(world, case_id)
    assert after == before
    assert hidden.encode() not in b"".join(after.values())
    if kind == "a closed compartment":
        # It does lie in this household: to somebody named it shows.
        named = world.call(
            "s.kaya", f"/v1/cases/{case_id}/named-actors", {"add": [SUBJECTS["m.dejong"]]}
        )
        assert named.status_code == 201
        assert hidden.encode() in world.look(case_id).data
        assert hidden.encode() in world.search("mes").data


@pytest.mark.parametrize("seed", [1, 2])
def test_many_hidden_signals_of_any_kind_change_no_byte(world: World, seed: int) -> None:
    now = clock.now()
    clock.set_source(lambda: now)
    world.push("police-utrecht", police_signal("P-1", originIncident="same-incident"))
    case_id = world.assigned()
    before = _answers(world, case_id)
    random = Random(seed)
    for number in range(5):
        people = random.sample([UNDER_OTHER_NAME, RUBEN, SEM, BROTHER], k=random.randint(1, 4))
        hidden: dict[str, Any] = random.choice(
            [{"compartment": "honour"}, {"conditions": ["own_agency_only"]}]
        )
        told = {
            "category": random.choice(["incident", "criminal", "safety_conclusion"]),
            "severity": random.choice(["acute", "structural", "suspicion"]),
            "occurredFrom": random.choice(["2026-11", "2021", "2026-03-03"]),
            "originIncident": random.choice([None, "same-incident"]),
            "statements": TOLD["statements"],
        }
        world.push(
            "police-utrecht",
            police_signal(f"H-{number}", persons=people, ties=None, **hidden, **told),
        )
    assert _answers(world, case_id) == before


def test_a_hidden_signal_in_another_region_changes_no_byte(world: World) -> None:
    now = clock.now()
    clock.set_source(lambda: now)
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned()
    before = _answers(world, case_id)
    world.push("police-gooi", police_signal("G-1", persons=[ILSE, RUBEN, SEM], **TOLD))
    assert _answers(world, case_id) == before


def test_of_a_closed_case_only_named_people_know(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1", compartment="honour"))
    (case,) = world.queue()["cases"]
    assert case["closedCompartment"]
    assert case["name"] == f"Zaak {case['number']}"
    case_id = case["caseId"]
    refused = world.assign(case_id, "m.dejong")
    assert refused.status_code == 400  # not on the list of those named
    named = world.call("s.kaya", f"/v1/cases/{case_id}/named-actors", {"add": [SUBJECTS["a.said"]]})
    assert named.status_code == 201
    assert world.assign(case_id, "a.said").status_code == 201
    assert world.look(case_id, "a.said").status_code == 200
    assert world.look(case_id, "m.dejong").status_code == 404
    gone = world.call(
        "s.kaya", f"/v1/cases/{case_id}/named-actors", {"remove": [SUBJECTS["a.said"]]}
    )
    assert gone.status_code == 201
    assert world.look(case_id, "a.said").status_code == 404
    assert world.worklist("a.said")["rows"] == []
