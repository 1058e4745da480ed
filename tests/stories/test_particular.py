"""What single stories promise beyond texts: at once, in one piece, counted once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bundel.demo.model import Step
from bundel.demo.plan import Progress
from bundel.demo.stories.noor_and_sander import PROTECTED_TEXTS
from tests.stories.looking import PURPOSE, Looker
from tests.town import InTown

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
LookerOf = Callable[[str], Looker]


def picture_of(town: InTown, looker: LookerOf, user: str, number: int) -> dict[str, Any]:
    viewer = looker(user)
    case = viewer.case_of(town.place(number))
    assert case is not None, f"{user} has no case of story {number}"
    status, picture = viewer.picture(case["id"])
    assert status == 200
    return picture


def test_one_incident_told_four_times_is_counted_once(town: InTown, looker: LookerOf) -> None:
    picture = picture_of(town, looker, "m.dejong", 1)
    assert [item["relays"] for item in picture["timeline"]] == [3, 0]


def test_the_main_household_shows_three_agencies_and_explains_what_is_masked(
    town: InTown, looker: LookerOf
) -> None:
    picture = picture_of(town, looker, "m.dejong", 2)
    assert {item["agency"] for item in picture["timeline"]} == {
        "police",
        "veilig_thuis",
        "youth_care",
    }
    masked = [item for item in picture["timeline"] if item["mask"]]
    assert masked
    assert all(item["mask"]["article"] and item["mask"]["liftedBy"] for item in masked)
    assert picture["attention"][0]["kind"] == "acute"


def test_the_narrative_with_her_address_is_withheld_and_the_mask_never_says_shelter(
    town: InTown, looker: LookerOf
) -> None:
    picture = picture_of(town, looker, "m.dejong", 3)
    masked = [item for item in picture["timeline"] if item["mask"]]
    assert len(masked) == 1
    said = " ".join(masked[0]["mask"].values()).lower()
    for word in ("opvang", "geheim", "adres", "blijf-van", "shelter"):
        assert word not in said


def test_her_address_is_nowhere_in_the_databases(town: InTown) -> None:
    data = b"".join(path.read_bytes() for path in (town.settings.home / "data").iterdir())
    for text in (*PROTECTED_TEXTS, "Ilse", "keukenmes", "Oosterhuis"):
        assert text.encode() not in data


def test_nobody_but_the_named_finds_the_closed_compartment_and_the_named_one_does(
    town: InTown, looker: LookerOf
) -> None:
    assert looker("a.said").case_of(town.place(7)) is not None
    for user in ("m.dejong", "t.maas", "j.prins", "k.bos"):
        assert looker(user).case_of(town.place(7)) is None
        assert looker(user).search("Tahiri")["count"] == 0


@pytest.fixture
def mentions_of_linda(town: InTown) -> Iterator[list[str]]:
    """The mentions that her consent was about."""
    story = town.place(8).story
    progress = Progress(town.settings.home / "demo")
    found = []
    for delivery in story.deliveries:
        if delivery.signal.reference in story.consents[0].references:
            signal_id = progress.result(delivery.key)
            status = town.system(delivery.signal.source).status(signal_id)
            found += [person["mentionId"] for person in status["persons"]]
    assert all(delivery.step is Step.PUSH for delivery in story.deliveries)
    yield found


def test_a_consent_opens_the_notes_and_its_withdrawal_closes_them_at_once(
    town: InTown, looker: LookerOf, mentions_of_linda: list[str]
) -> None:
    text = "drie keer achter elkaar"
    birth = town.place(8).story.consents[0].birth_date.isoformat()

    def sees() -> bool:
        return text in str(picture_of(town, looker, "t.maas", 8))

    assert not sees()
    given = []
    for mention in mentions_of_linda:
        answer = town.people["r.visser"].post(
            "consent",
            "consents",
            {
                "mentionId": mention,
                "purpose": PURPOSE,
                "recipientLegalContext": "zvh_wgs",
                "categories": ["care"],
                "givenBy": "self",
                "subjectBirthDate": birth,
                "evidence": "signed_form",
            },
            what="recording",
        )
        given.append(answer["consentId"])
    assert sees()
    assert looker("t.maas").search("achter elkaar")["count"] == 1
    for consent in given:
        town.people["r.visser"].post(
            "consent",
            f"consents/{consent}/withdrawals",
            {"reasonCode": "withdrawn_by_person"},
            what="withdrawing",
        )
    assert not sees()
    assert looker("t.maas").search("achter elkaar")["count"] == 0
    assert text in str(picture_of(town, looker, "m.dejong", 8)), "Veilig Thuis keeps its own"


def test_three_spellings_are_one_household_in_a_region_and_two_over_the_border(
    town: InTown, looker: LookerOf
) -> None:
    here = picture_of(town, looker, "m.dejong", 9)
    assert len(here["timeline"]) == 4
    there = next(case for case in looker("k.bos").cases() if "Bakali" in case["name"])
    assert there["householdId"] != town.place(9).household_id
    assert len(looker("k.bos").picture(there["id"])[1]["timeline"]) == 2


def test_each_look_stands_in_the_log(town: InTown, looker: LookerOf) -> None:
    picture_of(town, looker, "m.dejong", 2)
    status, found = town.ask(
        "f.yilmaz",
        "v1/entries/_search",
        {"event": "household.opened", "actor": town.people["m.dejong"].subject},
        service="audit",
    )
    assert status == 200, found
    assert town.place(2).household_id in str(found)
