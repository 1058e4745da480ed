"""The consent officer over HTTP: who may record, what is logged, what when a neighbour is down."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask, jsonify, request

from shared.clients.transport import WsgiTransport
from tests.consent.conftest import Ask
from tests.consent.facts import MENTION, OTHER_MENTION
from tests.fixtures_identity import TokenOf

BODY = {
    "mentionId": MENTION,
    "purpose": "case_coordination",
    "recipientLegalContext": "zvh_wgs",
    "categories": ["care"],
    "givenBy": "self",
    "ageBand": "from16",
    "evidence": "signed_form",
}


@pytest.fixture
def officer(person_token: TokenOf) -> str:
    return person_token("r.visser", "consent")


@pytest.fixture
def log(wsgi_transport: WsgiTransport, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every entry that reaches the audit service."""
    entries: list[dict[str, Any]] = []
    send = WsgiTransport.send

    def listening(self: WsgiTransport, method: str, url: str, *rest: Any, **options: Any) -> Any:
        answer = send(self, method, url, *rest, **options)
        body = rest[1] if len(rest) > 1 else options.get("body")
        if url.endswith("/audit/v1/entries") and answer.status == 201 and body:
            entries.extend(json.loads(body)["entries"])
        return answer

    monkeypatch.setattr(WsgiTransport, "send", listening)
    return entries


def test_a_consent_is_recorded_found_and_withdrawn_and_each_step_is_logged(
    ask: Ask, officer: str, log: list[dict[str, Any]]
) -> None:
    recorded = ask(officer, "POST", "/v1/consents", BODY)
    assert recorded.status == 201
    assert recorded.json()["state"] == "valid"
    name = recorded.json()["consentId"]
    found = ask(officer, "POST", "/v1/consents/_search", {"mentionIds": [MENTION]})
    assert [item["consentId"] for item in found.json()["items"]] == [name]
    ended = ask(officer, "POST", f"/v1/consents/{name}/withdrawals", {})
    assert ended.status == 201
    assert ended.json()["state"] == "withdrawn"
    assert [entry["event"] for entry in log] == [
        "consent.recorded", "consent.read", "consent.withdrawn",
    ]  # fmt: skip
    for entry in log:
        assert entry["subjects"] == [MENTION]
        assert entry["ground"] == "P17"
        assert entry["purpose"] == "administration"
        assert entry["decisionId"]
        assert entry["revision"]


def test_a_withdrawn_consent_is_final(ask: Ask, officer: str) -> None:
    name = ask(officer, "POST", "/v1/consents", BODY).json()["consentId"]
    path = f"/v1/consents/{name}"
    ask(officer, "POST", f"{path}/withdrawals", {"reasonCode": "recorded_in_error"})
    assert ask(officer, "POST", f"{path}/withdrawals", {}).status == 409
    renewal = {"validUntil": "2099-01-01", "evidence": "letter"}
    assert ask(officer, "POST", f"{path}/renewals", renewal).status == 409


def test_a_consent_is_renewed(ask: Ask, officer: str) -> None:
    name = ask(officer, "POST", "/v1/consents", BODY).json()["consentId"]
    path = f"/v1/consents/{name}/renewals"
    renewed = ask(officer, "POST", path, {"validUntil": "2099-01-01", "evidence": "letter"})
    assert renewed.status == 201
    assert renewed.json()["validUntil"] == "2099-01-01"
    past = ask(officer, "POST", path, {"validUntil": "2001-01-01", "evidence": "letter"})
    assert past.status == 400


def test_after_a_split_a_consent_waits_for_confirmation(
    ask: Ask, officer: str, token_of: TokenOf
) -> None:
    name = ask(officer, "POST", "/v1/consents", BODY).json()["consentId"]
    signals = token_of("bundel-signals", "consent")
    doubted = ask(signals, "POST", "/v1/consents/_doubt", {"mentionIds": [MENTION]})
    assert doubted.json() == {"count": 1}
    found = ask(officer, "POST", "/v1/consents/_search", {"mentionIds": [MENTION]}).json()
    assert found["items"][0]["state"] == "doubted"
    confirmed = ask(officer, "POST", f"/v1/consents/{name}/confirmations", {})
    assert confirmed.json()["state"] == "valid"
    assert ask(officer, "POST", f"/v1/consents/{name}/confirmations", {}).status == 409


def test_a_restriction_is_imposed_seen_and_lifted(
    ask: Ask, officer: str, log: list[dict[str, Any]]
) -> None:
    body = {"mentionId": MENTION, "reasonCode": "objection_pending"}
    first = ask(officer, "POST", "/v1/restrictions", body).json()["revision"]
    (seen,) = ask(officer, "POST", "/v1/restrictions/_search", {}).json()["items"]
    assert (seen["mentionId"], seen["state"]) == (MENTION, "restricted")
    lifting = {"mentionId": MENTION, "reasonCode": "objection_rejected", "personInformed": True}
    untold = ask(officer, "POST", "/v1/restrictions/_lift", {**lifting, "personInformed": False})
    assert [fault["pointer"] for fault in untold.json()["errors"]] == ["/personInformed"]
    second = ask(officer, "POST", "/v1/restrictions/_lift", lifting).json()["revision"]
    assert second == first + 1
    assert ask(officer, "POST", "/v1/restrictions/_lift", lifting).status == 409
    named = {"mentionIds": [MENTION]}
    (seen,) = ask(officer, "POST", "/v1/restrictions/_search", named).json()["items"]
    assert (seen["state"], seen["liftedBecause"]) == ("lifted", "objection_rejected")
    assert [(entry["event"], entry.get("reason", "")) for entry in log] == [
        ("restriction.imposed", "objection_pending"), ("restriction.read", ""),
        ("restriction.lifted", "objection_rejected"), ("restriction.read", ""),
    ]  # fmt: skip


def test_a_restriction_without_a_reason_of_the_law_is_refused(ask: Ask, officer: str) -> None:
    for body in ({"mentionId": MENTION}, {"mentionId": MENTION, "reasonCode": "because"}):
        assert ask(officer, "POST", "/v1/restrictions", body).status == 400


def test_a_doubt_is_an_entry_of_the_consents_own_region(
    ask: Ask, officer: str, token_of: TokenOf, log: list[dict[str, Any]]
) -> None:
    ask(officer, "POST", "/v1/consents", BODY)
    signals = token_of("bundel-signals", "consent")
    ask(signals, "POST", "/v1/consents/_doubt", {"mentionIds": [MENTION]})
    (doubted,) = [entry for entry in log if entry["event"] == "consent.doubted"]
    assert doubted["region"] == "utrecht"


def test_every_fault_is_told_at_once(ask: Ask, officer: str) -> None:
    body = {
        "mentionId": "x", "purpose": "curiosity", "categories": [], "givenBy": "neighbour",
        "evidence": "hearsay", "subjectBirthDate": "2010-02-31", "colour": "blue",
    }  # fmt: skip
    answer = ask(officer, "POST", "/v1/consents", body)
    assert answer.status == 400
    pointers = {fault["pointer"] for fault in answer.json()["errors"]}
    assert pointers == {
        "/mentionId", "/purpose", "/categories", "/givenBy", "/evidence", "/subjectBirthDate",
        "/colour",
    }  # fmt: skip


def test_what_the_law_does_not_allow_is_refused_and_not_stored(ask: Ask, officer: str) -> None:
    answer = ask(officer, "POST", "/v1/consents", {**BODY, "ageBand": "under12"})
    assert answer.status == 400
    assert answer.json()["errors"][0]["pointer"] == "/givenBy"
    found = ask(officer, "POST", "/v1/consents/_search", {})
    assert found.json()["count"] == 0


@pytest.mark.parametrize("user", ["m.dejong", "s.kaya", "f.yilmaz", "b.beheer"])
def test_nobody_else_records_or_reads_consents(
    user: str, ask: Ask, person_token: TokenOf, log: list[dict[str, Any]]
) -> None:
    token = person_token(user, "consent")
    assert ask(token, "POST", "/v1/consents", BODY).status == 404
    assert ask(token, "POST", "/v1/consents/_search", {}).status == 404
    assert {entry["event"] for entry in log} == {"access.denied"}


def test_an_unknown_consent_is_not_found_and_that_is_an_entry(
    ask: Ask, officer: str, log: list[dict[str, Any]]
) -> None:
    path = f"/v1/consents/{OTHER_MENTION}/withdrawals"
    assert ask(officer, "POST", path, {}).status == 404
    assert [entry["event"] for entry in log] == ["decision.refused"]


def test_without_the_log_nothing_is_recorded_and_nothing_is_shown(
    ask: Ask, officer: str, wsgi_transport: WsgiTransport
) -> None:
    ask(officer, "POST", "/v1/consents", BODY)
    wsgi_transport.down.add("audit")
    assert ask(officer, "POST", "/v1/consents", BODY).status == 503
    searched = ask(officer, "POST", "/v1/consents/_search", {})
    assert searched.status == 503
    assert searched.headers["retry-after"]
    wsgi_transport.down.clear()
    assert ask(officer, "POST", "/v1/consents/_search", {}).json()["count"] == 1


def test_signals_hears_that_a_ground_changed_and_can_poll_the_revision(
    ask: Ask, officer: str, wsgi_transport: WsgiTransport, token_of: TokenOf
) -> None:
    heard: list[Any] = []
    signals = Flask("signals")

    @signals.post("/signals/v1/ground-changes")
    def ground_changes() -> Any:
        heard.append((request.headers["Authorization"][:7], request.get_json()))
        return jsonify({}), 202

    wsgi_transport.applications["signals"] = signals
    before = ask(token_of("bundel-signals", "consent"), "GET", "/v1/revision").json()
    name = ask(officer, "POST", "/v1/consents", BODY).json()["consentId"]
    ask(officer, "POST", f"/v1/consents/{name}/withdrawals", {})
    after = ask(token_of("bundel-signals", "consent"), "GET", "/v1/revision").json()
    assert heard == [("Bearer ", {"mentionIds": [MENTION]})] * 2
    assert after["revision"] == before["revision"] + 2
    assert after["policyVersion"] == before["policyVersion"]


def test_the_rules_in_force_are_public(ask: Ask) -> None:
    rules = ask("", "GET", "/v1/rules").json()
    assert {"R01", "R22"} <= {rule["ruleId"] for rule in rules["items"]}
    assert rules["policyVersion"]


def test_the_description_of_the_api_is_public_and_its_examples_are_valid(
    ask: Ask, officer: str
) -> None:
    document = ask("", "GET", "/v1/openapi.json").json()
    decisions = ask("", "GET", "/access/v1/openapi.json").json()
    assert "/access/v1/evaluation" in decisions["paths"]
    operation = document["paths"]["/consents"]["post"]
    example = operation["requestBody"]["content"]["application/json"]["example"]
    assert ask(officer, "POST", "/v1/consents", example).status == 201
