"""What needs attention now, by rules; one incident told four times is one incident."""

from __future__ import annotations

from datetime import timedelta

from shared import clock
from tests.signals.world import ILSE, SEM, World, care_signal, ids_of, police_signal


def _moment(days: float) -> str:
    return clock.timestamp(clock.now() - timedelta(days=days))


def test_an_acute_signal_comes_first_in_its_own_words(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    (acute,) = world.push(
        "youthcare-utrecht",
        care_signal(
            "J-1",
            severity="spontaneous_disclosure",
            reportedAt=_moment(1),
            occurredFrom=_moment(1),
            statements=[
                {
                    "kind": "statement",
                    "text": "Ik ga zondag weg, hij weet het nog niet. Daarna bellen.",
                    "by": "ilse",
                }
            ],
        ),
    )
    case_id = world.assigned()
    first = world.picture(case_id)["attention"][0]
    assert first["kind"] == "acute"
    assert first["headline"] == "‘Ik ga zondag weg, hij weet het nog niet.’"
    assert first["why"].startswith("Spontane onthulling, gemeld door jeugdhulp, gisteren ")
    assert first["signalIds"] == [acute]
    (row,) = world.worklist()["rows"]
    assert row["reason"] == "acute"
    assert "zondag" in row["sentence"]


def test_acute_stays_so_until_the_first_look_and_a_fortnight_after(both_worlds: World) -> None:
    """At the desk, on the list and in the household alike."""
    world, start = both_worlds, clock.now()
    world.push("police-utrecht", police_signal("P-1", severity="acute", reportedAt=_moment(20)))
    case_id = world.assigned()

    def acute(days: int) -> tuple[bool, bool]:
        clock.set_source(lambda: start + timedelta(days=days))
        (case,) = world.queue()["cases"]
        (row,) = world.worklist()["rows"]
        return case["acute"], row["reason"] == "acute"

    assert acute(0) == acute(40) == (True, True)
    assert world.picture(case_id)["attention"][0]["kind"] == "acute"
    assert acute(53) == (True, True)
    assert world.picture(case_id)["attention"][0]["kind"] == "acute"
    assert acute(54) == (False, False)
    assert "acute" not in [one["kind"] for one in world.picture(case_id)["attention"]]
    world.push("police-utrecht", police_signal("P-2", severity="acute"))
    assert acute(90) == (True, True)


def test_a_new_coordinator_has_not_seen_what_was_acute(world: World) -> None:
    start = clock.now()
    world.push("police-utrecht", police_signal("P-1", severity="acute"))
    case_id = world.assigned()
    world.picture(case_id)
    clock.set_source(lambda: start + timedelta(days=30))
    assert not world.queue()["cases"][0]["acute"]
    assert world.hand_over(case_id, "a.said").status_code == 201
    assert world.queue()["cases"][0]["acute"]


def test_one_incident_told_by_several_is_counted_once(world: World) -> None:
    incident = "PL0900-2026-004711"
    (first,) = world.push(
        "police-utrecht", police_signal("P-1", originIncident=incident, occurredFrom="2026-03-03")
    )
    world.push(
        "vt-utrecht",
        care_signal(
            "V-1",
            category="report",
            occurredFrom="2026-03-04",
            relayedFrom={"sourceSystem": "police-utrecht", "sourceReference": "P-1"},
            statements=[{"kind": "fact", "text": "De politie meldde een ruzie."}],
        ),
    )
    world.push(
        "youthcare-utrecht",
        care_signal("J-1", originIncident=incident, occurredFrom="2026-03-05"),
        care_signal("J-2", occurredFrom="2021-05"),
    )
    case_id = world.assigned()
    picture = world.picture(case_id)
    assert picture["visibleCount"] == 2
    item = next(one for one in picture["timeline"] if one["signalId"] == first)
    assert item["relays"] == 2
    said = {one["text"]: one["through"] for one in item["statements"]}
    assert said["De politie meldde een ruzie."] == "vt-utrecht"
    assert said["Sem slaapt slecht en is bang thuis."] == "jeugdhulp-vecht-en-venen"
    assert len(world.log("household.opened")[0]["signalIds"]) == 4
    (row,) = world.worklist()["rows"]
    assert "4 signalen over 2 voorvallen" in row["sentence"]


def test_links_that_no_human_confirmed_ask_for_one(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"), police_signal("P-2"))
    case_id = world.assigned()
    picture = world.picture(case_id)
    assert [one["kind"] for one in picture["attention"]] == ["review"]
    assert any(item["unconfirmed"] for item in picture["timeline"])
    assert any(person["unconfirmed"] for person in picture["persons"])
    for proposal in world.queue()["proposals"]:
        world.call("s.kaya", f"/v1/links/{proposal['id']}/confirmations")
    picture = world.picture(case_id)
    assert picture["attention"] == []
    assert not any(person["unconfirmed"] for person in picture["persons"])


def test_the_term_to_inform_runs_and_is_never_automatic(world: World) -> None:
    start = clock.now()
    world.push("police-utrecht", police_signal("P-1", informed={"informed": False, "reason": "x"}))
    case_id = world.assigned()
    assert world.picture(case_id)["attention"] == []
    clock.set_source(lambda: start + timedelta(days=22))
    (term,) = world.picture(case_id)["attention"]
    assert term["headline"] == "Informeren van betrokkenen: nog 6 dagen"
    assert "Nooit vanzelf" in term["why"]
    clock.set_source(lambda: start + timedelta(days=30))
    assert "2 dagen te laat" in world.picture(case_id)["attention"][0]["headline"]


def test_a_former_partner_is_not_shown_as_partner(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1", reportedAt="2026-01-05T10:00:00+01:00"))
    former = {"from": "ilse", "to": "ruben", "kind": "ex_partner", "since": "2026-05"}
    world.push(
        "police-utrecht",
        police_signal("P-2", ties=[former], reportedAt="2026-06-05T10:00:00+02:00"),
    )
    picture = world.picture(world.assigned())
    (tie,) = picture["ties"]
    assert (tie["kind"], tie["former"]) == ("ex_partner", True)
    assert {person["householdRole"] for person in picture["persons"]} == {"ex_partner"}


def test_the_work_list_is_in_readable_order(world: World) -> None:
    other = {**ILSE, "name": {"given": "Linda", "surname": "Vos"}, "bsn": "210000004",
             "birthDate": "1981-01-01"}  # fmt: skip
    child = {**SEM, "name": {"given": "Bram", "surname": "Kok"}, "bsn": "210005014",
             "birthDate": "2012-07-07", "roles": ["victim"]}  # fmt: skip
    world.push("police-utrecht", police_signal("P-1"))
    world.assigned()
    world.worklist()
    for case in world.queue()["cases"]:
        world.picture(case["caseId"])
    start = clock.now()
    clock.set_source(lambda: start + timedelta(hours=1))
    world.push("police-utrecht", police_signal("P-2", persons=[other], ties=None))
    world.push(
        "police-utrecht",
        police_signal("P-3", persons=[child], ties=None, severity="acute", reportedAt=_moment(1)),
    )
    world.assigned()
    rows = world.worklist()["rows"]
    assert [row["reason"] for row in rows] == ["acute", "new", "quiet"]
    assert [row["case"]["name"] for row in rows] == [f"Zaak {rows[0]['case']['number']}", "Vos",
                                                     "Brandsma"]  # fmt: skip
    assert rows[2]["sentence"].startswith("1 signaal, van politie; laatste ")
    assert len(ids_of(world.picture(rows[1]["case"]["id"]))) == 1
