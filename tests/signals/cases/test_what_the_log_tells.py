"""What the desk's work leaves in the log: codes and ids, never words, and whom it was about."""

from __future__ import annotations

import pytest

from tests.signals.world import SUBJECTS, World, police_signal


@pytest.mark.parametrize("reason", ["jan-de-vries-kerkstraat-12", "handed-over\n"])
def test_a_case_is_closed_for_a_known_reason_only(world: World, reason: str) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned()
    answer = world.call("s.kaya", f"/v1/cases/{case_id}/closures", {"reason": reason})
    assert answer.status_code == 400
    assert reason.strip() not in str(world.log())


def test_the_log_tells_who_was_named_for_a_closed_compartment(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1", compartment="honour"))
    (case,) = world.queue()["cases"]
    path = f"/v1/cases/{case['caseId']}/named-actors"
    amal, marit = SUBJECTS["a.said"], SUBJECTS["m.dejong"]
    assert world.call("s.kaya", path, {"add": ["Jan de Vries"]}).status_code == 400
    for body in ({"add": [amal, marit]}, {"remove": [marit]}):
        assert world.call("s.kaya", path, body).status_code == 201
    told = [entry["reason"] for entry in world.log("case.actors-named")]
    assert told == [f"add:{amal}", f"add:{marit}", f"remove:{marit}"]
