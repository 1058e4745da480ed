"""A household opened by filters shows just what asking item by item would show (I3)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from hypothesis import HealthCheck, event, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from services.consent.consents import ledger
from services.consent.consents.model import Event, EventKind
from services.signals.cases.facts import CaseItem
from services.signals.intake.records import SignalRecord
from services.signals.picture.decided import KnownItem, decide_items, mask_of
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.decisions import DecisionClient, Question
from shared.clients.facts import SignalFacts, Subject
from shared.clients.tokens import TokenSource
from shared.clients.transport import WsgiTransport
from shared.database import open_engine, writing
from shared.problems import Unavailable
from shared.settings import Settings
from tests.consent.facts import NOW
from tests.consent.worlds import MENTIONS, PEOPLE, World, make_terms, make_world, rolled

USERS = ("m.dejong", "t.maas", "j.prins")
READING = ("safety_assessment", "case_coordination", "acute_protection")


@dataclass
class Place:
    """The consent service with its database, and three coordinators who ask through signals."""

    client: DecisionClient
    database: Engine
    people: dict[str, Actor]
    transport: WsgiTransport
    app: Flask


@pytest.fixture
def place(
    settings: Settings,
    wsgi_transport: WsgiTransport,
    consent_app: Flask,
    signals_tokens: TokenSource,
    exchanged: Callable[[str], Actor],
) -> Iterator[Place]:
    clock.set_source(lambda: NOW)  # time stands still, so that no token ends
    engine = open_engine(settings.databases["consent"])
    client = DecisionClient(settings, wsgi_transport, signals_tokens)
    people = {user: exchanged(user) for user in USERS}
    yield Place(client, engine, people, wsgi_transport, consent_app)
    engine.dispose()


def item(facts: SignalFacts) -> CaseItem:
    """The facts as those of a signal of that agency."""
    record = SignalRecord(
        id=ids.new_id(), version=1, state="accepted", kind="report", source_system="source",
        source_organisation=facts.source_organisation, source_agency=facts.source_agency,
        source_reference="r", region=facts.region, created_at="", received_at="", reported_at="",
        occurred_from="", occurred_to=None, place="", addressed_to=facts.addressed_to, severity="",
        category=facts.category, violence_forms=(), pattern="", origin_incident=None,
        relayed_from=None, compartment="none", conditions=(), wpg_article=facts.wpg_article,
        first_processed=None, kindcheck="no", informal_care_check="no", informed="no",
        reporter_kind="agency", reporter_visibility="open", minor_involved=False,
        feedback_wanted=False, warnings=(), narrative_state="clear", withdrawn_at=None, sealed=None,
    )  # fmt: skip
    return CaseItem(record, (), (), facts)


def one_by_one(place: Place, actor: Actor, purpose: str, items: list[CaseItem]) -> list[KnownItem]:
    """The picture as the rules say it, a question for each item and action."""
    answers = place.client.evaluate(
        actor,
        [
            Question(action, purpose, "signal", one.signal.id, one.facts)
            for one in items
            for action in ("know", "view", "view_reporter")
        ],
    )
    found = []
    for position, one in enumerate(items):
        know, view, reporter = answers[position * 3 : position * 3 + 3]
        if not know.permitted:
            continue
        if view.permitted and view.ground is not None:
            assert ("reporter" in view.visible_fields) == reporter.permitted
            found.append(KnownItem(one, view.visible_fields, None, view.ground.rule_id))
        else:
            mask = mask_of(one.signal.source_agency, view.mask)
            found.append(KnownItem(one, frozenset(), mask, ""))
    return found


def record(place: Place, world: World, actor: Actor, dice: random.Random) -> dict[str, str]:
    """Consents, restrictions and a break-glass about new mentions; gives them by their old name."""
    names = {mention: ids.new_id() for mention in MENTIONS}
    context = str(actor.legal_context)
    at = clock.timestamp(clock.now())
    with writing(place.database).begin() as connection:
        for _ in range(dice.choice([0, 4, 10])):
            agreed = make_terms(rolled(dice), context)
            agreed = replace(agreed, mention_id=names[agreed.mention_id])
            ledger.append(
                connection,
                Event(ids.new_id(), EventKind.GIVEN, at, "officer", agreed.mention_id,
                      agreed.region, terms=agreed),
            )  # fmt: skip
        for mention in world.coverage.restricted:
            ledger.append_restriction(
                connection, mention_id=names[mention], kind="imposed", at=at, by="officer",
                region="utrecht", reason="contested",
            )  # fmt: skip
        if world.coverage.granted:
            grant = {"grant_id": ids.new_id(), "at": at, "for_subject": actor.subject,
                     "reason": "danger"}  # fmt: skip
            mentions = [names[mention] for mention in world.coverage.granted]
            ledger.append_grant(
                connection, kind="opened", by=actor.subject, mentions=mentions, **grant
            )
            ledger.append_grant(connection, kind="confirmed", by="second", mentions=[], **grant)
    return names


def seen_by(facts: SignalFacts, actor: Actor, names: dict[str, str]) -> SignalFacts:
    """The facts with this actor for the first of PEOPLE, and the new mentions."""
    people = {PEOPLE[0]: actor.subject, PEOPLE[1]: "somebody-else"}
    return replace(
        facts,
        coordinators=frozenset(people[name] for name in facts.coordinators),
        named_actors=frozenset(people[name] for name in facts.named_actors),
        subjects=tuple(
            Subject(tuple(names[mention] for mention in subject.mentions), subject.age)
            for subject in facts.subjects
        ),
    )


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(min_value=0, max_value=2**40))
def test_a_picture_by_filter_is_the_picture_by_evaluations(place: Place, seed: int) -> None:
    dice = random.Random(seed)
    actor = place.people[dice.choice(USERS)]
    world = make_world(rolled(dice), (str(actor.agency), str(actor.legal_context), PEOPLE[0]))
    names = record(place, world, actor, dice)
    items = [item(seen_by(facts, actor, names)) for facts in world.signals]
    purpose = dice.choice(READING)

    verdict = decide_items(place.client, actor, purpose, items)

    expected = one_by_one(place, actor, purpose, items)
    assert list(verdict.known) == expected
    for one in expected:
        event("viewed" if one.viewed else "masked")
    reproduced = place.app.extensions["bundel_decisions"].reproduce(verdict.decision_id)
    assert reproduced.same


def test_filters_list_no_mentions_but_those_at_hand(place: Place) -> None:
    actor = place.people["t.maas"]
    at_hand, elsewhere = ids.new_id(), ids.new_id()
    with writing(place.database).begin() as connection:
        for mention in (at_hand, elsewhere):
            ledger.append_restriction(
                connection, mention_id=mention, kind="imposed", at="2026-06-01T10:00:00.000Z",
                by="officer", region="utrecht", reason="contested",
            )  # fmt: skip
    told = repr(place.client.sift(actor, READING[0], persons=[Subject((at_hand,), 9)]).filters)
    assert at_hand in told
    assert elsewhere not in told
    assert elsewhere in repr(place.client.sift(actor, READING[0]).filters)


def test_a_filter_that_differs_from_the_rules_shows_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = place.people["m.dejong"]
    facts = seen_by(_plain(actor), actor, {mention: ids.new_id() for mention in MENTIONS})
    assert decide_items(place.client, actor, READING[0], [item(facts)]).known
    service = place.app.extensions["bundel_decisions"]
    monkeypatch.setattr(service._authority, "permits", lambda *_a: [False])
    with pytest.raises(Unavailable):
        decide_items(place.client, actor, READING[0], [item(facts)])


def _plain(actor: Actor) -> SignalFacts:
    from tests.consent.facts import police

    return police(coordinators=frozenset({PEOPLE[0]}), subjects=(Subject((MENTIONS[0],), 9),))
