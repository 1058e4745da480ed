"""The client of the consent service: may this be known, viewed, linked, opened? (AuthZEN 1.0)

Unavailable when the service does not answer: then nothing is shown. Anything malformed is a deny.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
from flask import has_app_context

from shared import clock
from shared.authentication.actor import Actor
from shared.clients.answers import (
    Decision,
    Ground,
    Mask,
    Sifted,
    read_decisions,
    read_sifted,
)
from shared.clients.calling import Forgetting, call
from shared.clients.facts import (
    BANDS,
    CaseFacts,
    Clusters,
    PlaceFacts,
    SignalFacts,
    Subject,
    band_of,
)
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
    "Mask", "MatchedRule", "PlaceFacts", "Question", "Sifted", "SignalFacts",
    "Subject", "Tokens", "band_of",
]  # fmt: skip

AUDIENCE = "bundel-consent"
_MOST_AT_ONCE = 500
_MARGIN = 1000  # bytes of a body beside its questions


class Tokens(Forgetting, Protocol):
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
    facts: SignalFacts | CaseFacts | PlaceFacts | None = None

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
class DecisionClient:
    """Asks the consent service on behalf of a person, a source system or the service itself."""

    settings: Settings
    transport: Transport
    tokens: Tokens = field(repr=False)

    def evaluate(self, actor: Actor, questions: Sequence[Question]) -> list[Decision]:
        """One decision per question, in order. Raises Unavailable. No question, no call."""
        clusters = Clusters()
        items = [msgspec.json.encode(question.to_json(clusters)) for question in questions]
        shared = {
            "subject": subject_of(actor),
            "context": {"time": clock.timestamp(clock.now())},
            "clusters": clusters.to_json(),
        }
        head = msgspec.json.encode(shared).removesuffix(b"}")
        largest = self.settings.max_body_bytes - len(head) - _MARGIN
        decisions: list[Decision] = []
        for part in parcels(items, _MOST_AT_ONCE, largest):
            body = b"".join((head, b',"evaluations":[', b",".join(part), b"]}"))
            answer = self._send(actor, "/access/v1/evaluations", body)
            told = answer.json() if answer.status == 200 else None
            decisions.extend(read_decisions(told, len(part)))
        return decisions

    def sift(
        self,
        actor: Actor,
        purpose: str,
        questions: Sequence[Question] = (),
        actions: Sequence[str] = ("know", "view"),
        persons: Iterable[Subject] | None = None,
    ) -> Sifted:
        """Decisions on `questions` and filters for these actions on signals, in one call, of one
        moment, recorded as one. Raises Unavailable.

        `persons`: all whom the records at hand are about; the filters then list the mentions of no
        others and serve for those records only. None: they list every mention of the region.
        """
        clusters = Clusters()
        for person in persons or ():
            clusters.name(person.mentions)
        body: dict[str, Any] = {
            "subject": subject_of(actor),
            "purpose": purpose,
            "filters": list(actions),
            "evaluations": [question.to_json(clusters) for question in questions],
            "context": {"time": clock.timestamp(clock.now())},
        }
        if persons is not None:
            body["clusters"] = clusters.to_json()
        answer = self._send(actor, "/access/v1/filters", msgspec.json.encode(body))
        told = answer.json() if answer.status == 200 else None
        return read_sifted(told, len(questions), actions)

    def ask(self, actor: Actor, question: Question) -> Decision:
        """The decision on one question. Raises Unavailable."""
        return self.evaluate(actor, [question])[0]

    def filter(
        self, actor: Actor, action: str, purpose: str, resource_type: str = "signal"
    ) -> Filter:
        """What `actor` may do with any record, as one filter. Raises Unavailable, also for an
        answer that cannot be read: as "nothing" it would make a page say that there is nothing."""
        body = {
            "subject": subject_of(actor),
            "action": {"name": action, "properties": {"purpose": purpose}},
            "resource": {"type": resource_type},
            "context": {"time": clock.timestamp(clock.now())},
        }
        answer = self._send(actor, "/access/v1/filter", msgspec.json.encode(body))
        if answer.status != 200:
            return Filter.nothing()
        try:
            return read_filter(answer.json())
        except FilterError as error:
            raise Unavailable(
                "A neighbouring service sent an answer that cannot be read."
            ) from error

    def _send(self, actor: Actor, path: str, body: bytes) -> Answer:
        # A source system is not there any more when its signal is linked: the service asks for it.
        def token() -> str:
            if actor.is_person:
                return self.tokens.for_actor(actor, AUDIENCE)
            return self.tokens.own(AUDIENCE)

        headers = {"Content-Type": "application/json"}
        if has_app_context():
            from shared.http import trace_parent  # noqa: PLC0415 - clients also run without Flask

            headers["traceparent"] = trace_parent()
        answer = call(
            self.tokens,
            token,
            lambda authorization: self.transport.send(
                "POST",
                self.settings.neighbours["consent"] + path,
                {**headers, "Authorization": authorization},
                body,
                self.settings.neighbour_timeout,
            ),
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
