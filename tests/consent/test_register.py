"""Decisions in the database, on both engines: recorded once, append-only, decided again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine as Database
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from services.consent.consents import ledger
from services.consent.consents.model import Event, EventKind
from services.consent.decisions.metrics import DecisionMetrics
from services.consent.decisions.questions import Asked
from services.consent.decisions.service import DecisionService
from services.consent.policy.authority import Authority
from services.consent.policy.compiled import Engine
from services.consent.policy.lint import shipped_policies, shipped_schema
from services.consent.policy.rules import read_bundle
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.database import open_engine, writing
from shared.problems import NotFound
from shared.vocabulary import Agency, LegalContext, Role
from tests.consent.facts import ENGINE, MENTION, NOW, asker, for_zvh, terms, youth_care

ZVH = Actor("zvh", "bundel-signals", Role.COORDINATOR, "zvh-utrecht", Agency.ZVH, "utrecht",
            LegalContext.ZVH_WGS)  # fmt: skip


@pytest.fixture
def database(database_url: Callable[[str], str]) -> Iterator[Database]:
    clock.set_source(lambda: NOW)
    engine = open_engine(database_url("consent"))
    yield engine
    engine.dispose()


def service_on(database: Database, engine: Engine = ENGINE) -> DecisionService:
    metrics = DecisionMetrics(CollectorRegistry())
    service = DecisionService(database, engine, Authority(engine.bundle), metrics)
    service.keep_policy()
    return service


def question() -> Asked:
    facts = for_zvh(youth_care()).to_json()
    return Asked(asker("zvh"), "view", "case_coordination", "signal", "s", facts)


def record(database: Database, event: Event) -> None:
    with writing(database).begin() as connection:
        ledger.append(connection, event)


def consent() -> Event:
    return Event(
        ids.new_id(), EventKind.GIVEN, clock.timestamp(NOW), "officer", MENTION, "utrecht",
        terms=terms(),
    )  # fmt: skip


def test_a_decision_is_made_again_from_the_state_and_the_rules_of_its_moment(
    database: Database,
) -> None:
    service = service_on(database)
    event = consent()
    record(database, event)
    then = service.evaluate(ZVH, [question()])
    sieve = service.filter(ZVH, asker("zvh"), "view", "case_coordination")
    assert then.answers[0].permitted
    record(database, Event(event.consent_id, EventKind.WITHDRAWN, clock.timestamp(NOW), "officer",
                           MENTION, "utrecht"))  # fmt: skip
    clock.set_source(lambda: NOW + timedelta(days=4000))
    other_rules = Engine(read_bundle(shipped_policies() + "\n// changed\n", shipped_schema()))
    later = service_on(database, other_rules)
    assert not later.evaluate(ZVH, [question()]).answers[0].permitted
    for decision_id in (then.decision_id, sieve.decision_id):
        made_again = later.reproduce(decision_id)
        assert made_again.same
        assert made_again.call.policy_version != later.policy_version


def test_an_unknown_decision_cannot_be_made_again(database: Database) -> None:
    with pytest.raises(NotFound):
        service_on(database).reproduce(ids.new_id())


def test_a_refused_asker_leaves_a_row_without_facts(database: Database) -> None:
    service = service_on(database)
    somebody = Asked(asker("vt"), "view", "case_coordination", "signal", "s", {"secret": "x"})
    recorded = service.evaluate(ZVH, [somebody])
    assert not recorded.answers[0].permitted
    made_again = service.reproduce(recorded.decision_id)
    assert made_again.same
    assert made_again.call.body["questions"] == [None]


def test_a_recorded_decision_is_not_changed_or_removed(database: Database) -> None:
    service = service_on(database)
    service.evaluate(ZVH, [question()])
    for statement in ("UPDATE decisions SET permitted = 1", "DELETE FROM decisions",
                      "UPDATE policy_versions SET policy_text = ''"):  # fmt: skip
        with pytest.raises(DatabaseError, match="append-only"), writing(database).begin() as c:
            c.execute(text(statement))
