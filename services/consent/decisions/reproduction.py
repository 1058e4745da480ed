"""Makes an old decision again: the same question, consents and rules as at that moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.consent.decisions import register
from services.consent.decisions.judge import Answer, Judge
from services.consent.decisions.questions import (
    Asked,
    Asker,
    Clusters,
    read_asker,
    read_clusters,
    read_question,
)
from services.consent.decisions.sieving import Members, Sieve, filters_of, sieve_judge
from services.consent.decisions.sitting import coverage_of, judges_for, key_of
from services.consent.policy.compiled import Engine
from services.consent.policy.rules import read_bundle
from shared.problems import NotFound


@dataclass(frozen=True)
class Reproduction:
    """`again` in the form in which the result was recorded."""

    call: register.Call
    again: Any

    @property
    def same(self) -> bool:
        return bool(self.again == self.call.body["result"])


def outline_of(questions: Sequence[Asked | None]) -> dict[str, Any]:
    """Questions as they are recorded: each asker and each cluster of mentions once. Of what one may
    not ask nothing is kept."""
    askers: dict[tuple[str, ...], int] = {}
    told: list[dict[str, Any]] = []
    items: list[dict[str, Any] | None] = []
    clusters: Clusters = {}
    for question in questions:
        if question is None:
            items.append(None)
            continue
        clusters = question.clusters  # all questions of a call have the same
        if question.asker.key not in askers:
            askers[question.asker.key] = len(told)
            told.append(question.asker.to_json())
        items.append({"asker": askers[question.asker.key], **question.to_json()})
    named = {"clusters": clusters} if clusters else {}
    return {"askers": told, "questions": items, **named}


def reproduce(connection: Connection, decision_id: str) -> Reproduction:
    """Raises NotFound when there is no such decision."""
    call = register.load(connection, decision_id)
    texts = register.load_policy(connection, call.policy_version) if call else None
    if call is None or texts is None:
        raise NotFound
    engine = Engine(read_bundle(*texts))
    at = datetime.fromisoformat(call.at)
    if call.kind == "filter":
        return Reproduction(call, _filter_again(connection, engine, call, at))
    if call.kind == "sieve":
        return Reproduction(call, _sieve_again(connection, engine, call, at))
    return Reproduction(call, _answers_again(connection, engine, call, at))


def _answers_again(
    connection: Connection, engine: Engine, call: register.Call, at: datetime
) -> list[Any]:
    askers = [read_asker(told) for told in call.body["askers"]]
    clusters = read_clusters(call.body.get("clusters"))
    questions = [
        read_question(item, askers[item["asker"]], clusters) if item else None
        for item in call.body["questions"]
    ]
    asked = [question for question in questions if question is not None]
    judges = judges_for(connection, engine, asked, at, call.revision)
    answers = [
        judges[key_of(question)].answer(question) if question else Answer(False)
        for question in questions
    ]
    return [answer.outline() for answer in answers]


def _filter_again(
    connection: Connection, engine: Engine, call: register.Call, at: datetime
) -> dict[str, Any]:
    given = call.body["asker"]
    if given is None:
        return dict(call.body["result"])
    asker = Asker(given["type"], given["id"], given["properties"])
    purpose = call.body["purpose"]
    coverage = coverage_of(connection, asker, purpose, at, None, call.revision)
    return Judge(engine, asker, purpose, at, coverage).filter(call.body["action"])


def _sieve_again(
    connection: Connection, engine: Engine, call: register.Call, at: datetime
) -> dict[str, Any]:
    told = call.body["sieve"]
    filters: dict[str, Members] = call.body["result"]["filters"]
    if told is not None:
        sieve = Sieve(
            asker=read_asker(told["asker"]),
            purpose=told["purpose"],
            actions=tuple(told["actions"]),
            clusters=told["clusters"],
        )
        judge = sieve_judge(connection, engine, sieve, at, call.revision)
        filters = filters_of(judge, sieve.actions)
    return {"answers": _answers_again(connection, engine, call, at), "filters": filters}
