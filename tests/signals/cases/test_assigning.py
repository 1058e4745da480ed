"""One active coordinator per case, chosen by the desk of its region and context, after an entry."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from services.signals.cases import repository
from services.signals.cases.model import Assignment, CaseRecord, may_become
from shared import clock, ids
from shared.database import open_engine, writing
from shared.vocabulary import LegalContext
from tests.signals.world import ILSE, NAMES, SUBJECTS, World, care_signal, police_signal


def _case(household: str = "") -> CaseRecord:
    return CaseRecord(
        id=ids.new_id(),
        number="",
        household_id=household or ids.new_id(),
        region="utrecht",
        legal_context=LegalContext.VT_TASK,
        state="queued",
        phase="direct_safety",
        opened_at=clock.timestamp(clock.now()),
        closed_at="",
        sight_on_safety="veilig_thuis",
    )


def _assignment(case_id: str, subject: str, kind: str = "coordinator") -> Assignment:
    return Assignment(
        id=ids.new_id(),
        case_id=case_id,
        subject=subject,
        name="Test",
        organisation="vt-utrecht",
        kind=kind,
        from_at=clock.timestamp(clock.now()),
        until_at="",
    )


def test_the_database_refuses_a_second_active_coordinator(
    database_url: Callable[[str], str],
) -> None:
    engine = open_engine(database_url("signals"))
    with writing(engine).begin() as connection:
        (case,) = repository.add_cases(connection, [_case()])
        repository.add_assignment(connection, _assignment(case.id, "one"), "desk", ids.new_id())
        repository.add_assignment(
            connection, _assignment(case.id, "three", "deputy"), "desk", ids.new_id()
        )
    with pytest.raises(IntegrityError), writing(engine).begin() as connection:
        repository.add_assignment(connection, _assignment(case.id, "two"), "desk", ids.new_id())
    with writing(engine).begin() as connection:
        repository.end_assignments(connection, case.id, kind="coordinator")
        repository.add_assignment(connection, _assignment(case.id, "two"), "desk", ids.new_id())
        stored = repository.load_cases(connection, [case.id])[case.id]
    assert stored.coordinator is not None
    assert stored.coordinator.subject == "two"
    assert [deputy.subject for deputy in stored.deputies] == ["three"]
    engine.dispose()


def test_the_database_refuses_a_second_active_case_of_a_household_in_one_context(
    database_url: Callable[[str], str],
) -> None:
    engine = open_engine(database_url("signals"))
    with writing(engine).begin() as connection:
        (case,) = repository.add_cases(connection, [_case()])
    with pytest.raises(IntegrityError), writing(engine).begin() as connection:
        repository.add_cases(connection, [_case(case.household_id)])
    other = replace(_case(case.household_id), legal_context=LegalContext.ZVH_WGS)
    with writing(engine).begin() as connection:
        repository.add_cases(connection, [other])
        repository.set_state(connection, case.id, "closed", kind="closed", by="desk")
        (again,) = repository.add_cases(connection, [_case(case.household_id)])
    assert again.number != case.number
    engine.dispose()


def test_case_numbers_tell_the_year_and_nothing_else_and_are_given_once(
    database_url: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(database_url("signals"))
    made: set[str] = set()
    for _ in range(3):
        with writing(engine).begin() as connection:
            made |= {c.number for c in repository.add_cases(connection, _cases(70))}
    assert len(made) == 210
    year = clock.now().year % 100
    assert all(re.fullmatch(rf"{year:02d}-\d{{4}}", number) for number in made)
    # A year that is full gets numbers of a digit more.
    draw = repository.draw_number
    few = sorted(made)
    monkeypatch.setattr(
        repository,
        "draw_number",
        lambda year, digits: few[len(draw(year, 2)) % 210] if digits == 4 else draw(year, digits),
    )
    with writing(engine).begin() as connection:
        (longer,) = repository.add_cases(connection, [_case()])
    assert re.fullmatch(rf"{year:02d}-\d{{5}}", longer.number)
    engine.dispose()


def _cases(count: int) -> list[CaseRecord]:
    return [_case() for _ in range(count)]


@pytest.mark.parametrize(
    ("state", "following", "allowed"),
    [
        ("registered", "collecting", False),  # WGS 2.31: the purpose test comes first
        ("registered", "purpose_tested", True),
        ("purpose_tested", "collecting", True),
        ("collecting", "active", False),
        ("queued", "purpose_tested", False),
        ("closed", "collecting", False),
    ],
)
def test_the_steps_of_the_law_are_taken_in_order(state: str, following: str, allowed: bool) -> None:
    assert may_become(state, following) is allowed


def test_the_desk_assigns_one_coordinator_and_names_a_deputy(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    (queued,) = world.queue()["cases"]
    assert queued["state"] == "queued"
    assert queued["coordinatorName"] == ""
    case_id = queued["caseId"]
    assert world.assign(case_id).json["state"] == "active"
    assert world.look(case_id).status_code == 200
    assert world.hand_over(case_id, "a.said").json["state"] == "accepted"
    assert world.look(case_id).status_code == 404
    assert world.look(case_id, "a.said").status_code == 200
    body = {"subject": SUBJECTS["m.dejong"], "name": NAMES["m.dejong"], "kind": "deputy"}
    deputy = world.call("s.kaya", f"/v1/cases/{case_id}/assignments", body)
    assert deputy.json["deputyNames"] == [NAMES["m.dejong"]]
    assert world.look(case_id).status_code == 200
    assert world.worklist()["rows"][0]["asDeputy"]
    events = world.log("case.assigned")
    assert [entry["reason"] for entry in events] == [
        f"coordinator:{SUBJECTS['m.dejong']}",
        f"deputy:{SUBJECTS['m.dejong']}",
    ]
    assert {entry["caseId"] for entry in events} == {case_id}


def test_another_desk_and_an_unknown_case_get_the_same_answer_and_an_entry(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.queue()["cases"][0]["caseId"]
    answers = [
        world.assign(case_id, "t.maas", "l.smit"),  # another context
        world.assign(case_id, "k.bos", "n.peters"),  # another region
        world.assign(ids.new_id()),
    ]
    bodies = [{**answer.json, "traceId": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert bodies[0] == bodies[1] == bodies[2]
    assert len(world.log("decision.refused")) == 3
    assert world.queue("n.peters")["cases"] == []


def test_without_an_entry_nobody_is_assigned(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.queue()["cases"][0]["caseId"]
    world.transport.down.add("audit")
    assert world.assign(case_id).status_code == 503
    world.transport.down.clear()
    assert world.queue()["cases"][0]["coordinatorName"] == ""


def test_the_queue_never_tells_what_was_reported(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1", severity="acute"))
    world.push("youthcare-utrecht", care_signal("J-1"))
    answer = world.call("s.kaya", "/v1/cases/_queue")
    assert answer.json["cases"][0]["acute"] is True
    for content in ("deur", "slaapt", "verbal", "home"):
        assert content not in answer.get_data(as_text=True)
    (entry,) = world.log("queue.listed")
    assert len(entry["subjects"]) == 3


def test_under_the_wgs_nothing_is_seen_before_test_collection_and_confirmation(
    world: World,
) -> None:
    world.push("police-utrecht", police_signal("P-1", addressedTo="ZVH"))
    assert world.queue("s.kaya")["cases"] == []
    (queued,) = world.queue("l.smit")["cases"]
    case_id = queued["caseId"]
    assert queued["state"] == "registered"
    assert world.assign(case_id, "t.maas", "l.smit").json["state"] == "registered"

    def seen() -> int:
        return len(world.picture(case_id, "t.maas", "case_coordination")["timeline"])

    assert seen() == 0
    assert world.call("l.smit", f"/v1/cases/{case_id}/collections").status_code == 409
    tested = world.call("l.smit", f"/v1/cases/{case_id}/purpose-tests", {"met": True})
    assert tested.json["state"] == "purpose_tested"
    assert seen() == 0
    assert world.call("l.smit", f"/v1/cases/{case_id}/collections").json["state"] == "collecting"
    assert seen() == 0  # no human confirmed the links yet (WGS 1.9.2)
    proposals = world.queue("l.smit")["proposals"]
    assert len(proposals) == 2
    for proposal in proposals:
        answer = world.call("l.smit", f"/v1/links/{proposal['id']}/confirmations")
        assert answer.status_code == 201
        assert answer.json["caseId"] == case_id
    assert seen() == 1
    assert world.queue("l.smit")["proposals"] == []
    assert len(world.log("link.confirmed")) == 2
    assert world.call("s.kaya", f"/v1/links/{proposal['id']}/confirmations").status_code == 404


def test_a_closed_case_opens_again_on_a_new_signal(both_worlds: World) -> None:
    world = both_worlds
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned()
    closed = world.call("s.kaya", f"/v1/cases/{case_id}/closures", {"reason": "handed-over"})
    assert closed.json["state"] == "closed"
    assert world.look(case_id).status_code == 404
    assert world.queue()["cases"] == []
    world.push("youthcare-utrecht", care_signal("J-1"))
    (again,) = world.queue()["cases"]
    assert (again["caseId"], again["state"]) == (case_id, "active")
    assert world.look(case_id).status_code == 200
    assert [entry["caseId"] for entry in world.log("case.reopened")] == [case_id]


LINDA = {
    "ref": "linda",
    "roles": ["victim"],
    "name": {"given": "Linda", "surname": "Vos"},
    "birthDate": "1981-01-01",
    "bsn": "210000004",
}
SISTERS = {"from": "ilse", "to": "linda", "kind": "sibling"}


def test_when_circles_merge_the_directed_case_goes_on(both_worlds: World) -> None:
    world = both_worlds
    world.push("police-utrecht", police_signal("P-1", persons=[LINDA], ties=None))
    world.push("police-utrecht", police_signal("P-2"))
    mine = next(case for case in world.queue()["cases"] if case["name"] == "Brandsma")["caseId"]
    assert world.assign(mine).status_code == 201
    world.push("police-utrecht", police_signal("P-3", persons=[ILSE, LINDA], ties=[SISTERS]))
    (left,) = world.queue()["cases"]
    assert left["caseId"] == mine
    assert len(world.picture(mine)["timeline"]) == 3
    assert world.search("deur").json["count"] == 3
    (merged,) = world.log("case.merged")
    assert merged["caseId"] != mine


def test_when_two_directed_cases_meet_the_desk_chooses(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1", persons=[LINDA], ties=None))
    theirs = world.assigned("a.said")
    world.push("police-utrecht", police_signal("P-2"))
    mine = next(case for case in world.queue()["cases"] if case["caseId"] != theirs)["caseId"]
    assert world.assign(mine).status_code == 201
    world.push("police-utrecht", police_signal("P-3", persons=[ILSE, LINDA], ties=[SISTERS]))
    assert {case["caseId"] for case in world.queue()["cases"]} == {mine, theirs}
    for case_id, user in ((mine, "m.dejong"), (theirs, "a.said")):
        assert len(world.picture(case_id, user)["timeline"]) == 3
    closed = world.call("s.kaya", f"/v1/cases/{theirs}/closures", {"reason": "merged"})
    assert closed.status_code == 201
    assert world.look(theirs, "a.said").status_code == 404
    assert len(world.picture(mine)["timeline"]) == 3
