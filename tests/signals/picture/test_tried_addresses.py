"""A case tried by its address: one answer, and an entry the privacy officer finds."""

from __future__ import annotations

from werkzeug.test import Client, TestResponse

from shared import ids
from tests.signals.world import World, police_signal


def _page(world: World, case_id: str, user: str) -> TestResponse:
    return Client(world.transport.applications["signals"]).get(
        f"/signals/cases/{case_id}",
        base_url="http://bundel.test",
        headers={"Authorization": f"Bearer {world.person_token(user)}", "Accept": "text/html"},
    )


def test_a_case_of_somebody_else_tried_by_its_address_stands_in_the_log(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned("m.dejong")
    assert _page(world, case_id, "m.dejong").status_code == 200
    assert world.log("decision.refused") == []
    for user in ("a.said", "k.bos", "t.maas"):
        tried, nothing = (_page(world, case, user) for case in (case_id, ids.new_id()))
        assert tried.status_code == nothing.status_code == 404
        assert len(tried.data) == len(nothing.data)
    refused = world.log("decision.refused")
    assert [entry["reason"] for entry in refused] == ["household.opened"] * 6
    assert [entry.get("caseId") for entry in refused] == [case_id, None] * 3
