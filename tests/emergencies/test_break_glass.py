"""Access in acute danger: asked with a reason, confirmed by a second person, ended by itself,
reviewed; it opens what rule R21 opens and tells nothing before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from shared import clock, ids
from shared.database import open_engine
from tests.emergencies.conftest import ILSE_SOUGHT, WHY, Emergencies, pass_time
from tests.signals.world import (
    ASSESSMENT,
    ILSE,
    SUBJECTS,
    World,
    care_signal,
    ids_of,
    police_signal,
)

ACUTE = "acute_protection"


@pytest.fixture
def told(world: World) -> dict[str, str]:
    """Ilse is known to the police, to youth care, and in a closed compartment."""
    police, care, closed = world.push("police-utrecht", police_signal("P-1"))[0], "", ""
    (care,) = world.push("youthcare-utrecht", care_signal("J-1"))
    (closed,) = world.push("youthcare-utrecht", care_signal("J-2", compartment="honour"))
    return {"police": police, "care": care, "closed": closed}


def without_moments(answer: dict[str, Any]) -> list[Any]:
    return [value for name, value in answer.items() if name[-2:] not in ("At", "re", "Id")]


def test_a_second_person_confirms_and_only_then_it_opens(
    emergencies: Emergencies, told: dict[str, str]
) -> None:
    world = emergencies.world
    opened = emergencies.open("t.maas")
    assert opened.status_code == 201
    assert opened.json["state"] == "waiting"
    grant = opened.json["grantId"]
    assert emergencies.look("t.maas", grant).status_code == 404  # not before the confirmation
    assert emergencies.step("t.maas", grant, "confirmations").status_code == 404  # not oneself
    assert emergencies.step("m.dejong", grant, "confirmations").status_code == 404  # not theirs
    (asked,) = emergencies.listed("l.smit")
    assert (asked["whom"], asked["reason"]) == ("Ilse Brandsma, 1992-04-11", WHY)
    assert asked["mayConfirm"] and not asked["mine"]
    assert emergencies.step("l.smit", grant, "confirmations").json["state"] == "active"
    seen = emergencies.look("t.maas", grant)
    assert ids_of(seen.json) == [told["care"]]  # no police data, no closed compartment
    assert seen.json["endsAt"] == opened.json["endsAt"]
    assert emergencies.look("l.smit", grant).status_code == 404  # the grant is one person's
    (looked,) = world.log("emergency.looked")
    (opening,) = world.log("emergency.opened")
    assert looked["refersTo"] == opening["entryId"]
    assert (looked["ground"], looked["purpose"]) == ("R21", ACUTE)
    assert [world.log(f"emergency.{step}")[0]["ground"] for step in ("opened", "confirmed")] == [
        "P34", "P35",
    ]  # fmt: skip


def test_nobody_learns_whether_anybody_is_known(
    emergencies: Emergencies, told: dict[str, str]
) -> None:
    """Asking, waiting, confirming look the same for a known and an unknown person (I4)."""
    shapes = []
    nobody = {"name": "Niemand Nergens", "birthDate": "1990-01-01"}
    for sought in (ILSE_SOUGHT, nobody, {"caseNumber": "26-9999"}):
        opened = emergencies.open("t.maas", **sought)
        grant = opened.json["grantId"]
        (listed,) = emergencies.listed("l.smit")
        confirmed = emergencies.step("l.smit", grant, "confirmations")
        answers = (opened.json, {**listed, "whom": ""}, confirmed.json)
        shapes.append([(answer.keys(), without_moments(answer)) for answer in answers])
        emergencies.step("t.maas", grant, "endings")
    assert shapes[0] == shapes[1] == shapes[2]
    empty = emergencies.look("t.maas", emergencies.confirmed(**nobody))
    assert (empty.status_code, empty.json["timeline"]) == (200, [])


def test_who_is_known_to_the_police_only_looks_like_nobody(
    emergencies: Emergencies, world: World
) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    known = emergencies.look("t.maas", emergencies.confirmed())
    nobody = {"name": "Niemand Nergens", "birthDate": "1990-01-01"}
    unknown = emergencies.look("t.maas", emergencies.confirmed(**nobody))
    varying = {"grantId": "", "endsAt": "", "openedAt": ""}
    assert {**known.json, **varying} == {**unknown.json, **varying}


def test_it_is_found_by_case_number_and_not_beyond_what_it_may_open(
    emergencies: Emergencies, told: dict[str, str]
) -> None:
    (case, *_more) = emergencies.world.queue("s.kaya")["cases"]
    grant = emergencies.confirmed(caseNumber=case["number"])
    assert told["care"] in ids_of(emergencies.look("t.maas", grant).json)
    elsewhere = emergencies.confirmed("k.bos", "n.peters", caseNumber=case["number"])
    assert ids_of(emergencies.look("k.bos", elsewhere).json) == []  # another region's case


def test_what_a_source_excludes_one_from_stays_closed(
    emergencies: Emergencies, world: World
) -> None:
    (open_one,) = world.push("youthcare-utrecht", care_signal("J-1"))
    world.push("youthcare-utrecht", care_signal("J-2", conditions=["not_to_zvh"]))
    assert ids_of(emergencies.look("t.maas", emergencies.confirmed()).json) == [open_one]


def test_without_a_second_person_it_closes_after_an_hour(
    emergencies: Emergencies, told: dict[str, str]
) -> None:
    grant = emergencies.open("t.maas").json["grantId"]
    pass_time(minutes=61)
    assert emergencies.step("l.smit", grant, "confirmations").status_code == 409
    assert emergencies.look("t.maas", grant).status_code == 404
    emergencies.work()
    (ended,) = emergencies.world.log("emergency.ended")
    assert (ended["reason"], ended["actor"]["id"]) == ("unconfirmed", "bundel-consent")
    assert [one["state"] for one in emergencies.listed("t.maas")] == ["ended"]


def test_it_ends_after_24_hours_whatever_happens(
    emergencies: Emergencies, told: dict[str, str]
) -> None:
    grant = emergencies.confirmed()
    pass_time(hours=23, minutes=58)
    assert ids_of(emergencies.look("t.maas", grant).json) == [told["care"]]
    pass_time(minutes=3)
    assert emergencies.look("t.maas", grant).status_code == 404
    emergencies.work()
    assert [entry["reason"] for entry in emergencies.world.log("emergency.ended")] == ["time-over"]


def test_it_ends_at_once_when_it_is_closed(emergencies: Emergencies, told: dict[str, str]) -> None:
    for who in ("t.maas", "l.smit", "f.yilmaz"):
        grant = emergencies.confirmed()
        assert emergencies.look("t.maas", grant).status_code == 200
        assert emergencies.step("m.dejong", grant, "endings").status_code == 404
        assert emergencies.step(who, grant, "endings").json["state"] == "ended"
        assert emergencies.look("t.maas", grant).status_code == 404
        assert emergencies.step("l.smit", grant, "confirmations").status_code == 409


def test_a_clock_set_back_prolongs_nothing(
    emergencies: Emergencies, told: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    start, counted = clock.now(), clock.monotonic()
    grant = emergencies.confirmed()
    back = start - timedelta(seconds=5)  # tokens from further in the future are refused anyway
    clock.set_source(lambda: back)
    assert emergencies.listed("t.maas")[0]["state"] == "active"
    # A day passes on the counter that never runs back, while the clock stands before the start.
    monkeypatch.setattr(clock, "monotonic", lambda: counted + 24 * 3600 + 60)
    emergencies.work()
    assert emergencies.listed("t.maas")[0]["state"] == "ended"
    assert emergencies.world.log("emergency.ended")[0]["refersTo"]
    assert emergencies.look("t.maas", grant).status_code == 404


def test_after_a_restart_time_goes_on_from_what_was_recorded(
    emergencies: Emergencies, told: dict[str, str]
) -> None:
    from services.consent.emergencies.steady import SteadyTime

    emergencies.confirmed()
    recorded = clock.now()
    clock.set_source(lambda: recorded - timedelta(days=3))
    database = open_engine(emergencies.world.settings.databases["consent"])
    assert abs(SteadyTime(database).now() - recorded) < timedelta(minutes=1)
    database.dispose()


def test_in_ones_own_case_it_lifts_the_mask_and_says_until_when(
    emergencies: Emergencies, world: World
) -> None:
    (health,) = world.push(
        "youthcare-utrecht", care_signal("J-1", addressedTo="ZVH", category="health")
    )
    case_id = world.queue("l.smit")["cases"][0]["caseId"]
    for step in ("purpose-tests", "collections"):
        world.call("l.smit", f"/v1/cases/{case_id}/{step}", {"met": True} if step[0] == "p" else {})
    for proposal in world.queue("l.smit")["proposals"]:
        world.call("l.smit", f"/v1/links/{proposal['id']}/confirmations")
    world.assign(case_id, "t.maas", "l.smit")
    masked = world.picture(case_id, "t.maas", ACUTE)
    assert [bool(item["mask"]) for item in masked["timeline"]] == [True]
    assert masked["emergencyUntil"] is None
    grant = emergencies.confirmed()
    lifted = world.picture(case_id, "t.maas", ACUTE)
    assert [item["mask"] for item in lifted["timeline"]] == [None]
    assert lifted["emergencyUntil"]
    other = world.picture(case_id, "t.maas", "case_coordination")
    assert [bool(item["mask"]) for item in other["timeline"]] == [True]  # only in acute danger
    under = [entry for entry in world.log("household.opened") if "R21" in entry["ground"]]
    assert [entry["refersTo"] for entry in under] == [world.log("emergency.opened")[0]["entryId"]]
    emergencies.step("t.maas", grant, "endings")
    assert world.picture(case_id, "t.maas", ACUTE)["timeline"][0]["mask"]
    assert ids_of(lifted) == [health]


def test_a_restricted_item_opens_in_acute_danger_only(
    emergencies: Emergencies, told: dict[str, str]
) -> None:
    """AVG art. 18(2): the protection of another person; A18."""
    world = emergencies.world
    case_id = world.assigned()
    with world.signals.connect() as connection:
        mention = connection.execute(
            text("SELECT id FROM mentions WHERE signal_id = :s LIMIT 1"), {"s": told["care"]}
        ).scalar()
    body = {"mentionId": mention, "reasonCode": "accuracy_contested"}
    assert world.call("r.visser", "/v1/restrictions", body, "consent").status_code == 201
    masks = {item["signalId"]: item["mask"] for item in world.picture(case_id)["timeline"]}
    assert masks[told["care"]]["ruleId"] == "A18"
    seen = emergencies.look("t.maas", emergencies.confirmed()).json
    assert [item["mask"] for item in seen["timeline"]] == [None]


def test_the_privacy_officer_reviews_within_a_working_day_and_that_is_an_entry(
    emergencies: Emergencies, told: dict[str, str]
) -> None:
    world = emergencies.world
    grant = emergencies.confirmed()
    (waiting,) = emergencies.listed("f.yilmaz")
    assert waiting["reason"] == WHY
    assert clock.moment(waiting["reviewBefore"]) > clock.now()
    for who in ("t.maas", "l.smit", "r.visser"):
        assert emergencies.step(who, grant, "reviews", {"outcome": "justified"}).status_code == 404
    assert emergencies.step("f.yilmaz", grant, "reviews", {"outcome": "nice"}).status_code == 400
    done = emergencies.step("f.yilmaz", grant, "reviews", {"outcome": "follow-up"})
    assert done.json["outcome"] == "follow-up"
    assert emergencies.listed("f.yilmaz") == []
    again = emergencies.step("f.yilmaz", grant, "reviews", {"outcome": "justified"})
    assert again.status_code == 409
    (reviewed,) = world.log("emergency.reviewed")
    assert (reviewed["reason"], reviewed["ground"]) == ("follow-up", "P37")
    assert reviewed["refersTo"] == world.log("emergency.opened")[0]["entryId"]
    assert emergencies.look("t.maas", grant).status_code == 200  # a review ends nothing


def test_a_review_is_no_confirmation(emergencies: Emergencies, told: dict[str, str]) -> None:
    grant = emergencies.open("t.maas").json["grantId"]
    emergencies.step("f.yilmaz", grant, "reviews", {"outcome": "not-justified"})
    assert emergencies.look("t.maas", grant).status_code == 404
    with open_engine(emergencies.world.settings.databases["consent"]).connect() as connection:
        from services.consent.consents.ledger import granted_mentions

        assert granted_mentions(connection, SUBJECTS["t.maas"], clock.now()) == frozenset()


def test_it_takes_effect_on_its_receipt_only(
    emergencies: Emergencies, told: dict[str, str]
) -> None:
    world = emergencies.world
    grant = emergencies.open("t.maas").json["grantId"]
    world.transport.down.add("audit")
    assert emergencies.open("t.maas").status_code == 503
    assert emergencies.step("l.smit", grant, "confirmations").status_code == 503
    world.transport.down.clear()
    assert emergencies.look("t.maas", grant).status_code == 404
    assert [one["state"] for one in emergencies.listed("t.maas")] == ["waiting"]


def test_what_was_written_is_neither_in_the_log_nor_readable_in_the_database(
    emergencies: Emergencies, told: dict[str, str]
) -> None:
    emergencies.confirmed()
    database = open_engine(emergencies.world.settings.databases["consent"])
    with database.connect() as connection:
        rows = [
            *connection.execute(text("SELECT * FROM grant_details")),
            *connection.execute(text("SELECT * FROM grant_events")),
        ]
    database.dispose()
    kept = b"".join(
        value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row
    )
    for word in ("Ilse", "Brandsma", "Buren", "Thijs"):
        assert word.encode() not in kept
        assert word not in str(emergencies.world.log())


@pytest.mark.parametrize(
    "body",
    [
        {"reasonCode": "violence-now", "reason": WHY},
        {"name": "Ilse", "reasonCode": "violence-now", "reason": WHY},
        {**ILSE_SOUGHT, "reasonCode": "curious", "reason": WHY},
        {**ILSE_SOUGHT, "reasonCode": "violence-now", "reason": "zomaar"},
    ],
)
def test_without_a_person_or_a_reason_it_is_refused(
    emergencies: Emergencies, body: dict[str, Any]
) -> None:
    assert emergencies.world.call("t.maas", "/v1/emergencies", body, "consent").status_code == 400


@pytest.mark.parametrize("who", ["r.visser", "f.yilmaz", "b.beheer"])
def test_others_do_not_ask_for_it(emergencies: Emergencies, who: str) -> None:
    assert emergencies.open(who).status_code == 404


def test_no_person_is_told_whom_a_grant_is_about(
    emergencies: Emergencies, told: dict[str, str]
) -> None:
    world = emergencies.world
    for who in ("t.maas", "f.yilmaz"):
        asked = {"subject": SUBJECTS["t.maas"]}
        in_force = world.call(who, "/v1/emergencies/_in-force", asked, "consent")
        scope = world.call(who, "/v1/emergencies/_scope", {"region": "utrecht", **ILSE_SOUGHT})
        assert {in_force.status_code, scope.status_code} == {404}
    assert emergencies.look("t.maas", ids.new_id()).status_code == 404


def test_one_person_has_few_at_a_time(emergencies: Emergencies, told: dict[str, str]) -> None:
    codes = [emergencies.open("t.maas").status_code for _ in range(6)]
    assert codes == [201] * 5 + [409]


def test_the_desk_looks_too_and_the_open_purposes_open_nothing_more(
    emergencies: Emergencies, told: dict[str, str]
) -> None:
    grant = emergencies.confirmed("l.smit", "t.maas")
    assert ids_of(emergencies.look("l.smit", grant).json) == [told["care"]]
    assert emergencies.world.worklist("t.maas", "case_coordination")["rows"] == []
    assert ILSE["name"] and ASSESSMENT  # the household itself stays somebody else's
