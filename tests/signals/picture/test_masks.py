"""Know without view: a sentence that explains, and nothing else of the signal."""

from __future__ import annotations

import json

from tests.signals.world import ILSE, SEM, World, care_signal, police_signal

SECRET = "Sem is bij de psycholoog wegens nachtmerries"
AUNT = {
    "ref": "tante",
    "roles": ["family_member"],
    "name": {"given": "Wilhelmina", "surname": "Zonderling"},
    "birthDate": "1961-01-30",
}


def _with_treatment(world: World) -> tuple[str, str]:
    world.push("police-utrecht", police_signal("P-1"))
    (masked,) = world.push(
        "youthcare-utrecht",
        care_signal(
            "J-1",
            category="treatment",
            severity="acute",
            occurredFrom="2026-10-01T10:11:12+02:00",
            persons=[ILSE, {**SEM, "roles": ["child_victim"]}, AUNT],
            ties=[{"from": "tante", "to": "sem", "kind": "family"}],
            statements=[{"kind": "fact", "text": SECRET}],
            place="school",
        ),
    )
    return world.assigned(), masked


def test_a_masked_item_tells_agency_and_day_and_why_and_no_more(world: World) -> None:
    case_id, masked = _with_treatment(world)
    picture = world.picture(case_id)
    item = next(item for item in picture["timeline"] if item["signalId"] == masked)
    assert item["mask"]["ruleId"] == "R19"
    assert item["mask"]["article"]
    assert item["mask"]["liftedBy"]
    assert item["mask"]["title"] == "Afgeschermd: signaal van jeugdhulp"
    assert (item["agency"], item["occurredFrom"]) == ("youth_care", "2026-10-01")
    # Who may know that it is there may know that it came since the last look.
    empty = {"signalId", "agency", "occurredFrom", "reportedAt", "mask", "isNew"}
    assert not any(value for name, value in item.items() if name not in empty)
    assert (picture["visibleCount"], picture["maskedCount"]) == (1, 1)


def test_nothing_of_masked_content_is_anywhere_in_the_answer(world: World) -> None:
    case_id, _ = _with_treatment(world)
    text = json.dumps(world.picture(case_id), ensure_ascii=False)
    for hidden in ("psycholoog", "Zonderling", "Wilhelmina", "10:11", "jeugdhulp-vecht", "school"):
        assert hidden not in text, hidden
    assert not any(one["kind"] == "acute" for one in json.loads(text)["attention"])
    listed = json.dumps(world.worklist(), ensure_ascii=False)
    assert "psycholoog" not in listed
    assert json.loads(listed)["rows"][0]["reason"] != "acute"


def test_masked_words_and_names_find_nothing(world: World) -> None:
    _with_treatment(world)
    for words in ("psycholoog", "nachtmerries", "Zonderling"):
        assert world.search(words).json["count"] == 0
    assert world.search("Brandsma").json["count"] == 1


def test_the_reporter_is_shielded_from_everyone_outside_veilig_thuis(world: World) -> None:
    named = {
        "kind": "professional",
        "visibility": "open",
        "profession": "leerkracht",
        "name": "Juf Ans",
        "meldcodeStep": 5,
        "weighing": "unsafe",
    }
    world.push("youthcare-utrecht", care_signal("J-1", reporter=named))
    world.push("youthcare-utrecht", care_signal("J-2", addressedTo="NAZ", reporter=named))
    vt = world.picture(world.assigned())
    assert {item["reporter"] for item in vt["timeline"]} == {"Juf Ans, leerkracht"}
    case_id = world.assigned("j.prins", "d.bakker")
    council = json.dumps(world.picture(case_id, "j.prins"), ensure_ascii=False)
    assert "Juf" not in council
    assert "leerkracht" not in council


def test_a_withheld_narrative_is_neither_shown_nor_found_nor_explained_by_shelter(
    world: World,
) -> None:
    hidden = {"kind": "shelter", "street": "Geheimlaan", "houseNumber": 7, "postcode": "3512ZZ",
              "city": "Utrecht"}  # fmt: skip
    world.push("police-utrecht", police_signal("P-1", persons=[{**ILSE, "addresses": [hidden]}],
                                               ties=None))  # fmt: skip
    world.push(
        "police-utrecht",
        police_signal("P-2", statements=[
            {"kind": "fact", "text": "Hij stond aan de Geheimlaan 7, 3512 ZZ Utrecht te wachten."}
        ]),
    )  # fmt: skip
    case_id = world.assigned()
    text = json.dumps(world.picture(case_id), ensure_ascii=False).lower()
    for word in ("geheimlaan", "3512", "shelter", "opvang", "schuil"):
        assert word not in text, word
    assert world.search("wachten").json["count"] == 0
    notes = {person["addressNote"] for person in world.picture(case_id)["persons"]}
    assert "Adres afgeschermd" in notes
