"""The client that every service writes its entries with."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from shared import ids
from shared.authentication.actor import Actor
from shared.clients.audit import AuditClient, EntryRefused, entry_for
from shared.clients.transport import Answer
from shared.problems import Unavailable
from shared.settings import Settings
from shared.vocabulary import Agency, LegalContext, Role

COORDINATOR = Actor(
    subject=ids.new_id(),
    client="bundel-signals",
    role=Role.COORDINATOR,
    organisation="vt-utrecht",
    agency=Agency.VEILIG_THUIS,
    region="utrecht",
    legal_context=LegalContext.VT_TASK,
    name="Marieke de Jong",
)


class Tokens:
    def own(self, audience: str) -> str:
        return f"token-for-{audience}"

    def forget(self, token: str) -> None:
        """A fixed token comes back."""


class Line:
    """A line to a log that answers what the test says."""

    def __init__(self, status: int, body: object) -> None:
        self.status, self.body = status, body
        self.sent: list[dict[str, object]] = []

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,
    ) -> Answer:
        assert (headers or {})["Authorization"] == "Bearer token-for-bundel-audit"
        self.sent.append(json.loads(body or b""))
        return Answer(self.status, {}, json.dumps(self.body).encode())


def test_an_entry_holds_codes_and_ids_and_never_the_actors_name() -> None:
    entry = entry_for(COORDINATOR, "household.opened", purpose="case_coordination", ground="R01")
    body = entry.to_json()
    assert "Marieke" not in json.dumps(body)
    assert body["actor"]["id"] == COORDINATOR.subject
    assert body["legalContext"] == "vt_task"
    assert "subjects" not in body, "empty members are left out"


def test_a_receipt_comes_back_for_each_entry_in_order(settings: Settings) -> None:
    entries = [entry_for(COORDINATOR, "signal.read") for _ in range(3)]
    answer = [
        {"entryId": e.entry_id, "index": n, "leafHash": "x", "treeSize": 9}
        for n, e in enumerate(entries)
    ]
    client = AuditClient(settings, Line(201, {"receipts": answer}), Tokens())
    assert [r.index for r in client.record(entries)] == [0, 1, 2]


@pytest.mark.parametrize(
    "body",
    [{}, {"receipts": []}, {"receipts": [{"entryId": "other", "index": 0}]}, [], "no"],
)
def test_a_log_that_answers_something_else_has_not_recorded(
    settings: Settings, body: object
) -> None:
    client = AuditClient(settings, Line(201, body), Tokens())
    with pytest.raises(Unavailable):
        client.record([entry_for(COORDINATOR, "signal.read")])


@pytest.mark.parametrize(("status", "kind"), [(409, EntryRefused), (400, EntryRefused)])
def test_a_refused_entry_is_told_apart_from_a_log_that_is_away(
    settings: Settings, status: int, kind: type[Exception]
) -> None:
    client = AuditClient(settings, Line(status, {}), Tokens())
    with pytest.raises(kind):
        client.record([entry_for(COORDINATOR, "signal.read")])
    away = AuditClient(settings, Line(503, {}), Tokens())
    with pytest.raises(Unavailable) as caught:
        away.record([entry_for(COORDINATOR, "signal.read")])
    assert not isinstance(caught.value, EntryRefused)


@pytest.mark.parametrize("event", ["access.denied", "link.denied", "decision.refused"])
def test_what_was_refused_is_written_down_as_a_deny(event: str) -> None:
    assert entry_for(COORDINATOR, event).decision == "deny"
    assert entry_for(COORDINATOR, "signal.read").decision == "permit"
