"""For every story: what is hidden from whom and what is shown, by API and by page.

The promises are the stories' own data (bundel/demo/stories); here they are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from bundel.demo.stories import all_stories
from bundel.demo.stories.model import Expectation, Hidden, Masked, Refused, Shown, Story
from shared import clock
from tests.stories.looking import COORDINATORS, NOBODYS_CASE, Looker
from tests.town import InTown

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
LookerOf = Callable[[str], Looker]
STORIES = all_stories(date(2026, 11, 23))  # for the names of the tests; texts do not depend on it


def is_absent(each: Expectation) -> bool:
    return isinstance(each, Hidden) and each.absent


def cases_of(
    kind: type, wanted: Callable[[Expectation], bool] = lambda _each: True
) -> list[object]:
    return [
        pytest.param(story.number, each, id=f"{story.id}-{each.viewer}-{place}")
        for story in STORIES
        for place, each in enumerate(story.expectations)
        if isinstance(each, kind) and wanted(each)
    ]


def told(town: InTown, number: int) -> Story:
    return town.place(number).story


@pytest.mark.parametrize(("number", "hidden"), cases_of(Hidden))
def test_hidden_texts_reach_the_viewer_nowhere(
    looker: LookerOf, number: int, hidden: Hidden
) -> None:
    viewer = looker(hidden.viewer)
    for text in hidden.texts:
        assert text not in viewer.by_api(), f"{text!r} by API: {hidden.why}"
        assert text not in viewer.by_page(), f"{text!r} by page: {hidden.why}"


@pytest.mark.parametrize(
    ("number", "hidden"), cases_of(Hidden, lambda each: each.viewer in COORDINATORS)
)
def test_hidden_texts_are_not_found_by_searching(
    looker: LookerOf, number: int, hidden: Hidden
) -> None:
    viewer = looker(hidden.viewer)
    for text in hidden.texts:
        found = viewer.search(text)
        assert found["count"] == 0, f"{text!r}: {hidden.why}"
        assert found["hits"] == []


@pytest.mark.parametrize(("number", "hidden"), cases_of(Hidden, is_absent))
def test_who_may_not_know_gets_the_answer_of_what_does_not_exist(
    town: InTown, looker: LookerOf, number: int, hidden: Hidden
) -> None:
    viewer, place = looker(hidden.viewer), town.place(number)
    assert viewer.case_of(place) is None
    status, body = viewer.picture(place.case_id)
    nothing_status, nothing = viewer.picture(NOBODYS_CASE)
    assert status == nothing_status == 404
    assert {**body, "traceId": ""} == {**nothing, "traceId": ""}
    asked, opened, text = viewer.answer_about(place.case_id)
    assert (asked, opened) == (404, 404)
    assert (asked, opened, text) == viewer.answer_about(NOBODYS_CASE)


@pytest.mark.parametrize(("number", "shown"), cases_of(Shown))
def test_shown_texts_are_in_the_picture_by_api_and_by_page(
    looker: LookerOf, number: int, shown: Shown
) -> None:
    viewer = looker(shown.viewer)
    for text in shown.texts:
        assert text in viewer.by_api(), text
        assert text in viewer.by_page(), text


@pytest.mark.parametrize(("number", "masked"), cases_of(Masked))
def test_masked_items_say_why_and_nothing_more(
    town: InTown, looker: LookerOf, number: int, masked: Masked
) -> None:
    viewer = looker(masked.viewer)
    case = viewer.case_of(town.place(number))
    assert case is not None
    _status, picture = viewer.picture(case["id"])
    items = [item for item in picture["timeline"] if item["mask"]]
    assert picture["maskedCount"] == len(items) >= masked.count, masked.why
    page = viewer.household_page(case["id"])
    for item in items:
        assert item["mask"]["reason"]
        assert item["mask"]["ruleId"]
        assert item["statements"] == [] and item["about"] == [] and item["reporter"] == ""
        assert item["mask"]["reason"] in page


@pytest.mark.parametrize(("number", "refused"), cases_of(Refused))
def test_the_decision_service_refuses(town: InTown, number: int, refused: Refused) -> None:
    story = told(town, number)
    signal = next(s for s in story.signals if s.reference == refused.reference)
    status, answer = town.ask(
        refused.viewer,
        "access/v1/evaluation",
        evaluation(town, refused, signal.category),
        service="consent",
    )
    assert status == 200, answer
    assert answer["decision"] is False, refused.why
    assert answer["context"]["visibleFields"] == []


def evaluation(town: InTown, refused: Refused, category: str) -> dict[str, object]:
    subject = town.people[refused.viewer].subject
    return {
        "subject": {
            "type": "actor",
            "id": subject,
            "properties": {
                "role": "coordinator",
                "organisation": "vt-utrecht",
                "agency": "veilig_thuis",
                "region": "utrecht",
                "legalContext": "vt_task",
            },
        },
        "action": {"name": refused.action, "properties": {"purpose": refused.purpose}},
        "resource": {
            "type": "signal",
            "id": NOBODYS_CASE,
            "properties": {
                "sourceAgency": "veilig_thuis",
                "sourceOrganisation": "vt-utrecht",
                "category": category,
                "region": "utrecht",
                "addressedTo": "VT",
                "wpgArticle": "none",
                "firstProcessedDays": 0,
                "caseContext": "vt_task",
                "caseState": "active",
                "coordinators": [subject],
                "closedCompartment": False,
                "namedActors": [],
                "withheld": False,
                "restricted": False,
                "conditions": [],
                "minorInvolved": True,
                "humanConfirmed": True,
                "acute": True,
                "subjects": [],
            },
        },
        "context": {"time": clock.timestamp(clock.now())},
    }
