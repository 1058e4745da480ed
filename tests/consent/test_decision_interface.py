"""AuthZEN over HTTP: who may ask for whom, what is recorded, what is answered when things fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from flask import Flask
from sqlalchemy import func, select

from services.consent.decisions.examples import EVALUATION, EVALUATIONS, FILTER, FILTERS
from services.consent.decisions.service import DecisionService
from services.consent.tables import decisions as decisions_table
from shared import clock
from shared.authentication.actor import Actor
from shared.clients.decisions import DecisionClient, Filter, Question
from shared.clients.facts import SignalFacts, Subject
from shared.clients.tokens import TokenSource
from shared.clients.transport import Answer, WsgiTransport
from shared.problems import Unavailable
from shared.settings import Settings
from shared.vocabulary import Agency, LegalContext, Role
from tests.consent.conftest import Ask
from tests.consent.facts import MENTION, for_zvh, police, youth_care
from tests.fixtures_identity import TokenOf

MARIT = EVALUATION["subject"]["id"]
THIJS = "37249b79-d5b7-58fd-8b10-5729d6d0476b"


Exchanged: TypeAlias = Callable[[str], Actor]


def recent(facts: SignalFacts, who: str = MARIT, **changes: Any) -> SignalFacts:
    """The facts with the demonstration's own coordinator and, for police, a date of this year."""
    days = clock.epoch_days(clock.today()) - 100 if facts.first_processed_days else 0
    return replace(facts, first_processed_days=days, coordinators=frozenset({who}), **changes)


def body_for(facts: SignalFacts, **changes: Any) -> dict[str, Any]:
    body = deepcopy(EVALUATION)
    body["resource"]["properties"] = facts.to_json()
    return {**body, **changes}


@pytest.fixture
def service(consent_app: Flask) -> DecisionService:
    found = consent_app.extensions["bundel_decisions"]
    assert isinstance(found, DecisionService)
    return found


@pytest.fixture
def marit(person_token: TokenOf) -> str:
    return person_token("m.dejong", "consent")


def decided(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found


def test_a_permit_tells_ground_fields_and_obligations(ask: Ask, marit: str) -> None:
    found = decided(ask(marit, "POST", "/access/v1/evaluation", body_for(recent(police()))))
    assert found["decision"] is True
    context = found["context"]
    assert context["reliedGround"]["ruleId"] == "R01"
    assert "Wpg" in context["reliedGround"]["article"]
    assert set(context["visibleFields"]) == {
        "incident", "persons", "statements", "evidence", "informing", "reporter",
    }  # fmt: skip
    assert context["obligations"] == ["record_disclosure"]
    assert context["whyNot"] is None
    assert context["revision"] == 0


def test_a_mask_says_which_rule_and_who_may_lift_it_and_nothing_of_the_content(
    ask: Ask, marit: str
) -> None:
    treated = recent(youth_care(category="treatment"))
    found = decided(ask(marit, "POST", "/access/v1/evaluation", body_for(treated)))
    assert found["decision"] is False
    mask = found["context"]["whyNot"]
    assert mask["ruleId"] == "R18"
    assert mask["liftedBy"]
    told = json.dumps(mask).lower()
    for word in ("treatment", "behandel", "shelter", "opvang", "huisarts", "psych"):
        assert word not in told


def test_whoever_may_not_know_is_told_nothing_at_all(ask: Ask, marit: str) -> None:
    closed = recent(police(), closed_compartment=True)
    other = recent(police(), who="somebody")
    answers = [
        decided(ask(marit, "POST", "/access/v1/evaluation", body_for(facts)))
        for facts in (closed, other)
    ]
    for found in answers:
        del found["context"]["decisionId"]
    assert answers[0] == answers[1]
    assert answers[0]["context"]["whyNot"] is None


def test_evaluations_are_answered_in_order_and_by_their_own_parts(ask: Ask, marit: str) -> None:
    body = deepcopy(EVALUATIONS)
    body["evaluations"] = [
        {"resource": body_for(recent(police()))["resource"]},
        {"resource": body_for(recent(police(), region="gooi-en-vechtstreek"))["resource"]},
        {"resource": {"type": "signal"}},
        {"resource": "nonsense"},
        {"resource": body_for(recent(police()))["resource"], "action": {"name": "peek"}},
        {"resource": body_for(recent(youth_care()))["resource"]},
    ]
    found = decided(ask(marit, "POST", "/access/v1/evaluations", body))
    assert [item["decision"] for item in found["evaluations"]] == [
        True, False, False, False, False, True,
    ]  # fmt: skip


def test_evaluations_stop_early_when_that_is_asked(ask: Ask, marit: str) -> None:
    yes = {"resource": body_for(recent(police()))["resource"]}
    no = {"resource": {"type": "signal"}}
    for semantics, items, count in (
        ("execute_all", [yes, no, yes], 3),
        ("deny_on_first_deny", [yes, no, yes], 2),
        ("permit_on_first_permit", [no, yes, yes], 2),
    ):
        body = {**EVALUATIONS, "evaluations": items, "options": {"evaluations_semantic": semantics}}
        found = decided(ask(marit, "POST", "/access/v1/evaluations", body))
        assert len(found["evaluations"]) == count
    body["options"] = {"evaluations_semantic": "guess"}
    assert ask(marit, "POST", "/access/v1/evaluations", body).status == 400


def test_without_evaluations_a_boxcar_is_one_evaluation(ask: Ask, marit: str) -> None:
    found = decided(ask(marit, "POST", "/access/v1/evaluations", body_for(recent(police()))))
    assert found["decision"] is True


@pytest.mark.parametrize("claim", ["role", "organisation", "agency", "region", "legalContext"])
def test_a_subject_that_differs_from_the_token_is_denied(claim: str, ask: Ask, marit: str) -> None:
    body = body_for(recent(police()))
    assert decided(ask(marit, "POST", "/access/v1/evaluation", body))["decision"]
    other = {"role": "desk", "organisation": "vt-x", "agency": "zvh", "region": "utrecht-2",
             "legalContext": "zvh_wgs"}  # fmt: skip
    body["subject"]["properties"][claim] = other[claim]
    assert not decided(ask(marit, "POST", "/access/v1/evaluation", body))["decision"]
    del body["subject"]["properties"][claim]
    assert not decided(ask(marit, "POST", "/access/v1/evaluation", body))["decision"]


def test_nobody_asks_in_somebody_elses_name(
    ask: Ask, exchanged: Exchanged, signals_tokens: TokenSource
) -> None:
    thijs = signals_tokens.for_actor(exchanged("t.maas"), "bundel-consent")
    assert not decided(ask(thijs, "POST", "/access/v1/evaluation", body_for(recent(police()))))[
        "decision"
    ]
    sieve = decided(ask(thijs, "POST", "/access/v1/filter", FILTER))
    assert sieve["anyOf"] == []
    sieves = decided(ask(thijs, "POST", "/access/v1/filters", FILTERS))
    assert [sieves["filters"][action]["anyOf"] for action in ("know", "view")] == [[], []]
    assert [found["decision"] for found in sieves["evaluations"]] == [False]


@pytest.mark.parametrize(("path", "body"), [("filter", FILTER), ("filters", FILTERS)])
def test_only_the_signals_service_is_given_a_filter(
    path: str, body: object, ask: Ask, marit: str, exchanged: Exchanged, signals_tokens: TokenSource
) -> None:
    refused = ask(marit, "POST", f"/access/v1/{path}", body)
    assert refused.status == 404
    assert b"anyOf" not in refused.body
    own = signals_tokens.for_actor(exchanged("m.dejong"), "bundel-consent")
    assert ask(own, "POST", f"/access/v1/{path}", body).status == 200


def test_a_service_asks_for_a_source_and_not_for_a_person(ask: Ask, token_of: TokenOf) -> None:
    own = token_of("bundel-signals", "consent")
    subject = {
        "type": "actor",
        "id": "police-utrecht",
        "properties": {
            "role": "source", "organisation": "politie-midden-nederland", "agency": "police",
            "region": "utrecht", "legalContext": "none",
        },
    }  # fmt: skip
    action = {"name": "link", "properties": {"purpose": "intake"}}
    linked = body_for(recent(police()), subject=subject, action=action)
    assert decided(ask(own, "POST", "/access/v1/evaluation", linked))["decision"]
    as_marit = body_for(recent(police()))
    assert not decided(ask(own, "POST", "/access/v1/evaluation", as_marit))["decision"]


def test_a_source_has_no_way_in(ask: Ask, consent_app: Flask, token_of: TokenOf) -> None:
    token = token_of("police-utrecht", "signals")
    assert ask(token, "POST", "/access/v1/evaluation", EVALUATION).status == 401
    assert ask("", "POST", "/access/v1/evaluation", EVALUATION).status == 401


@pytest.mark.parametrize("missing", ["subject", "action", "resource"])
def test_a_request_without_its_parts_is_refused(missing: str, ask: Ask, marit: str) -> None:
    body = {name: value for name, value in EVALUATION.items() if name != missing}
    answer = ask(marit, "POST", "/access/v1/evaluation", body)
    assert answer.status == 400
    assert answer.json()["errors"][0]["pointer"] == f"/{missing}"


def test_too_many_questions_are_refused(ask: Ask, marit: str) -> None:
    body = {**EVALUATIONS, "evaluations": [{}] * 1001}
    assert ask(marit, "POST", "/access/v1/evaluations", body).status == 400


def test_the_configuration_says_where_decisions_are_made(ask: Ask) -> None:
    found = ask("", "GET", "/.well-known/authzen-configuration").json()
    assert found["policy_decision_point"] == "http://bundel.test/consent"
    assert found["access_evaluation_endpoint"].endswith("/consent/access/v1/evaluation")


def test_the_request_id_comes_back(
    wsgi_transport: WsgiTransport, consent_app: Flask, marit: str
) -> None:
    answer = wsgi_transport.send(
        "POST",
        "http://bundel.test/consent/access/v1/evaluation",
        {"Authorization": f"Bearer {marit}", "Content-Type": "application/json",
         "X-Request-ID": "r-1"},
        json.dumps(EVALUATION).encode(),
    )  # fmt: skip
    assert answer.headers["x-request-id"] == "r-1"


# Recording and making again


def test_every_call_is_one_row_and_can_be_decided_again(
    ask: Ask,
    service: DecisionService,
    person_token: TokenOf,
    exchanged: Exchanged,
    signals_tokens: TokenSource,
) -> None:
    thijs = signals_tokens.for_actor(exchanged("t.maas"), "bundel-consent")
    facts = recent(for_zvh(youth_care()), who=THIJS)
    subject = {
        "type": "actor", "id": THIJS,
        "properties": {"role": "coordinator", "organisation": "zvh-utrecht", "agency": "zvh",
                       "region": "utrecht", "legalContext": "zvh_wgs"},
    }  # fmt: skip
    question = body_for(facts, subject=subject)

    def asked() -> tuple[bool, str]:
        found = decided(ask(thijs, "POST", "/access/v1/evaluation", question))
        return found["decision"], found["context"]["decisionId"]

    officer = person_token("r.visser", "consent")
    before = asked()
    consent = ask(officer, "POST", "/v1/consents", {
        "mentionId": MENTION, "purpose": "case_coordination", "recipientLegalContext": "zvh_wgs",
        "categories": ["care"], "givenBy": "both_parents", "ageBand": "under12",
        "evidence": "signed_form",
    })  # fmt: skip
    assert consent.status == 201, consent.body
    during = asked()
    filtered = decided(ask(thijs, "POST", "/access/v1/filter", {**FILTER, "subject": subject}))
    sifted = decided(ask(thijs, "POST", "/access/v1/filters", {**FILTERS, "subject": subject}))
    assert MENTION in str(sifted["filters"]["view"])
    path = f"/v1/consents/{consent.json()['consentId']}/withdrawals"
    assert ask(officer, "POST", path, {}).status == 201
    after = asked()
    assert (before[0], during[0], after[0]) == (False, True, False)
    for decision_id in (
        before[1], during[1], after[1], filtered["decisionId"], sifted["decisionId"],
    ):  # fmt: skip
        made_again = service.reproduce(decision_id)
        assert made_again.same, made_again
        assert made_again.call.policy_version == service.policy_version
    assert service.reproduce(during[1]).again[0][0] is True


def test_a_call_is_one_row(ask: Ask, marit: str, service: DecisionService) -> None:
    def rows() -> int:
        with service._database.connect() as connection:
            return int(connection.execute(select(func.count(decisions_table.c.id))).scalar() or 0)

    before = rows()
    item = {"resource": body_for(recent(police()))["resource"]}
    ask(marit, "POST", "/access/v1/evaluations", {**EVALUATIONS, "evaluations": [item] * 50})
    assert rows() == before + 1


def test_a_permit_that_cedar_does_not_confirm_is_denied_and_raises_the_alarm(
    ask: Ask, marit: str, service: DecisionService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service._authority, "permits", lambda *_a: [False])
    found = decided(ask(marit, "POST", "/access/v1/evaluation", body_for(recent(police()))))
    assert found["decision"] is False
    assert ask("", "GET", "/readyz").status == 503
    metrics = ask("", "GET", "/metrics").body.decode()
    assert 'bundel_decision_errors_total{kind="disagreement"} 1.0' in metrics


def test_metrics_count_decisions_by_rule_and_outcome(ask: Ask, marit: str) -> None:
    ask(marit, "POST", "/access/v1/evaluation", body_for(recent(police())))
    broken = body_for(recent(police()))
    del broken["resource"]["properties"]["withheld"]
    ask(marit, "POST", "/access/v1/evaluation", broken)
    metrics = ask("", "GET", "/metrics").body.decode()
    assert 'bundel_decisions_total{outcome="permit",rule="R01"} 1.0' in metrics
    assert 'bundel_decision_errors_total{kind="facts"} 1.0' in metrics


# The client


class Tokens:
    def __init__(self, token: str) -> None:
        self.token = token

    def own(self, _audience: str) -> str:
        return self.token

    def for_actor(self, _actor: Actor, _audience: str) -> str:
        return self.token

    def forget(self, _token: str) -> None:
        """A fixed token comes back."""


ACTOR = Actor(
    MARIT, "bundel-signals", Role.COORDINATOR, "vt-utrecht", Agency.VEILIG_THUIS, "utrecht",
    LegalContext.VT_TASK, token="x",
)  # fmt: skip


@pytest.fixture
def client(
    settings: Settings,
    wsgi_transport: WsgiTransport,
    consent_app: Flask,
    exchanged: Exchanged,
    signals_tokens: TokenSource,
) -> DecisionClient:
    token = signals_tokens.for_actor(exchanged("m.dejong"), "bundel-consent")
    return DecisionClient(settings, wsgi_transport, Tokens(token))


def ask_about(facts: SignalFacts, action: str = "view") -> Question:
    return Question(action, "case_coordination", "signal", "s", facts)


def test_the_client_reads_permits_masks_and_denials(client: DecisionClient) -> None:
    shown, masked, absent = client.evaluate(
        ACTOR,
        [
            ask_about(recent(police())),
            ask_about(recent(youth_care(category="treatment"))),
            ask_about(recent(police(), region="gooi-en-vechtstreek")),
        ],
    )
    assert shown.permitted
    assert shown.ground is not None
    assert shown.ground.rule_id == "R01"
    assert shown.mask is None
    assert not masked.permitted
    assert masked.mask is not None
    assert masked.mask.rule_id == "R18"
    assert not absent.permitted
    assert absent.mask is None
    assert client.evaluate(ACTOR, []) == []


def test_the_client_asks_more_than_fits_in_one_call(client: DecisionClient) -> None:
    answers = client.evaluate(ACTOR, [ask_about(recent(police()))] * 501)
    assert len(answers) == 501
    assert all(answer.permitted for answer in answers)


def test_the_clients_filter_says_the_same_as_its_answers(client: DecisionClient) -> None:
    sieve = client.filter(ACTOR, "view", "case_coordination")
    for facts in (
        recent(police()), recent(youth_care(category="treatment")), recent(police(), withheld=True),
        recent(police(), subjects=(Subject((), 9),)),
    ):  # fmt: skip
        one = client.ask(ACTOR, ask_about(facts))
        matched = sieve.matches(facts)
        assert (matched is not None) == one.permitted
        if matched is not None:
            assert matched.visible_fields == one.visible_fields


def test_the_client_says_so_when_consent_is_down(
    client: DecisionClient, wsgi_transport: WsgiTransport
) -> None:
    wsgi_transport.down.add("consent")
    with pytest.raises(Unavailable):
        client.evaluate(ACTOR, [ask_about(recent(police()))])
    with pytest.raises(Unavailable):
        client.filter(ACTOR, "know", "case_coordination")


class Lying:
    """A neighbour that answers anything."""

    def __init__(self, status: int, body: object) -> None:
        self.answer = Answer(status, {}, json.dumps(body).encode())

    def send(self, *_args: object, **_options: object) -> Answer:
        return self.answer


@pytest.mark.parametrize(
    "body",
    [
        {}, [], {"evaluations": []}, {"evaluations": [{}]}, {"evaluations": [None]},
        {"evaluations": [{"decision": True}]}, {"evaluations": "yes"},
        {"evaluations": [{"decision": "true", "context": {}}]},
    ],
)  # fmt: skip
def test_anything_malformed_is_no_answer(body: object, settings: Settings) -> None:
    client = DecisionClient(settings, Lying(200, body), Tokens("t"))
    with pytest.raises(Unavailable):
        client.ask(ACTOR, ask_about(police()))
    with pytest.raises(Unavailable):
        client.sift(ACTOR, "case_coordination", [ask_about(police())])
    with pytest.raises(Unavailable):
        client.filter(ACTOR, "know", "case_coordination")
    refusing = DecisionClient(settings, Lying(404, body), Tokens("t"))
    assert not refusing.ask(ACTOR, ask_about(police())).permitted
    sifted = refusing.sift(ACTOR, "case_coordination", [ask_about(police())])
    assert not sifted.decisions[0].permitted
    assert sifted.filter("know") == sifted.filter("view") == Filter.nothing()
    assert refusing.filter(ACTOR, "know", "case_coordination").matches(police()) is None


def test_a_permit_without_a_ground_is_a_deny(settings: Settings) -> None:
    told = {
        "decisionId": "d", "reliedGround": None, "visibleFields": [], "obligations": [],
        "whyNot": None, "policyVersion": "v", "revision": 1,
    }  # fmt: skip
    body = {"evaluations": [{"decision": True, "context": told}]}
    client = DecisionClient(settings, Lying(200, body), Tokens("t"))
    assert not client.ask(ACTOR, ask_about(police())).permitted
