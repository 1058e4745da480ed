"""The ten stories as data: valid on any day, and their promises are about texts that exist."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time

import pytest

from bundel.demo import bsn
from bundel.demo.model import Signal
from bundel.demo.population import STORY_BLOCK, household
from bundel.demo.stories import MAIN_STORY, all_stories
from bundel.demo.stories.model import Hidden, Masked, Refused, Shown, Story
from bundel.demo.stories.noor_and_sander import PROTECTED_TEXTS
from services.identity.people import PEOPLE
from services.signals.intake.reception import Understood, open_delivery, receive
from shared import clock
from tests.demo.test_population import source_of

DAYS = [date(2026, 11, 23), date(2027, 1, 3), date(2028, 2, 29), date(2027, 5, 14)]
STORIES = all_stories(DAYS[0])
USERS = {person.user for person in PEOPLE}


def everything(story: Story) -> str:
    return json.dumps([s.to_json() for s in story.signals], ensure_ascii=False)


def narratives(signal: Signal) -> str:
    return " ".join(statement.text for statement in signal.statements)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_every_signal_of_every_story_is_understood_by_intake_on_any_day(today: date) -> None:
    clock.set_source(lambda: datetime.combine(today, time(9), tzinfo=UTC))
    for story in all_stories(today):
        for signal in story.signals:
            raw = json.dumps(signal.to_json()).encode()
            received = receive(open_delivery(raw), source_of(signal.source))
            assert isinstance(received, Understood), (story.id, signal.reference)
            assert received.warnings == ()
            assert signal.reported.date() < today


def test_there_are_ten_and_the_main_one_has_signals_of_three_agencies() -> None:
    assert [story.number for story in STORIES] == list(range(1, 11))
    main = next(story for story in STORIES if story.number == MAIN_STORY)
    assert {s.source for s in main.signals} == {"police-utrecht", "youthcare-utrecht", "vt-utrecht"}
    assert "m.dejong" in {assignment.coordinator for assignment in main.assignments}


def test_every_hidden_and_shown_text_is_really_told_so_that_no_promise_is_empty() -> None:
    for story in STORIES:
        told = everything(story)
        for each in story.expectations:
            if isinstance(each, (Hidden, Shown)):
                # At least one spelling of each text; postcodes are promised with and without space.
                for text in each.texts:
                    assert text in told or text.replace(" ", "") in told, (story.id, text)


def test_expectations_name_people_who_exist_and_signals_of_the_story() -> None:
    for story in STORIES:
        references = {signal.reference for signal in story.signals}
        for each in story.expectations:
            assert each.viewer in USERS
            if isinstance(each, Refused):
                assert each.reference in references
        for consent in story.consents:
            assert set(consent.references) <= references
        for assignment in story.assignments:
            assert {assignment.desk, assignment.coordinator} <= USERS


def test_every_story_hides_something_and_shows_something() -> None:
    for story in STORIES:
        assert story.expected(Hidden)
        assert story.expected(Shown)
    assert any(story.expected(Masked) for story in STORIES)


def test_only_the_deliberate_narrative_holds_a_protected_address() -> None:
    holding = [
        signal.reference
        for story in STORIES
        for signal in story.signals
        if any(text in narratives(signal) for text in PROTECTED_TEXTS)
    ]
    assert len(holding) == 1


def test_references_and_numbers_are_given_out_once_and_not_to_quiet_households() -> None:
    references = [(s.source, s.reference) for story in STORIES for s in story.signals]
    assert len(references) == len(set(references))
    numbers: dict[str, str] = {}
    for story in STORIES:
        for signal in story.signals:
            for mention in signal.mentions:
                if mention.bsn:
                    assert bsn.is_valid(mention.bsn)
                    given = mention.name.given if mention.name else ""
                    # One number, one human; the spelling of a given name may differ in accents.
                    assert numbers.setdefault(mention.bsn, given)[:2] == given[:2]
    quiet = household(1, STORY_BLOCK.start, DAYS[0])
    assert not set(numbers) & {person.number for person in quiet.household.persons}


def test_the_same_day_tells_the_same_stories() -> None:
    assert [everything(s) for s in all_stories(DAYS[0])] == [everything(s) for s in STORIES]
