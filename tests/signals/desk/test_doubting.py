"""A coordinator's doubt about a link goes to the desk, on top, and is answered by its decision."""

from __future__ import annotations

from typing import Any

from shared import ids
from tests.signals.desk.test_judging import about
from tests.signals.desk.test_undoing import the_link
from tests.signals.world import ASSESSMENT, ILSE, World, police_signal


def _doubt(world: World, case_id: str, signal_id: str, **changes: Any) -> Any:
    person = next(p for p in world.picture(case_id)["persons"] if p["name"] == "Ilse Brandsma")
    body = {"personId": person["id"], "signalId": signal_id, "purpose": ASSESSMENT,
            "reason": "other-person", **changes}  # fmt: skip
    return world.call("m.dejong", f"/v1/cases/{case_id}/objections", body)


def _objected(world: World) -> list[dict[str, Any]]:
    return [one for one in world.queue()["proposals"] if one["kind"] == "objection"]


def test_a_doubt_comes_on_top_at_the_desk_and_a_split_answers_it(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    (wrong,) = world.push("police-utrecht", about("P-2", {**ILSE, "ref": "i"}))
    case_id = world.assigned()
    assert _doubt(world, case_id, wrong, reason="because").status_code == 400
    assert _doubt(world, case_id, ids.new_id()).status_code == 404
    assert _doubt(world, case_id, wrong, personId=ids.new_id()).status_code == 404
    assert _doubt(world, case_id, wrong).status_code == 201
    assert _doubt(world, case_id, wrong).status_code == 409
    (entry,) = world.log("link.doubted")[:1]
    assert entry["reason"] == "other-person" and entry["signalIds"] == [wrong]
    first = world.queue()["proposals"][0]
    assert (first["kind"], first["urgency"]) == ("objection", "objection")
    # The picture is as it was: the desk decides, for it also sees what the coordinator does not.
    assert wrong in [item["signalId"] for item in world.picture(case_id)["timeline"]]
    done = world.call("s.kaya", f"/v1/links/{first['linkId']}/splits", {})
    assert done.status_code == 201
    assert _objected(world) == []


def test_the_desk_may_say_that_it_is_right(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    (right,) = world.push("police-utrecht", about("P-2", {**ILSE, "ref": "i"}))
    case_id = world.assigned()
    assert _doubt(world, case_id, right).status_code == 201
    link = the_link(world, case_id, right, "Ilse Brandsma")
    assert world.call("s.kaya", f"/v1/links/{link['linkId']}/confirmations").status_code == 201
    assert _objected(world) == []
    assert the_link(world, case_id, right, "Ilse Brandsma")["confirmed"]
    assert _doubt(world, case_id, right).status_code == 201  # and may be doubted anew
