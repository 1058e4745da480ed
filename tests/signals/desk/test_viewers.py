"""Who saw a wrong picture is listed from the log, for the desk that split it, and can be told."""

from __future__ import annotations

from typing import Any

from werkzeug.test import Client

from shared import ids
from tests.signals.desk.test_judging import KNOWN, about
from tests.signals.desk.test_undoing import the_link
from tests.signals.world import ILSE, SUBJECTS, World, police_signal


def _wrong_picture(world: World) -> dict[str, Any]:
    """Marit looks at a picture that two people stand in as one; then the desk splits it. What the
    split answered."""
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned()
    world.picture(case_id)  # a look before: it showed nothing wrong
    (wrong,) = world.push("police-utrecht", about("P-2", {**ILSE, "ref": "i"}))
    world.picture(case_id)
    world.search("deur")
    link = the_link(world, case_id, wrong, "Ilse Brandsma")
    done = world.call("s.kaya", f"/v1/links/{link['linkId']}/splits", {})
    assert done.status_code == 201, done.get_data(as_text=True)
    world.picture(case_id)  # a look after: right again
    return {**done.json, "caseId": case_id}


def test_who_saw_both_together_is_listed_with_the_version_of_the_picture(world: World) -> None:
    done = _wrong_picture(world)
    (listed,) = world.call("s.kaya", "/v1/separations/_search").json["separations"]
    assert (listed["id"], listed["kind"]) == (done["separationId"], "split")
    path = f"/v1/separations/{listed['id']}"
    answer = world.call("s.kaya", f"{path}/viewers/_view")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    (viewer,) = answer.json["viewers"]
    assert (viewer["subject"], viewer["name"]) == (SUBJECTS["m.dejong"], "Marit de Jong")
    shown = world.log("household.opened")
    assert len(shown) == 3
    versions = {look["pictureVersion"] for look in viewer["looks"]}
    assert shown[1]["pictureVersion"] in versions and shown[2]["pictureVersion"] not in versions
    assert {look["event"] for look in viewer["looks"]} == {"household.opened", "search.done"}
    (traced,) = world.log("separation.traced")
    assert traced["refersTo"] == world.log("link.split")[0]["entryId"]
    told = world.call("s.kaya", f"{path}/tellings", {"subject": viewer["subject"]})
    assert told.status_code == 201
    again = world.call("s.kaya", f"{path}/viewers/_view").json["viewers"][0]
    assert again["toldAt"] == told.json["toldAt"]
    assert world.call("s.kaya", f"{path}/tellings", {"subject": ids.new_id()}).status_code == 404
    assert len(world.log("separation.told")) == 1


def test_the_privacy_officer_asks_the_log_itself_and_another_desk_gets_nothing(
    world: World,
) -> None:
    _wrong_picture(world)
    entry = world.log("link.split")[0]["entryId"]
    path = f"/v1/entries/{entry}/viewers/_view"
    seen = world.call("f.yilmaz", path, {}, "audit")
    assert seen.status_code == 200, seen.get_data(as_text=True)
    assert [one["actorId"] for one in seen.json["viewers"]] == [SUBJECTS["m.dejong"]]
    other = world.log("household.opened")[0]["entryId"]
    tried = [
        world.call("l.smit", path, {}, "audit"),
        world.call("n.peters", path, {}, "audit"),
        world.call("m.dejong", path, {}, "audit"),
        world.call("f.yilmaz", f"/v1/entries/{other}/viewers/_view", {}, "audit"),
        world.call("f.yilmaz", f"/v1/entries/{ids.new_id()}/viewers/_view", {}, "audit"),
    ]
    assert {answer.status_code for answer in tried} == {404}


def test_the_pages_show_who_saw_it_to_the_desk_and_to_the_privacy_officer(world: World) -> None:
    done = _wrong_picture(world)
    entry = world.log("link.split")[0]["entryId"]

    def page(who: str, service: str, path: str) -> str:
        answer = Client(world.transport.applications[service]).get(
            f"/{service}{path}",
            base_url="http://bundel.test",
            headers={"Authorization": f"Bearer {world.person_token(who, service)}"},
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return str(answer.text)

    assert "Marit de Jong" in page("s.kaya", "signals", f"/desk/separations/{done['separationId']}")
    assert SUBJECTS["m.dejong"] in page("f.yilmaz", "audit", f"/entries/{entry}/viewers")
    assert f"/entries/{entry}/viewers" in page("f.yilmaz", "audit", f"/entries/{entry}")


def test_nobody_looked_so_nobody_need_be_told(world: World) -> None:
    world.push("police-utrecht", about("P-1", KNOWN))
    (wrong,) = world.push("police-utrecht", about("P-2", {**KNOWN, "ref": "k"}))
    case_id = world.queue()["cases"][0]["caseId"]
    link = the_link(world, case_id, wrong, "Hanneke Verhoeven")
    done = world.call("s.kaya", f"/v1/links/{link['linkId']}/splits", {}).json
    found = world.call("s.kaya", f"/v1/separations/{done['separationId']}/viewers/_view").json
    assert (found["viewers"], found["complete"]) == ([], True)


def test_a_coordinator_who_logged_in_can_be_chosen(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    world.worklist("a.said")
    world.worklist("k.bos")  # of another region
    staff = world.apps["signals"].extensions["bundel_staff"]
    from services.identity.people import person_of
    from shared.authentication.actor import Actor

    selin = person_of(SUBJECTS["s.kaya"])
    assert selin is not None
    desk = Actor(
        selin.subject, "bundel-signals", selin.role, selin.organisation, selin.agency,
        str(selin.region), selin.legal_context, selin.name,
    )  # fmt: skip
    assert staff.known(desk) == [(SUBJECTS["a.said"], "Amal Said")]
