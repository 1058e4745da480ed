"""Asking about a household with very many signals: everything is asked, nothing is left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from services.consent.decisions.examples import EVALUATIONS
from shared import clock, ids
from shared.clients.decisions import DecisionClient, Question, SignalFacts, Subject
from shared.clients.parcels import parcels
from shared.clients.transport import Answer, WsgiTransport
from shared.problems import Unavailable
from shared.settings import Settings
from tests.consent.conftest import Ask
from tests.consent.facts import police, youth_care
from tests.consent.test_decision_interface import ACTOR, Lying, Tokens, recent

SIGNALS = 200


def test_parcels_keep_order_and_bounds() -> None:
    items = [str(number) * 30 for number in range(10)]

    cut = list(parcels(items, most=4, largest=100))

    assert [item for parcel in cut for item in parcel] == items
    assert all(len(parcel) <= 3 for parcel in cut)
    assert list(parcels(["a" * 500, "b"], most=4, largest=100)) == [["a" * 500], ["b"]]
    assert list(parcels([], most=4, largest=100)) == []


DENIED = {
    "decision": False,
    "context": {
        "decisionId": "d-1",
        "reliedGround": None,
        "visibleFields": [],
        "obligations": [],
        "whyNot": None,
        "policyVersion": "1",
        "revision": 1,
    },
}


class Counting:
    """Denies everything, and keeps how large the bodies were."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.asked: list[str] = []

    def send(
        self, method: str, url: str, headers: object = None, body: bytes = b"", timeout: object = 0
    ) -> Answer:
        self.sizes.append(len(body))
        told = json.loads(body)["evaluations"]
        self.asked.extend(one["resource"]["id"] for one in told)
        return Answer(200, {}, json.dumps({"evaluations": [DENIED] * len(told)}).encode())


def large_household() -> list[Question]:
    """Two persons concerned, each known by a mention of every signal."""
    clusters = [tuple(ids.new_id() for _ in range(SIGNALS)) for _ in range(2)]
    facts: SignalFacts = replace(
        police(),
        first_processed_days=clock.epoch_days(clock.today()) - 30,
        coordinators=frozenset({ACTOR.subject}),
        subjects=tuple(
            Subject(cluster, age) for cluster, age in zip(clusters, (36, 9), strict=True)
        ),
    )
    return [
        Question("know", "case_coordination", "signal", ids.new_id(), facts) for _ in range(SIGNALS)
    ]


def test_no_call_is_larger_than_a_body_may_be(settings: Settings) -> None:
    narrow, transport = replace(settings, max_body_bytes=100_000), Counting()
    questions = large_household()

    answers = DecisionClient(narrow, transport, Tokens("t")).evaluate(ACTOR, questions)

    assert len(answers) == SIGNALS
    assert transport.asked == [question.resource_id for question in questions]
    assert len(transport.sizes) > 1
    assert max(transport.sizes) <= narrow.max_body_bytes


def test_a_body_grows_with_the_signals_and_not_with_their_square(settings: Settings) -> None:
    transport = Counting()
    DecisionClient(settings, transport, Tokens("t")).evaluate(ACTOR, large_household())
    assert sum(transport.sizes) < SIGNALS * 1200


@pytest.mark.parametrize("given", [(), ("adult",), ("adult", "child")])
def test_a_cluster_means_the_same_as_its_mentions(
    given: tuple[str, ...], consent_app: Flask, ask: Ask, person_token: Callable[..., str]
) -> None:
    officer, reader = person_token("r.visser", "consent"), person_token("m.dejong", "consent")
    adult, child = [ids.new_id(), ids.new_id()], [ids.new_id(), ids.new_id()]
    for mention, age_band in ((adult[1], "from16"), (child[0], "from12")):
        if ("adult" if mention in adult else "child") in given:
            for by in ("self", "both_parents") if mention in child else ("self",):
                answer = ask(officer, "POST", "/v1/consents", consent(mention, age_band, by))
                assert answer.status == 201, answer.body
    facts = recent(youth_care(category="treatment"))
    told = facts.to_json()
    told["subjects"] = [{"mentions": adult, "age": 36}, {"mentions": child, "age": 13}]
    named = {**told, "subjects": [{"cluster": "a", "age": 36}, {"cluster": "b", "age": 13}]}
    body = {**EVALUATIONS, "clusters": {"a": adult, "b": child}}
    body["evaluations"] = [resource(told), resource(named)]

    answers = ask(reader, "POST", "/access/v1/evaluations", body).json()["evaluations"]

    assert answers[0] == answers[1]
    assert answers[0]["decision"] is (given == ("adult", "child"))
    service = consent_app.extensions["bundel_decisions"]
    assert service.reproduce(answers[0]["context"]["decisionId"]).same


@pytest.mark.parametrize(
    ("clusters", "subject"),
    [
        ({}, {"cluster": "a", "age": 36}),
        ({"a": []}, {"cluster": "a", "age": 36}),
        ({"a": [7]}, {"cluster": "a", "age": 36}),
        ({"a": "m"}, {"cluster": "a", "age": 36}),
        ({"a": ["m"]}, {"cluster": 7, "age": 36}),
        ({"a": ["m"]}, {"cluster": "a"}),
        ({"a": ["m"]}, {"cluster": "a", "mentions": ["m"], "age": 36}),
    ],
)
def test_a_cluster_that_cannot_be_read_is_a_deny(
    clusters: object, subject: dict[str, object], ask: Ask, person_token: Callable[..., str]
) -> None:
    told = {**recent(police()).to_json(), "subjects": [subject]}
    body = {**EVALUATIONS, "clusters": clusters, "evaluations": [resource(told)]}

    answer = ask(person_token("m.dejong", "consent"), "POST", "/access/v1/evaluations", body)

    assert answer.json()["evaluations"][0]["decision"] is False


def resource(properties: dict[str, object]) -> dict[str, object]:
    return {"resource": {"type": "signal", "id": ids.new_id(), "properties": properties}}


def consent(mention: str, age_band: str, given_by: str) -> dict[str, object]:
    return {
        "mentionId": mention,
        "purpose": "case_coordination",
        "recipientLegalContext": "vt_task",
        "categories": ["treatment"],
        "givenBy": given_by,
        "ageBand": age_band,
        "evidence": "signed_form",
    }


def test_every_signal_of_a_large_household_is_decided(
    consent_app: Flask,
    wsgi_transport: WsgiTransport,
    settings: Settings,
    person_token: Callable[..., str],
) -> None:
    client = DecisionClient(settings, wsgi_transport, Tokens(person_token("m.dejong", "consent")))

    answers = client.evaluate(ACTOR, large_household())

    assert [answer.permitted for answer in answers] == [True] * SIGNALS


def test_a_question_that_was_too_large_is_no_silent_deny(settings: Settings) -> None:
    client = DecisionClient(settings, Lying(413, {}), Tokens("t"))
    with pytest.raises(Unavailable):
        client.evaluate(ACTOR, large_household())
