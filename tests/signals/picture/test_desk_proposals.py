"""What the desk is shown of a doubted pair: nothing of signals it may not know, and all logged."""

from __future__ import annotations

from typing import Any

import pytest

from services.signals.linking.reading import open_candidates
from shared import ids
from shared.vocabulary import LegalContext
from tests.signals.world import World, police_signal

NEWCOMER = {
    "ref": "n",
    "roles": ["victim"],
    "name": {"given": "Hanneke", "surname": "Verhoeven"},
    "birthDate": "1990-05-17",
    "sex": "female",
}
TWIN = {**NEWCOMER, "ref": "t", "name": {"given": "Hannah", "surname": "Verhoeven"}}


def _about(reference: str, person: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return police_signal(reference, persons=[person], ties=None, **changes)


def _doubted(world: World, desk: str = "s.kaya") -> list[dict[str, Any]]:
    return [one for one in world.queue(desk)["proposals"] if one["kind"] == "candidate"]


def test_a_doubted_pair_is_shown_with_both_its_sides_and_both_stand_in_the_log(
    world: World,
) -> None:
    world.push("police-utrecht", _about("P-1", TWIN))
    world.push("police-utrecht", _about("P-2", NEWCOMER))
    (pair,) = _doubted(world)
    assert {pair["thisName"], pair["knownName"]} == {"Hannah Verhoeven", "Hanneke Verhoeven"}
    assert len(world.log("queue.listed")[-1]["subjects"]) == 2


@pytest.mark.parametrize(
    "hidden", [{"compartment": "honour"}, {"conditions": ["own_agency_only"]}], ids=str
)
def test_a_person_known_only_from_signals_the_desk_may_not_know_is_not_proposed(
    world: World, hidden: dict[str, Any]
) -> None:
    world.push("police-utrecht", _about("P-1", TWIN, **hidden))
    world.push("police-utrecht", _about("P-2", NEWCOMER))
    queue = world.queue()
    assert "Hannah" not in str(queue)
    assert _doubted(world) == []


def test_a_pair_of_another_desk_cannot_be_decided_on(world: World) -> None:
    world.push("police-utrecht", _about("P-1", TWIN))
    world.push("police-utrecht", _about("P-2", NEWCOMER))
    with world.signals.connect() as connection:
        (theirs,) = open_candidates(connection, "utrecht", LegalContext.VT_TASK)
    path = f"/v1/candidates/{theirs.candidate_id}/decisions"
    answer = world.call("l.smit", path, {"same": True})
    nothing = world.call("l.smit", f"/v1/candidates/{ids.new_id()}/decisions", {"same": True})
    assert answer.status_code == nothing.status_code == 404
    assert [entry["reason"] for entry in world.log("decision.refused")] == ["link.confirmed"] * 2
    with world.signals.connect() as connection:
        assert open_candidates(connection, "utrecht", LegalContext.VT_TASK) == [theirs]


def test_a_pair_across_households_is_judged_where_the_newcomer_is(world: World) -> None:
    world.push("police-utrecht", _about("P-1", TWIN, addressedTo="ZVH"))
    world.push("police-utrecht", _about("P-2", NEWCOMER))
    (pair,) = _doubted(world)
    assert pair["knownName"] == "Hannah Verhoeven"
    path = f"/v1/candidates/{pair['id']}/decisions"
    answer = world.call("s.kaya", path, {"same": True})
    assert answer.status_code == 201, (
        answer.json,
        [(e["event"], e.get("reason")) for e in world.log()][-4:],
    )
    assert _doubted(world) == []
