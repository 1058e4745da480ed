"""The audit service over HTTP: who may write, who may read, and that reading is written down."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from services.audit.log.note import VerifierKey
from services.audit.log.tree import leaf_hash, verify_inclusion
from shared import ids
from shared.clients.audit import EntryActor, EntryRefused
from shared.problems import Unavailable
from tests.audit.conftest import COORDINATOR, an_entry
from tests.audit.serving import Neighbour, Serving, refuses_everything

GOOI = EntryActor(
    ids.new_id(), "bundel-signals", "desk", "vt-gooi", "veilig_thuis", "gooi-en-vechtstreek"
)


def test_a_service_gets_a_receipt_for_each_entry(serving: Serving) -> None:
    entries = [an_entry(subjects=("person-1",)) for _ in range(3)]
    receipts = serving.client_of().record(entries)
    assert [r.index for r in receipts] == [0, 1, 2]
    assert serving.client_of().record(entries)[1].leaf_hash == receipts[1].leaf_hash


def test_a_reused_id_is_a_conflict_and_an_incident_the_officer_finds(serving: Serving) -> None:
    entry = an_entry()
    serving.client_of().record([entry])
    with pytest.raises(EntryRefused):
        serving.client_of().record([replace(entry, ground="R08")])
    assert serving.events() == ["household.opened", "log.conflict"]


def test_an_entry_speaks_only_for_the_service_that_sends_it(serving: Serving) -> None:
    with pytest.raises(EntryRefused):
        serving.client_of("bundel-consent").record([an_entry(service="signals")])
    serving.client_of("bundel-consent").record([an_entry(service="")])
    assert serving.search()["items"][0]["service"] == "consent"


def test_every_fault_of_an_entry_is_named_with_its_place(serving: Serving) -> None:
    token = serving.token_of("bundel-signals", "audit")
    entry = an_entry().to_json() | {"event": "Opened!", "reason": "zij woont nu bij haar zus"}
    entry["actor"] = entry["actor"] | {"name": "Marit"}
    answer = serving.call("POST", "/v1/entries", token, {"entries": [entry]})
    assert answer.status_code == 400
    assert {fault["pointer"] for fault in answer.json["errors"]} == {
        "/entries/0/event",
        "/entries/0/reason",
        "/entries/0/actor/name",
    }
    assert serving.events() == []


@pytest.mark.parametrize("user", ["m.dejong", "s.kaya", "b.beheer", "f.yilmaz"])
def test_people_write_no_entries(serving: Serving, user: str) -> None:
    token = serving.person_token(user, "audit")
    answer = serving.call("POST", "/v1/entries", token, {"entries": [an_entry().to_json()]})
    assert answer.status_code == 404
    assert serving.events() == ["access.denied"]


@pytest.mark.parametrize("user", ["m.dejong", "s.kaya", "r.visser", "b.beheer"])
def test_only_the_privacy_officer_reads_the_log_and_trying_is_an_entry(
    serving: Serving, user: str
) -> None:
    answer = serving.call("POST", "/v1/entries/_search", serving.person_token(user, "audit"), {})
    assert answer.status_code == 404
    (denied,) = serving.search(event="access.denied")["items"]
    assert denied["decision"] == "deny"
    assert denied["reason"] == "review.search_entries"


def test_without_a_token_nothing_is_answered(serving: Serving) -> None:
    assert serving.call("POST", "/v1/entries/_search", body={}).status_code == 401
    assert serving.call("GET", "/v1/log/state").status_code == 401
    assert serving.call("GET", "/v1/checkpoints/latest").status_code == 401


def test_a_search_is_itself_an_entry_before_its_answer_leaves(serving: Serving) -> None:
    serving.client_of().record([an_entry()])
    first = serving.search(agency="veilig_thuis")
    second = serving.search(event="log.searched")
    assert [item["entryId"] for item in second["items"]] == [first["entryId"]]
    (item,) = second["items"]
    assert (item["ground"], item["purpose"], item["reason"]) == ("R27", "oversight", "agency")
    assert item["resultCount"] == 1


def test_no_decision_no_answer(serving: Serving) -> None:
    serving.client_of().record([an_entry()])
    serving.transport.down.add("consent")
    answer = serving.call("POST", "/v1/entries/_search", serving.officer(), {})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_what_policy_refuses_looks_like_nothing_and_is_an_entry(serving: Serving) -> None:
    consent = serving.transport.applications["consent"]
    serving.transport.applications["consent"] = Neighbour(refuses_everything)
    answer = serving.call("POST", "/v1/entries/_search", serving.officer(), {})
    assert answer.status_code == 404
    serving.transport.applications["consent"] = consent
    assert serving.events() == ["decision.refused"]


def test_no_entry_no_answer(serving: Serving) -> None:
    token = serving.officer()
    serving.sequencer.close()
    assert serving.call("POST", "/v1/entries/_search", token, {}).status_code == 503
    with pytest.raises(Unavailable):
        serving.client_of().record([an_entry()])


def test_the_officer_finds_by_person_user_agency_purpose_event_decision_and_time(
    serving: Serving,
) -> None:
    person, other = ids.new_id(), ids.new_id()
    wanted = an_entry(subjects=(person,), occurred_at="2026-03-01T10:00:00Z")
    police = EntryActor(
        ids.new_id(), "x", "source", "politie-midden-nederland", "police", "utrecht"
    )
    decoy = an_entry(
        subjects=(other,),
        actor=police,
        purpose="intake",
        event="signal.accepted",
        decision="deny",
        occurred_at="2026-05-01T10:00:00Z",
    )
    serving.client_of().record([wanted, decoy])
    questions = (
        {"personIds": [person]},
        {"actor": COORDINATOR.id},
        {"agency": "veilig_thuis"},
        {"organisation": "vt-utrecht"},
        {"purpose": "safety_assessment"},
        {"event": "household.opened"},
        {"householdId": wanted.household_id},
        {"from": "2026-02-01T00:00:00Z", "to": "2026-04-01T00:00:00+02:00"},
        {"decision": "permit", "purpose": "safety_assessment", "personIds": [other, person]},
    )
    for question in questions:
        found = serving.search(**question)
        assert [i["entryId"] for i in found["items"]] == [wanted.entry_id], question
    assert serving.search(personIds=[ids.new_id()])["totalItems"] == 0
    assert serving.events(decision="deny") == ["signal.accepted"]


def test_answers_hold_tokens_and_never_the_persons_id(serving: Serving) -> None:
    person = ids.new_id()
    serving.client_of().record([an_entry(subjects=(person,))])
    answer = serving.call("POST", "/v1/entries/_search", serving.officer(), {"personIds": [person]})
    assert answer.json["totalItems"] == 1
    assert person not in answer.text


def test_an_officer_sees_own_region_by_actor_or_by_case_and_nothing_else(
    serving: Serving,
) -> None:
    here = an_entry()
    there = an_entry(actor=GOOI)
    our_case = an_entry(actor=GOOI, region="utrecht", event="decision.refused", decision="deny")
    nobody = an_entry(actor=replace(GOOI, region=""), subjects=("person-9",))
    serving.client_of().record([here, there, our_case, nobody])
    seen = {item["entryId"] for item in serving.search()["items"]}
    assert seen == {here.entry_id, our_case.entry_id}
    for hidden in (there, nobody):
        answer = serving.call("GET", f"/v1/entries/{hidden.entry_id}", serving.officer())
        missing = serving.call("GET", f"/v1/entries/{ids.new_id()}", serving.officer())
        assert answer.status_code == missing.status_code == 404
        left, right = answer.json, missing.json
        assert {**left, "traceId": ""} == {**right, "traceId": ""}


def test_results_come_in_pages_of_fifty_newest_first(serving: Serving) -> None:
    serving.client_of().record([an_entry() for _ in range(120)])
    pages = [serving.search(event="household.opened", page=n) for n in (1, 2, 3, 4)]
    assert [len(page["items"]) for page in pages] == [50, 50, 20, 0]
    assert {page["totalItems"] for page in pages} == {120}
    indexes = [item["index"] for page in pages for item in page["items"]]
    assert indexes == list(range(119, -1, -1))


def test_opening_an_entry_proves_it_and_is_itself_an_entry(serving: Serving) -> None:
    entry = an_entry()
    serving.client_of().record([an_entry(), entry, an_entry()])
    opened = serving.call("GET", f"/v1/entries/{entry.entry_id}", serving.officer()).json
    assert opened["entry"]["householdId"] == entry.household_id
    proof = opened["proof"]
    key = VerifierKey.parse(serving.call("GET", "/v1/log/key").text)
    checkpoint = key.open(proof["checkpoint"])
    verify_inclusion(
        proof["index"],
        checkpoint.size,
        leaf_hash(opened["leaf"].encode()),
        [base64.b64decode(step) for step in proof["proof"]],
        checkpoint.root,
    )
    (opening,) = serving.search(event="log.entry-opened")["items"]
    assert opening["refersTo"] == entry.entry_id


def test_a_receipt_can_be_proved_later_and_a_wrong_one_cannot(serving: Serving) -> None:
    receipt = serving.client_of().record([an_entry() for _ in range(3)])[1]
    serving.client_of().record([an_entry() for _ in range(5)])
    token = serving.token_of("bundel-signals", "audit")
    shown = {"index": receipt.index, "leafHash": receipt.leaf_hash}
    for body in (shown, shown | {"treeSize": receipt.tree_size}):
        proof = serving.call("POST", "/v1/receipts/_prove", token, body).json
        verify_inclusion(
            receipt.index,
            proof["treeSize"],
            base64.b64decode(receipt.leaf_hash),
            [base64.b64decode(step) for step in proof["proof"]],
            base64.b64decode(proof["rootHash"]),
        )
    wrong = shown | {"index": 2}
    assert serving.call("POST", "/v1/receipts/_prove", token, wrong).status_code == 404
    beyond = shown | {"treeSize": 99}
    assert serving.call("POST", "/v1/receipts/_prove", token, beyond).status_code == 404


def test_anyone_reads_checkpoint_key_and_tiles_and_nobody_reads_leaves(serving: Serving) -> None:
    assert serving.call("GET", "/v1/log/checkpoint").status_code == 404
    serving.client_of().record([an_entry() for _ in range(300)])
    key = VerifierKey.parse(serving.call("GET", "/v1/log/key").text)
    checkpoint = key.open(serving.call("GET", "/v1/log/checkpoint").text)
    assert checkpoint.size == 300
    assert len(serving.call("GET", "/v1/log/tile/0/000").data) == 256 * 32
    assert len(serving.call("GET", "/v1/log/tile/0/001.p/44").data) == 44 * 32
    assert len(serving.call("GET", "/v1/log/tile/1/000.p/1").data) == 32
    for path in ("0/002", "0/001", "0/001.p/45", "0/1", "0/x000/../x", "entries/000", "9/000"):
        assert serving.call("GET", f"/v1/log/tile/{path}").status_code == 404, path


def test_the_state_says_whether_the_log_is_whole(serving: Serving) -> None:
    serving.client_of().record([an_entry() for _ in range(3)])
    state = serving.call("GET", "/v1/log/state", serving.officer()).json
    assert (state["whole"], state["damage"], state["size"]) == (True, "", 3)
    latest = serving.call(
        "GET", "/v1/checkpoints/latest", serving.person_token("m.dejong", "audit")
    )
    assert latest.json["rootHash"] == state["rootHash"]


def test_metrics_count_entries_and_say_nothing_of_them(serving: Serving) -> None:
    serving.client_of().record([an_entry() for _ in range(3)])
    text = serving.call("GET", "/metrics").text
    assert "bundel_audit_entries_total 3.0" in text
    assert "bundel_audit_group_size_bucket" in text
    assert "bundel_audit_append_seconds_bucket" in text
    assert COORDINATOR.id not in text
