"""Writing to the log: what happened, by whom, for what; in codes and pseudonyms only (I9).

A caller makes the entry's id, so that sending it again is harmless; it may answer its own caller
only after `record` has given a receipt (I1).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import current_app, g, has_app_context

from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.calling import Forgetting, call
from shared.clients.transport import Answer, Transport
from shared.problems import Unavailable
from shared.settings import Settings

AUDIENCE = "bundel-audit"
PERMIT = "permit"
DENY = "deny"
REFUSALS = frozenset({"access.denied", "decision.refused", "link.denied"})
MOST_ENTRIES = 1000  # in one request
MOST_SUBJECTS = 500  # in one entry; more: make several entries
MOST_SIGNALS = 1200


class EntryRefused(Unavailable):
    """The log will never take this entry as it is (400, 409): sending it again is of no use.

    A kind of Unavailable, because for the person who waits it is one: no entry, no answer.
    """


class OwnTokens(Forgetting, Protocol):
    """The part of shared.clients.tokens.TokenSource that is needed here."""

    def own(self, audience: str) -> str:
        """An access token of this service itself. Raises Unavailable."""


@dataclass(frozen=True)
class EntryActor:
    """Who acted: a pseudonymous id and codes, never a name."""

    id: str
    client: str
    role: str
    organisation: str
    agency: str
    region: str

    def to_json(self) -> dict[str, str]:
        return {
            "id": self.id,
            "client": self.client,
            "role": self.role,
            "organisation": self.organisation,
            "agency": self.agency,
            "region": self.region,
        }


@dataclass(frozen=True)
class Entry:
    """One thing that happened. Everything is a code or an id; empty members are left out.

    `subjects` are person ids: the log replaces them by tokens before it keeps them. `region` is
    the region of the case or household concerned; `refers_to` the id of another entry.
    """

    entry_id: str
    occurred_at: str  # RFC 3339, UTC
    event: str  # lower-case words with dots, e.g. "household.opened"
    actor: EntryActor
    service: str = ""  # the log fills it from the token when it is empty
    purpose: str = ""
    legal_context: str = ""
    ground: str = ""  # id of the rule relied on, e.g. "R01"
    decision: str = PERMIT
    decision_id: str = ""
    policy_version: str = ""
    revision: int | str = ""
    subjects: Sequence[str] = ()
    household_id: str = ""
    case_id: str = ""
    region: str = ""
    signal_ids: Sequence[str] = ()
    picture_version: int | str = ""
    result_count: int | None = None
    reason: str = ""
    refers_to: str = ""
    processing_activity: str = ""
    trace_id: str = ""
    span_id: str = ""

    def to_json(self) -> dict[str, Any]:
        """The body of the entry as `POST /audit/v1/entries` takes it."""
        body: dict[str, Any] = {
            "entryId": self.entry_id,
            "occurredAt": self.occurred_at,
            "service": self.service,
            "event": self.event,
            "actor": self.actor.to_json(),
            "purpose": str(self.purpose),
            "legalContext": str(self.legal_context),
            "ground": self.ground,
            "decision": self.decision,
            "decisionId": self.decision_id,
            "policyVersion": self.policy_version,
            "revision": str(self.revision),
            "subjects": list(dict.fromkeys(self.subjects)),
            "householdId": self.household_id,
            "caseId": self.case_id,
            "region": self.region,
            "signalIds": list(dict.fromkeys(self.signal_ids)),
            "pictureVersion": str(self.picture_version),
            "resultCount": self.result_count,
            "reason": self.reason,
            "refersTo": self.refers_to,
            "processingActivity": self.processing_activity,
            "traceId": self.trace_id,
            "spanId": self.span_id,
        }
        return {name: value for name, value in body.items() if value not in ("", None, [])}


@dataclass(frozen=True)
class Receipt:
    """Proof that the entry is durable: its place in the tree, and the tree's size then."""

    entry_id: str
    index: int
    leaf_hash: str  # base64 of 32 bytes, RFC 6962
    tree_size: int

    def to_json(self) -> dict[str, Any]:
        return {
            "entryId": self.entry_id,
            "index": self.index,
            "leafHash": self.leaf_hash,
            "treeSize": self.tree_size,
        }


def entry_for(actor: Actor, event: str, **fields: Any) -> Entry:
    """An entry of what `actor` does now; `fields` are further members of Entry by name.

    Fills id and time; inside a request also the service, the trace and the span. The events in
    REFUSALS are a deny unless `fields` say otherwise.
    """
    if event in REFUSALS:
        fields.setdefault("decision", DENY)
    fields.setdefault("legal_context", str(actor.legal_context))
    if has_app_context():
        fields.setdefault("service", current_app.name)
        fields.setdefault("trace_id", g.get("trace_id", ""))
        fields.setdefault("span_id", g.get("span_id", ""))
    return Entry(
        entry_id=fields.pop("entry_id", None) or ids.new_id(),
        occurred_at=fields.pop("occurred_at", None) or clock.timestamp(clock.now()),
        event=event,
        actor=EntryActor(
            id=actor.subject,
            client=actor.client,
            role=str(actor.role),
            organisation=actor.organisation,
            agency=str(actor.agency),
            region=actor.region,
        ),
        **fields,
    )


@dataclass(frozen=True)
class AuditClient:
    """Sends entries to the audit service with this service's own token."""

    settings: Settings
    transport: Transport
    tokens: OwnTokens = field(repr=False)

    def record(self, entries: Iterable[Entry]) -> list[Receipt]:
        """Receipts in the order of `entries`, after the log has made them durable.

        Raises Unavailable when the log does not answer in time (try again with the same entries),
        EntryRefused when it will never take them.
        """
        return self.record_bodies([entry.to_json() for entry in entries])

    def record_bodies(self, bodies: Sequence[dict[str, Any]]) -> list[Receipt]:
        """The same for entries that were kept as JSON, as in an outbox."""
        receipts: list[Receipt] = []
        for start in range(0, len(bodies), MOST_ENTRIES):
            receipts.extend(self._send(bodies[start : start + MOST_ENTRIES]))
        return receipts

    def _send(self, bodies: Sequence[dict[str, Any]]) -> list[Receipt]:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        if has_app_context() and "trace_id" in g:
            headers["traceparent"] = f"00-{g.trace_id}-{g.get('span_id', '0' * 15 + '1')}-01"
        body = json.dumps({"entries": list(bodies)}, ensure_ascii=False).encode()
        answer = call(
            self.tokens,
            lambda: self.tokens.own(AUDIENCE),
            lambda authorization: self.transport.send(
                "POST",
                f"{self.settings.neighbours['audit']}/v1/entries",
                {**headers, "Authorization": authorization},
                body,
            ),
        )
        if answer.status in (400, 409, 413):
            raise EntryRefused("The log refused an entry; report this to your administrator.")
        if answer.status != 201:
            raise Unavailable
        return _receipts(answer, bodies)


def _receipts(answer: Answer, bodies: Sequence[dict[str, Any]]) -> list[Receipt]:
    """Reads the receipts; anything but one for each entry, in order, is no receipt at all."""
    try:
        receipts = [
            Receipt(str(r["entryId"]), int(r["index"]), str(r["leafHash"]), int(r["treeSize"]))
            for r in answer.json()["receipts"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable("The log sent a receipt that cannot be read.") from error
    if [r.entry_id for r in receipts] != [body["entryId"] for body in bodies]:
        raise Unavailable("The log sent receipts for other entries.")
    return receipts
