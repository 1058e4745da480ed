"""The client of the consent service: may this be known, viewed, linked, opened? (AuthZEN 1.0)

Unavailable when the service does not answer: then nothing is shown. Anything malformed is a deny.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import has_app_context

from shared import clock
from shared.authentication.actor import Actor
from shared.clients.facts import BANDS, CaseFacts, Clusters, SignalFacts, Subject, band_of
from shared.clients.filters import (
    Clause,
    Condition,
    Filter,
    FilterError,
    MatchedRule,
    read_filter,
)
from shared.clients.parcels import parcels
from shared.clients.transport import Answer, Transport
from shared.problems import NotAuthenticated, Unavailable
from shared.settings import Settings
from shared.vocabulary import Role

__all__ = [
    "BANDS", "CaseFacts", "Clause", "Condition", "Decision", "DecisionClient", "Filter", "Ground",
    "Mask", "MatchedRule", "Question", "SignalFacts", "Subject", "Tokens", "band_of",
]  # fmt: skip

AUDIENCE = "bundel-consent"
_MOST_AT_ONCE = 500
_MARGIN = 1000  # bytes of a body beside its questions


class Tokens(Protocol):
    """Where the client gets its access tokens (`shared.clients.tokens.TokenSource`)."""

    def own(self, audience: str) -> str: ...

    def for_actor(self, actor: Actor, audience: str) -> str: ...


@dataclass(frozen=True)
class Question:
    """One AuthZEN evaluation, without the subject. `resource_type`: signal, case, worklist,
    signals, consents, log or persons."""

    action: str
    purpose: str
    resource_type: str
    resource_id: str
    facts: SignalFacts | CaseFacts | None = None

    def to_json(self, clusters: Clusters | None = None) -> dict[str, Any]:
        properties = self.facts.to_json(clusters) if self.facts is not None else {}
        return {
            "action": {"name": self.action, "properties": {"purpose": self.purpose}},
            "resource": {
                "type": self.resource_type,
                "id": self.resource_id,
                "properties": properties,
            },
        }


@dataclass(frozen=True)
class Ground:
    """The rule a permit relies on: its id, the article of law, one sentence."""

    rule_id: str
    article: str
    summary: str


@dataclass(frozen=True)
class Mask:
    """Why content stays closed although its existence may be told, and who can lift that: in
    Dutch, and in English where consent has it."""

    rule_id: str
    article: str
    summary: str
    lifted_by: str
    summary_en: str = ""
    lifted_by_en: str = ""


@dataclass(frozen=True)
class Decision:
    """One answer. `ground` only with a permit; `mask` only when existence may be told."""

    permitted: bool
    decision_id: str = ""
    ground: Ground | None = None
    visible_fields: frozenset[str] = frozenset()
    obligations: tuple[str, ...] = ()
    mask: Mask | None = None
    policy_version: str = ""
    revision: int = 0


@dataclass(frozen=True)
class DecisionClient:
    """Asks the consent service on behalf of a person, a source system or the service itself."""

    settings: Settings
    transport: Transport
    tokens: Tokens = field(repr=False)

    def evaluate(self, actor: Actor, questions: Sequence[Question]) -> list[Decision]:
        """One decision per question, in order. Raises Unavailable. No question, no call."""
        clusters = Clusters()
        items = [json.dumps(question.to_json(clusters)) for question in questions]
        shared = {
            "subject": subject_of(actor),
            "context": {"time": clock.timestamp(clock.now())},
            "clusters": clusters.to_json(),
        }
        head = json.dumps(shared).removesuffix("}")
        largest = self.settings.max_body_bytes - len(head) - _MARGIN
        decisions: list[Decision] = []
        for part in parcels(items, _MOST_AT_ONCE, largest):
            body = f'{head}, "evaluations": [{",".join(part)}]}}'
            answer = self._send(actor, "/access/v1/evaluations", body)
            decisions.extend(_decisions(answer, len(part)))
        return decisions

    def ask(self, actor: Actor, question: Question) -> Decision:
        """The decision on one question. Raises Unavailable."""
        return self.evaluate(actor, [question])[0]

    def filter(
        self, actor: Actor, action: str, purpose: str, resource_type: str = "signal"
    ) -> Filter:
        """What `actor` may do with any record, as one filter. Raises Unavailable."""
        body = {
            "subject": subject_of(actor),
            "action": {"name": action, "properties": {"purpose": purpose}},
            "resource": {"type": resource_type},
            "context": {"time": clock.timestamp(clock.now())},
        }
        answer = self._send(actor, "/access/v1/filter", json.dumps(body))
        if answer.status != 200:
            return Filter.nothing()
        try:
            return read_filter(answer.json())
        except FilterError:
            return Filter.nothing()

    def _send(self, actor: Actor, path: str, body: str) -> Answer:
        # A source system is not there any more when its signal is linked: the service asks for it.
        token = (
            self.tokens.for_actor(actor, AUDIENCE) if actor.is_person else self.tokens.own(AUDIENCE)
        )
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if has_app_context():
            from shared.http import trace_parent  # noqa: PLC0415 - clients also run without Flask

            headers["traceparent"] = trace_parent()
        answer = self.transport.send(
            "POST",
            self.settings.neighbours["consent"] + path,
            headers,
            body.encode(),
            self.settings.neighbour_timeout,
        )
        if answer.status == 401:
            raise NotAuthenticated("The access token is no longer accepted. Log in again.")
        # A question that was not read is no answer: signals would be left out and nobody told.
        if answer.status >= 500 or answer.status in (413, 429):
            raise Unavailable
        return answer


def subject_of(actor: Actor) -> dict[str, Any]:
    """The AuthZEN subject of an actor; it must say what the actor's token says."""
    return {
        "type": "actor",
        "id": actor.subject,
        "properties": {
            "role": str(actor.role.value if isinstance(actor.role, Role) else actor.role),
            "organisation": actor.organisation,
            "agency": str(actor.agency),
            "region": actor.region,
            "legalContext": str(actor.legal_context),
        },
    }


def _decisions(answer: Answer, count: int) -> list[Decision]:
    denied = [Decision(False)] * count
    if answer.status != 200:
        return denied
    body = answer.json()
    items = body.get("evaluations") if isinstance(body, dict) else None
    if not isinstance(items, list) or len(items) != count:
        return denied
    return [_decision(item) for item in items]


def _mask(told: Any) -> Mask:
    return Mask(
        rule_id=told["ruleId"],
        article=told["article"],
        summary=told["summary"],
        lifted_by=told["liftedBy"],
        summary_en=told.get("summaryEn", ""),
        lifted_by_en=told.get("liftedByEn", ""),
    )


def _decision(item: Any) -> Decision:
    try:
        context = item["context"]
        ground, mask = context["reliedGround"], context["whyNot"]
        return Decision(
            permitted=item["decision"] is True and ground is not None,
            decision_id=str(context["decisionId"]),
            ground=Ground(ground["ruleId"], ground["article"], ground["summary"])
            if ground
            else None,
            visible_fields=frozenset(context["visibleFields"]),
            obligations=tuple(context["obligations"]),
            mask=_mask(mask) if mask else None,
            policy_version=str(context["policyVersion"]),
            revision=int(context["revision"]),
        )
    except (KeyError, TypeError, ValueError):
        return Decision(False)
