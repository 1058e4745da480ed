"""Undoing links: at once everywhere, and restored as it was."""

from __future__ import annotations

from typing import Any

from werkzeug.test import Client

from shared import ids
from tests.signals.desk.test_judging import DOUBTED, KNOWN, about, doubted, two_cases
from tests.signals.world import ILSE, RUBEN, World, ids_of, police_signal

CONSENT = {
    "purpose": "safety_assessment",
    "recipientLegalContext": "vt_task",
    "categories": ["care"],
    "givenBy": "self",
    "ageBand": "from16",
    "evidence": "signed_form",
}


def persons(world: World, case_id: str, desk: str = "s.kaya") -> dict[str, Any]:
    answer = world.call(desk, f"/v1/cases/{case_id}/persons/_view")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.json
    return found


def the_link(world: World, case_id: str, signal_id: str, name: str) -> dict[str, Any]:
    """The mention of this name in this signal, as the desk sees it."""
    return next(
        mention
        for person in persons(world, case_id)["persons"]
        for mention in person["mentions"]
        if mention["signalId"] == signal_id and mention["name"] == name
    )


def states(world: World) -> set[tuple[Any, ...]]:
    """Cases as the desk sees them, without moments."""
    return {
        (c["number"], c["state"], c["coordinatorName"], c["signalCount"], c["name"])
        for c in world.queue()["cases"]
    }


def test_a_split_takes_effect_at_once_everywhere(both_worlds: World) -> None:
    world = both_worlds
    world.push("police-utrecht", police_signal("P-1"))
    lone = {**ILSE, "ref": "i"}
    (wrong,) = world.push(
        "police-utrecht",
        about("P-2", lone, statements=[{"kind": "fact", "text": "Iets met een voordeur."}]),
    )
    case_id = world.assigned()
    assert wrong in ids_of(world.picture(case_id))
    link = the_link(world, case_id, wrong, "Ilse Brandsma")
    foretold = world.call("s.kaya", f"/v1/links/{link['linkId']}/_foresee", {}).json["cases"]
    assert {one["fate"] for one in foretold} == {"stays", "opens"}
    done = world.call("s.kaya", f"/v1/links/{link['linkId']}/splits", {})
    assert done.status_code == 201 and done.json["separationId"], done.get_data(as_text=True)
    # No worker has run since: picture, search, persons and cases tell of it all the same.
    assert wrong not in ids_of(world.picture(case_id))
    assert world.search("voordeur").json["count"] == 0
    assert len(world.queue()["cases"]) == 2
    assert all(
        mention["signalId"] != wrong
        for person in persons(world, case_id)["persons"]
        for mention in person["mentions"]
    )
    (entry,) = world.log("link.split")
    assert entry["reason"].startswith("moved=1/since=20") and len(entry["signalIds"]) == 2
    world.work()
    # What a human parted no machine joins again, whatever is corrected or linked anew.
    world.push("police-utrecht", police_signal("P-3"))
    assert wrong not in ids_of(world.picture(case_id))


def test_a_consent_counts_as_absent_from_the_moment_of_the_split(world: World) -> None:
    world.push("police-utrecht", about("P-1", KNOWN))
    (signal_id,) = world.push("police-utrecht", about("P-2", {**KNOWN, "ref": "k"}))
    case_id = world.assigned()
    link = the_link(world, case_id, signal_id, "Hanneke Verhoeven")
    given = world.call(
        "r.visser", "/v1/consents", {**CONSENT, "mentionId": link["mentionId"]}, "consent"
    )
    assert given.status_code == 201, given.get_data(as_text=True)

    def state() -> str:
        found = world.call(
            "r.visser", "/v1/consents/_search", {"mentionIds": [link["mentionId"]]}, "consent"
        )
        return str(found.json["items"][0]["state"])

    assert state() == "valid"
    world.transport.down.add("consent")
    path = f"/v1/links/{link['linkId']}/splits"
    assert world.call("s.kaya", path, {}).status_code == 503
    world.transport.down.clear()
    assert world.call("s.kaya", path, {}).status_code == 201
    assert state() == "doubted"  # no worker ran


def test_merge_then_unmerge_restores_cases_too(world: World) -> None:
    two_cases(world)
    before = states(world)
    directed, alone = world.queue()["cases"][1], world.queue()["cases"][0]
    one = persons(world, directed["caseId"])["persons"]
    other = persons(world, alone["caseId"])["persons"][0]["personId"]
    hanneke = next(p["personId"] for p in one if p["name"] == "Hanneke Verhoeven")
    merged = world.call("s.kaya", f"/v1/persons/{hanneke}/merges", {"personId": other})
    assert merged.status_code == 201
    (left,) = world.queue()["cases"]
    assert left["coordinatorName"] == "Marit de Jong" and left["signalCount"] == 2
    (merge,) = persons(world, left["caseId"])["merges"]
    assert (merge["name"], merge["undoable"]) == ("H. Verhoeven", True)
    undone = world.call("s.kaya", f"/v1/merges/{merge['mergeId']}/reversals", {})
    assert undone.status_code == 201 and undone.json["separationId"]
    assert states(world) == before
    assert world.call("s.kaya", f"/v1/merges/{merge['mergeId']}/reversals", {}).status_code == 404


def test_a_decision_taken_back_leaves_the_doubt_as_it_was(world: World) -> None:
    pair = two_cases(world)
    before = states(world)
    path = f"/v1/candidates/{pair['id']}/decisions"
    merge_id = world.call("s.kaya", path, {"same": True}).json["mergeId"]
    assert doubted(world) == []
    assert world.call("s.kaya", f"/v1/merges/{merge_id}/reversals", {}).status_code == 201
    (again,) = doubted(world)
    same = ("thisName", "knownName", "reasons", "band", "madeAt", "number")
    assert {name: again[name] for name in same} == {name: pair[name] for name in same}
    assert states(world) == before
    # Said to be two people it stays so: no doubt comes back.
    path = f"/v1/candidates/{again['id']}/decisions"
    merge_id = world.call("s.kaya", path, {"same": True}).json["mergeId"]
    body = {"forGood": True}
    assert world.call("s.kaya", f"/v1/merges/{merge_id}/reversals", body).status_code == 201
    assert doubted(world) == [] and states(world) == before


def test_a_mention_can_go_to_another_person_of_the_case(world: World) -> None:
    world.push("police-utrecht", about("P-1", KNOWN, RUBEN))
    other = {**KNOWN, "ref": "z", "name": {"given": "Zus", "surname": "Verhoeven"}, "bsn": None,
             "birthDate": "1985-01-02"}  # fmt: skip
    del other["bsn"]
    world.push("police-utrecht", about("P-2", other, {**RUBEN, "ref": "r"}))
    (signal_id,) = world.push("police-utrecht", about("P-3", {**DOUBTED, "ref": "d"}))
    case_id = world.assigned()
    (pair,) = doubted(world)
    world.call("s.kaya", f"/v1/candidates/{pair['id']}/decisions", {"same": True})
    found = persons(world, case_id)["persons"]
    zus = next(p["personId"] for p in found if p["name"] == "Zus Verhoeven")
    link = the_link(world, case_id, signal_id, "H. Verhoeven")
    path = f"/v1/links/{link['linkId']}/splits"
    assert world.call("s.kaya", path, {"personId": zus}).status_code == 201
    moved = next(p for p in persons(world, case_id)["persons"] if p["personId"] == zus)
    assert {m["signalId"] for m in moved["mentions"]} >= {signal_id}


def test_what_is_not_this_desks_is_not_there_to_undo(world: World) -> None:
    two_cases(world)
    case = world.queue()["cases"][0]
    link = persons(world, case["caseId"])["persons"][0]["mentions"][0]["linkId"]
    person = persons(world, case["caseId"])["persons"][0]["personId"]
    tried = [
        world.call("l.smit", f"/v1/cases/{case['caseId']}/persons/_view"),
        world.call("l.smit", f"/v1/links/{link}/splits", {}),
        world.call("s.kaya", f"/v1/links/{ids.new_id()}/splits", {}),
        world.call("s.kaya", f"/v1/links/{link}/splits", {"personId": ids.new_id()}),
        world.call("s.kaya", f"/v1/persons/{person}/merges", {"personId": ids.new_id()}),
        world.call("s.kaya", f"/v1/merges/{ids.new_id()}/reversals", {}),
    ]
    assert {answer.status_code for answer in tried} == {404}
    assert len(world.log("decision.refused")) == len(tried)


def test_the_pages_of_a_pair_and_of_persons_are_served(world: World) -> None:
    pair = two_cases(world)
    browser = Client(world.transport.applications["signals"])
    headers = {"Authorization": f"Bearer {world.person_token('s.kaya')}"}
    for path, said in (
        (f"/signals/desk/candidates/{pair['id']}", "Is dit dezelfde persoon?"),
        (f"/signals/desk/cases/{pair['caseId']}/persons", "Klopt niet"),
        ("/signals/desk", "Vergelijk"),
    ):
        answer = browser.get(path, base_url="http://bundel.test", headers=headers)
        assert answer.status_code == 200 and said in answer.text
