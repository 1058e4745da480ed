"""Consents in the database: append-only, in force or not, and looked at back in time (I5, I6)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from services.consent.consents import ledger
from services.consent.consents.coverage import Coverage
from services.consent.consents.model import Event, EventKind, Terms, fold
from services.consent.tables import APPEND_ONLY
from shared import ids
from shared.clients.facts import Subject
from shared.database import migration_config, open_engine, writing
from tests.consent.facts import MENTION, NOW, OTHER_MENTION, terms
from tests.consent.worlds import MENTIONS, terms_lists

CHILD = [Subject((MENTION,), 9)]


@pytest.fixture
def database(database_url: Callable[[str], str]) -> Engine:
    engine = open_engine(database_url("consent"))
    yield engine
    engine.dispose()


def given_event(agreed: Terms, consent_id: str = "") -> Event:
    return Event(
        consent_id or ids.new_id(), EventKind.GIVEN, "2026-06-01T10:00:00.000Z", "officer",
        agreed.mention_id, agreed.region, terms=agreed,
    )  # fmt: skip


def later(event: Event, kind: EventKind, agreed: Terms | None = None) -> Event:
    return replace(event, kind=kind, terms=agreed, at="2026-06-02T10:00:00.000Z")


def append(database: Engine, *events: Event) -> int:
    revision = 0
    with writing(database).begin() as connection:
        for event in events:
            revision = ledger.append(connection, event)
    return revision


def coverage(database: Engine, **changes: object) -> Coverage:
    options = {
        "actor": "zvh", "context": "zvh_wgs", "organisation": "zvh-utrecht", "region": "utrecht",
        "purpose": "case_coordination", "at": NOW, "mentions": {MENTION}, "revision": None,
    }  # fmt: skip
    with database.connect() as connection:
        return ledger.coverage_for(connection, **{**options, **changes})


def consented(database: Engine, **changes: object) -> bool:
    return coverage(database, **changes).consented(CHILD, "care")


def test_a_consent_counts_for_its_recipient_purpose_and_category_only(database: Engine) -> None:
    append(database, given_event(terms()))
    assert consented(database)
    assert not consented(database, context="youth_council")
    assert not consented(database, purpose="acute_protection")
    assert not coverage(database).consented(CHILD, "health")
    assert not consented(database, mentions={OTHER_MENTION})


def test_a_consent_for_an_organisation_counts_for_that_one(database: Engine) -> None:
    append(database, given_event(terms(recipient_organisation="zvh-utrecht")))
    assert consented(database)
    assert not consented(database, organisation="zvh-rotterdam")


def test_a_withdrawal_holds_from_the_next_answer_and_for_good(database: Engine) -> None:
    event = given_event(terms())
    append(database, event)
    assert consented(database)
    append(database, later(event, EventKind.WITHDRAWN))
    assert not consented(database)
    append(database, later(event, EventKind.RENEWED, terms()))
    append(database, later(event, EventKind.CONFIRMED))
    assert not consented(database)


def test_a_doubted_consent_is_absent_until_it_is_confirmed(database: Engine) -> None:
    event = given_event(terms())
    append(database, event, later(event, EventKind.DOUBTED))
    assert not consented(database)
    append(database, later(event, EventKind.CONFIRMED))
    assert consented(database)


def test_a_consent_holds_through_its_last_day_in_the_netherlands(database: Engine) -> None:
    append(database, given_event(terms(valid_until=date(2026, 6, 15))))
    assert consented(database, at=NOW.replace(hour=21, minute=59))
    assert not consented(database, at=NOW.replace(hour=22))  # midnight in Amsterdam


def test_a_renewal_lengthens_and_keeps_the_rest(database: Engine) -> None:
    event = given_event(terms(valid_until=date(2026, 6, 1)))
    append(database, event)
    assert not consented(database)
    append(database, later(event, EventKind.RENEWED, terms(valid_until=date(2026, 12, 1))))
    assert consented(database)


def test_the_past_can_be_read_as_it_was(database: Engine) -> None:
    event = given_event(terms())
    before = append(database, event)
    after = append(database, later(event, EventKind.WITHDRAWN))
    assert not consented(database, revision=before - 1)
    assert consented(database, revision=before)
    assert not consented(database, revision=after)


def test_a_restriction_is_imposed_and_lifted(database: Engine) -> None:
    for kind, expected in (("imposed", True), ("lifted", False), ("imposed", True)):
        with writing(database).begin() as connection:
            ledger.append_restriction(
                connection, mention_id=MENTION, kind=kind, at="2026-06-01T10:00:00.000Z",
                by="officer", region="utrecht", reason="",
            )  # fmt: skip
        assert coverage(database).is_restricted(CHILD) is expected


def test_an_officer_of_another_region_can_open_and_lift_nothing_here(database: Engine) -> None:
    elsewhere = "gooi-en-vechtstreek"
    append(database, given_event(terms(region=elsewhere)))
    assert not consented(database)
    assert coverage(database, mentions=None).given == {}
    for kind, region in (("imposed", "utrecht"), ("lifted", elsewhere), ("imposed", elsewhere)):
        with writing(database).begin() as connection:
            ledger.append_restriction(
                connection, mention_id=MENTION, kind=kind, at="2026-06-01T10:00:00.000Z",
                by="officer", region=region, reason="",
            )  # fmt: skip
        assert coverage(database).is_restricted(CHILD)


def grant(database: Engine, kind: str, minutes: int, by: str = "zvh") -> None:
    with writing(database).begin() as connection:
        ledger.append_grant(
            connection, grant_id="g", kind=kind, by=by, for_subject="zvh", mentions=[MENTION],
            at=(NOW + timedelta(minutes=minutes)).isoformat(), reason="acute_danger",
        )  # fmt: skip


def granted(database: Engine, hours: float = 0.5, who: str = "zvh") -> bool:
    at = NOW + timedelta(hours=hours)
    return coverage(database, actor=who, at=at).is_granted(CHILD)


def test_a_break_glass_counts_once_a_second_person_confirmed_it_in_time(
    database: Engine,
) -> None:
    grant(database, "opened", 0)
    assert not granted(database)
    grant(database, "confirmed", 10)  # by the same person
    assert not granted(database)
    grant(database, "confirmed", 20, by="second")
    assert granted(database)
    assert not granted(database, who="somebody")
    assert granted(database, hours=23.9)
    assert not granted(database, hours=24)
    grant(database, "ended", 30)
    assert not granted(database)


def test_a_break_glass_confirmed_too_late_does_not_count(database: Engine) -> None:
    grant(database, "opened", 0)
    grant(database, "confirmed", 61, by="second")
    assert not granted(database, hours=2)


def test_no_row_is_changed_or_removed(database: Engine) -> None:
    append(database, given_event(terms()))
    tables = [name for name, _key in APPEND_ONLY]
    assert len(tables) == 7
    with writing(database).begin() as c:
        c.execute(text("INSERT INTO grant_details VALUES ('g', 'utrecht', 'vt', 'e', 'x')"))
    for statement in (
        "UPDATE grant_details SET region = 'x'",
        "DELETE FROM grant_details",
        "UPDATE consent_events SET purpose = 'x'",
        "DELETE FROM consent_events",
        "UPDATE revisions SET kind = 'x'",
        "DELETE FROM revisions",
    ):
        with pytest.raises(DatabaseError, match="append-only"), writing(database).begin() as c:
            c.execute(text(statement))
    replace_it = "INSERT OR REPLACE INTO revisions (revision, kind, at) VALUES (1, 'x', 'x')"
    empty_it = "TRUNCATE consent_events"
    statement = replace_it if database.dialect.name == "sqlite" else empty_it
    with pytest.raises(DatabaseError, match="append-only"), writing(database).begin() as c:
        c.execute(text(statement))
    assert consented(database)


def test_the_migration_goes_down_and_up_again(database_url: Callable[[str], str]) -> None:
    url = database_url("consent")
    engine = open_engine(url)
    append(engine, given_event(terms()))
    engine.dispose()
    command.downgrade(migration_config("consent", url), "base")
    command.upgrade(migration_config("consent", url), "head")
    engine = open_engine(url)
    assert not consented(engine)
    append(engine, given_event(terms()))
    assert consented(engine)
    engine.dispose()


def test_writers_side_by_side_get_numbers_in_a_row(database: Engine) -> None:
    taken: list[int] = []

    def write() -> None:
        for _ in range(5):
            taken.append(append(database, given_event(terms())))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 21))
    with database.connect() as connection:
        assert ledger.current_revision(connection) == 20


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(terms_lists())
def test_reading_one_by_one_and_all_at_once_give_the_same(
    database: Engine, agreed: list[Terms]
) -> None:
    events = [given_event(each) for each in agreed]
    ended = [later(event, EventKind.WITHDRAWN) for event in events[::3]]
    append(database, *events, *ended)
    everything = coverage(database, mentions=None)
    for mention in MENTIONS:
        alone = coverage(database, mentions={mention})
        for age in (None, 9, 13, 40):
            subjects = [Subject((mention,), age)]
            for category in ("care", "treatment"):
                assert alone.consented(subjects, category) == everything.consented(
                    subjects, category
                )


def test_events_fold_to_the_same_state_in_any_split() -> None:
    event = given_event(terms())
    events = [event, later(event, EventKind.DOUBTED), later(event, EventKind.WITHDRAWN)]
    assert fold(events)[0].withdrawn_at
    assert fold(events[1:]) == []
