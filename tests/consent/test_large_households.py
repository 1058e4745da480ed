"""Asking about a household with very many signals: everything is asked, nothing is left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from shared import clock, ids
from shared.clients.decisions import DecisionClient, Question, SignalFacts, Subject
from shared.clients.parcels import parcels
from shared.clients.transport import Answer, WsgiTransport
from shared.problems import Unavailable
from shared.settings import Settings
from tests.consent.facts import police
from tests.consent.test_decision_interface import ACTOR, Lying, Tokens

SIGNALS = 200


def test_parcels_keep_order_and_bounds() -> None:
    items = [str(number) * 30 for number in range(10)]

    cut = list(parcels(items, most=4, largest=100))

    assert [item for parcel in cut for item in parcel] == items
    assert all(len(parcel) <= 3 for parcel in cut)
    assert list(parcels(["a" * 500, "b"], most=4, largest=100)) == [["a" * 500], ["b"]]
    assert list(parcels([], most=4, largest=100)) == []


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
        return Answer(200, {}, json.dumps({"evaluations": [{}] * len(told)}).encode())


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
    questions, transport = large_household(), Counting()

    answers = DecisionClient(settings, transport, Tokens("t")).evaluate(ACTOR, questions)

    assert len(answers) == SIGNALS
    assert transport.asked == [question.resource_id for question in questions]
    assert len(transport.sizes) > 1
    assert max(transport.sizes) <= settings.max_body_bytes


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
