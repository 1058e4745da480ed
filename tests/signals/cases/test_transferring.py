"""A case changes hands when giver and taker agree on the note; it is never without coordinator."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from werkzeug.test import TestResponse

from shared import clock, ids
from tests.signals.world import COORDINATION, NAMES, SUBJECTS, World, police_signal

NOTE = "Ilse wil zondag weg. Bel haar alleen op haar werk."
GIVER, TAKER, DESK = "m.dejong", "a.said", "s.kaya"


def propose(world: World, case_id: str, who: str = GIVER, to: str = TAKER, **more: Any) -> Any:
    body = {"subject": SUBJECTS[to], "name": NAMES[to], "note": NOTE, **more}
    return world.call(who, f"/v1/cases/{case_id}/transfers", body)


def act(world: World, who: str, transfer: str, what: str, body: Any = None) -> TestResponse:
    return world.call(who, f"/v1/transfers/{transfer}/{what}", body)


def coordinator_of(world: World) -> str:
    return str(world.queue()["cases"][0]["coordinatorName"])


@pytest.fixture
def case_id(world: World) -> str:
    world.push("police-utrecht", police_signal("P-1"))
    return world.assigned(GIVER)


def test_both_agree_on_the_note_and_the_case_changes_hands_at_once(both_worlds: World) -> None:
    world = both_worlds
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned(GIVER)
    proposed = propose(world, case_id)
    assert proposed.status_code == 201
    transfer = proposed.json["id"]
    assert proposed.json["waitsFor"] == ["taker"]
    assert coordinator_of(world) == NAMES[GIVER]  # until the other agrees
    assert world.look(case_id, TAKER).status_code == 404
    for who, part in ((GIVER, "giver"), (TAKER, "taker"), (DESK, "desk")):
        (listed,) = world.call(who, "/v1/transfers/_search").json["items"]
        assert (listed["id"], listed["part"]) == (transfer, part)
    assert act(world, TAKER, transfer, "_view").json["note"] == NOTE
    assert act(world, DESK, transfer, "_view").json["note"] is None  # content is not for the desk
    agreed = act(world, TAKER, transfer, "agreements")
    assert agreed.json["state"] == "accepted"
    assert world.look(case_id, GIVER).status_code == 404  # at once (I5)
    assert world.worklist(GIVER)["rows"] == []
    assert world.look(case_id, TAKER).status_code == 200
    assert world.picture(case_id, TAKER)["case"]["sightOnSafety"] == "veilig_thuis"
    assert coordinator_of(world) == NAMES[TAKER]
    told = [
        entry["event"] for entry in world.log() if entry["event"].startswith("case.transferred")
        or entry["event"] in ("case.transfer-proposed", "case.transfer-read")
    ]  # fmt: skip
    assert told == [
        "case.transfer-proposed", "case.transfer-read", "case.transfer-read", "case.transferred",
    ]  # fmt: skip
    (changed,) = world.log("case.transferred")
    assert changed["reason"] == f"from:{SUBJECTS[GIVER]}"
    assert changed["ground"] == "P32"
    assert NOTE not in str(world.log())


def test_the_note_lies_encrypted_in_the_database(world: World, case_id: str) -> None:
    propose(world, case_id)
    with world.signals.connect() as connection:
        row = connection.execute(text("SELECT * FROM transfers")).one()
    assert b"Ilse" not in b"".join(str(value).encode() for value in row)


def test_a_successor_who_refuses_leaves_the_case_where_it_is(world: World, case_id: str) -> None:
    transfer = propose(world, case_id).json["id"]
    unsaid = act(world, TAKER, transfer, "refusals", {"reason": "geen zin"})
    assert unsaid.status_code == 400
    refused = act(world, TAKER, transfer, "refusals", {"reason": "no-capacity"})
    assert (refused.json["state"], refused.json["outcomeReason"]) == ("refused", "no-capacity")
    assert act(world, TAKER, transfer, "agreements").status_code == 409
    assert coordinator_of(world) == NAMES[GIVER]
    assert world.look(case_id, GIVER).status_code == 200
    assert world.call(TAKER, "/v1/transfers/_search").json["items"] == []
    assert propose(world, case_id).status_code == 201  # another one may follow


def test_giver_and_desk_take_a_proposal_back_and_the_successor_cannot(
    world: World, case_id: str
) -> None:
    for who in (GIVER, DESK):
        transfer = propose(world, case_id).json["id"]
        assert propose(world, case_id).status_code == 409  # one open proposal at a time
        assert act(world, TAKER, transfer, "withdrawals").status_code == 404
        assert act(world, who, transfer, "withdrawals").json["state"] == "withdrawn"
        assert act(world, TAKER, transfer, "agreements").status_code == 409
    assert coordinator_of(world) == NAMES[GIVER]


def test_what_the_desk_proposes_needs_the_word_of_both(world: World, case_id: str) -> None:
    proposed = propose(world, case_id, DESK)
    assert proposed.json["waitsFor"] == ["giver", "taker"]
    transfer = proposed.json["id"]
    assert act(world, DESK, transfer, "agreements").status_code == 404
    assert act(world, TAKER, transfer, "agreements").json["waitsFor"] == ["giver"]
    assert coordinator_of(world) == NAMES[GIVER]
    assert act(world, GIVER, transfer, "agreements").json["state"] == "accepted"
    assert coordinator_of(world) == NAMES[TAKER]
    assert world.look(case_id, GIVER).status_code == 404


def test_for_an_absent_coordinator_the_successors_word_is_enough(
    world: World, case_id: str
) -> None:
    assert propose(world, case_id, GIVER, absence="ill").status_code == 400
    assert propose(world, case_id, DESK, absence="bored").status_code == 400
    proposed = propose(world, case_id, DESK, absence="ill")
    assert (proposed.json["kind"], proposed.json["waitsFor"]) == ("breakthrough", ["taker"])
    assert act(world, TAKER, proposed.json["id"], "agreements").json["state"] == "accepted"
    assert coordinator_of(world) == NAMES[TAKER]
    assert [entry["reason"] for entry in world.log("case.transfer-proposed")] == ["ill"]


def test_the_desk_does_not_put_another_in_place_without_a_word(world: World, case_id: str) -> None:
    assert world.assign(case_id, TAKER).status_code == 409
    assert coordinator_of(world) == NAMES[GIVER]


def test_who_has_no_part_in_it_gets_the_answer_for_nothing_there(
    world: World, case_id: str
) -> None:
    transfer = propose(world, case_id).json["id"]
    before = len(world.log("decision.refused"))
    answers = [
        act(world, who, name, what)
        for who, name in (("t.maas", transfer), ("k.bos", transfer), (TAKER, ids.new_id()))
        for what in ("_view", "agreements")
    ]
    answers.append(act(world, "n.peters", transfer, "withdrawals"))
    answers.append(propose(world, case_id, "t.maas"))
    answers.append(propose(world, ids.new_id()))
    bodies = [{**answer.json, "traceId": ""} for answer in answers]
    assert {answer.status_code for answer in answers} == {404}
    assert all(body == bodies[0] for body in bodies)
    assert len(world.log("decision.refused")) == before + len(answers)


def test_a_deputy_stands_in_and_does_not_give_the_case_away(world: World, case_id: str) -> None:
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    body = {
        "subject": SUBJECTS[TAKER], "name": NAMES[TAKER], "kind": "deputy", "until": tomorrow,
    }  # fmt: skip
    path = f"/v1/cases/{case_id}/assignments"
    assert world.call(DESK, path, {**body, "kind": "coordinator"}).status_code == 400
    assert world.call(DESK, path, {**body, "until": "2020-01-01"}).status_code == 400
    assert world.call(DESK, path, body).json["deputyNames"] == [NAMES[TAKER]]
    assert world.look(case_id, TAKER).status_code == 200
    assert propose(world, case_id, TAKER).status_code == 404
    over = clock.now() + timedelta(days=2)
    clock.set_source(lambda: over)
    assert world.look(case_id, TAKER).status_code == 404  # by itself, after the last day
    assert world.worklist(TAKER)["rows"] == []
    assert coordinator_of(world) == NAMES[GIVER]
    assert world.call(DESK, path, {**body, "until": None}).status_code == 201  # and again later


def test_without_an_entry_nothing_changes_hands(world: World, case_id: str) -> None:
    transfer = propose(world, case_id).json["id"]
    world.transport.down.add("audit")
    assert act(world, TAKER, transfer, "_view").status_code == 503
    assert act(world, TAKER, transfer, "agreements").status_code == 503
    world.transport.down.clear()
    assert coordinator_of(world) == NAMES[GIVER]


def test_a_closed_case_is_not_handed_over_any_more(world: World, case_id: str) -> None:
    transfer = propose(world, case_id).json["id"]
    world.call(DESK, f"/v1/cases/{case_id}/closures", {"reason": "safe"})
    assert act(world, TAKER, transfer, "agreements").status_code == 404
    with world.signals.connect() as connection:
        assert connection.execute(text("SELECT outcome FROM transfers")).scalar() == "overtaken"


def test_a_closed_compartment_goes_only_to_who_is_named(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1", compartment="honour"))
    case_id = str(world.queue()["cases"][0]["caseId"])
    path = f"/v1/cases/{case_id}/named-actors"
    world.call(DESK, path, {"add": [SUBJECTS[GIVER]]})
    assert world.assign(case_id, GIVER).status_code == 201
    refused = propose(world, case_id)
    assert [fault["code"] for fault in refused.json["errors"]] == ["not-named"]
    world.call(DESK, path, {"add": [SUBJECTS[TAKER]]})
    transfer = propose(world, case_id).json["id"]
    world.call(DESK, path, {"remove": [SUBJECTS[TAKER]]})
    assert world.call(TAKER, "/v1/transfers/_search").json["items"] == []
    assert act(world, TAKER, transfer, "_view").status_code == 404


def test_of_two_who_end_a_proposal_at_the_same_moment_one_wins(both_worlds: World) -> None:
    world = both_worlds
    world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned(GIVER)
    transfer = propose(world, case_id).json["id"]

    def one(step: tuple[str, str]) -> int:
        return act(world, step[0], transfer, step[1]).status_code

    with ThreadPoolExecutor(2) as pool:
        codes = sorted(pool.map(one, [(TAKER, "agreements"), (GIVER, "withdrawals")]))
    assert codes[0] == 201 and codes[1] in (404, 409)
    expected = {NAMES[TAKER], NAMES[GIVER]}
    assert coordinator_of(world) in expected
    assert (coordinator_of(world) == NAMES[TAKER]) == (
        world.look(case_id, TAKER).status_code == 200
    )


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["propose", "absent", "agreements", "refusals", "withdrawals"]),
        st.sampled_from([GIVER, TAKER, DESK]),
    ),
    max_size=7,
)


@pytest.mark.slow
@given(steps=STEPS)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_done_in_whatever_order_there_is_one_coordinator_and_sight_on_safety(
    world: World, case_id: str, steps: list[tuple[str, str]]
) -> None:
    for what, who in steps:
        holder = coordinator_of(world)
        other = TAKER if holder == NAMES[GIVER] else GIVER
        if what in ("propose", "absent"):
            propose(world, case_id, who, other, absence="left" if what == "absent" else "")
        else:
            for shown in world.call(who, "/v1/transfers/_search").json["items"]:
                body = {"reason": "no-capacity"} if what == "refusals" else {}
                act(world, who, shown["id"], what, body)
        with world.signals.connect() as connection:
            active = connection.execute(
                text("SELECT count(*) FROM assignments WHERE kind = 'coordinator'"
                     " AND until_at IS NULL")
            ).scalar()  # fmt: skip
            sight = connection.execute(text("SELECT sight_on_safety FROM cases")).scalar()
        assert active == 1
        assert sight
        looks = [world.look(case_id, user, COORDINATION).status_code for user in (GIVER, TAKER)]
        assert sorted(looks) == [200, 404]
