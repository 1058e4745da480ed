"""What a source system meets at the door."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from openapi_spec_validator import validate
from sqlalchemy import func, select

from services.signals.intake import examples
from services.signals.intake.schemas import REFERENCE, SIGNAL, WITHDRAWAL
from services.signals.intake.tables import quarantine, signals
from shared.authentication.access import declared_access
from shared.database import open_engine
from shared.settings import Settings
from tests.signals.intake.conftest import Caller
from tests.signals.intake.documents import person, signal, to_bytes, youth_signal


def stored(settings: Settings) -> int:
    engine = open_engine(settings.databases["signals"])
    with engine.connect() as connection:
        count: int = connection.execute(select(func.count()).select_from(signals)).scalar_one()
    engine.dispose()
    return count


def faults(answer: Any) -> dict[str, str]:
    return {fault["pointer"]: fault["code"] for fault in answer.json["errors"]}


def test_a_signal_is_accepted_and_its_replay_gets_the_same_answer(police: Caller) -> None:
    first = police.push(signal())
    again = police.push(signal())
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.data == again.data
    assert first.headers["ETag"] == '"1"'
    assert [p["ref"] for p in first.json["persons"]] == ["p1", "p2", "p3"]


def test_other_bytes_under_a_known_reference_are_a_conflict_that_says_what_to_do(
    police: Caller,
) -> None:
    made = police.push(signal()).json
    path = f"/signals/v1/signals/{made['signalId']}"
    other = police.push(signal(place="street"))
    assert other.status_code == 409
    assert f'PUT {path} and If-Match: "1"' in other.json["detail"]
    assert (other.json["signalId"], other.json["currentVersion"]) == (made["signalId"], 1)
    inside = path.removeprefix("/signals")
    assert police.send("PUT", inside, signal(place="street"), If_Match='"1"').status_code == 200
    assert 'If-Match: "2"' in police.push(signal(place="work")).json["detail"]
    police.send("POST", f"{inside}/withdrawals", {"reason": "wrong_persons"})
    told = police.push(signal(place="work"))
    assert told.status_code == 409
    assert "withdrawn" in told.json["detail"]
    assert "a new sourceReference" in told.json["detail"]
    assert "PUT" not in told.json["detail"]


def test_the_first_bytes_again_say_what_stands_after_a_correction_or_withdrawal(
    police: Caller,
) -> None:
    first = police.push(signal())
    path = f"/v1/signals/{first.json['signalId']}"
    police.send("PUT", path, signal(place="street"), If_Match='"1"')
    corrected = police.push(signal())
    assert (corrected.status_code, corrected.headers["ETag"]) == (200, '"2"')
    assert (corrected.json["version"], corrected.json["currentVersion"]) == (1, 2)
    assert [warning["code"] for warning in corrected.json["warnings"]] == ["corrected-since"]
    police.send("POST", f"{path}/withdrawals", {"reason": "wrong_persons"})
    withdrawn = police.push(signal())
    assert (withdrawn.status_code, withdrawn.json["state"]) == (200, "withdrawn")
    assert withdrawn.json["currentVersion"] == 3
    assert withdrawn.json["withdrawnAt"]
    assert [warning["code"] for warning in withdrawn.json["warnings"]] == ["withdrawn-since"]
    lines = to_bytes(signal()) + b"\n" + to_bytes(signal(place="work"))
    bulk = police.send("POST", "/v1/signals/_bulk", lines, Content_Type="application/x-ndjson")
    replayed, conflict = (json.loads(line) for line in bulk.data.splitlines())
    assert (replayed["status"], replayed["state"]) == (200, "withdrawn")
    assert (conflict["status"], conflict["signalId"]) == (409, first.json["signalId"])


def test_an_acute_signal_that_was_mended_since_says_so_to_its_first_bytes(police: Caller) -> None:
    broken = signal(severity="acute", place="nowhere")
    first = police.push(broken)
    assert police.push(broken).data == first.data
    path = f"/v1/signals/{first.json['signalId']}"
    mended = police.send("PUT", path, signal(severity="acute"), If_Match='"0"')
    assert mended.status_code == 200, mended.text
    again = police.push(broken)
    assert (again.status_code, again.json["state"]) == (200, "received")
    assert again.json["currentVersion"] == 1


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"kind": "report",\n "place" "home"}', "line 2, column 10"),
        (b'{\n"text": "Zo\xc3\xab: \xff"}', "line 2, column 15"),
        (b"", "line 1, column 1"),
    ],
)
def test_broken_json_is_told_by_line_and_column_and_never_quoted(
    police: Caller, body: bytes, place: str
) -> None:
    answer = police.push(body)
    assert place in answer.json["errors"][0]["detail"]
    assert "home" not in answer.text


def test_two_sources_may_use_the_same_reference(police: Caller, youth_care: Caller) -> None:
    first = police.push(signal())
    second = youth_care.push(youth_signal())
    assert second.status_code == 201
    assert first.json["signalId"] != second.json["signalId"]


def test_every_fault_is_named_in_one_answer_and_nothing_is_kept(
    police: Caller, settings: Settings
) -> None:
    answer = police.push(
        signal(
            kind="rapport",
            reportedAt="2026-02-30T10:00:00+01:00",
            occurredFrom="1899",
            colour="red",
            police=None,
            statements=[{"kind": "fact", "text": "Iets.", "by": "p9"}],
            persons=[
                person("p1", bsn="123456789", sex="v"),
                person("p1", roles=[], birthDate="2999-01-01"),
            ],
            ties=[{"from": "p1", "to": "p7", "kind": "partner"}],
        )
    )
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert faults(answer) == {
        "/kind": "unknown-code",
        "/reportedAt": "date-time",
        "/occurredFrom": "too-early",
        "/colour": "unknown-member",
        "/police": "missing",
        "/statements/0/by": "unknown-ref",
        "/persons/0/bsn": "bsn",
        "/persons/0/sex": "unknown-code",
        "/persons/1/roles": "count",
        "/persons/1/birthDate": "in-future",
        "/persons/1/ref": "not-unique",
        "/ties/0/to": "unknown-ref",
    }
    assert stored(settings) == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b"\xff\xfe{}", "not-json"),
        (b"[]", "not-an-object"),
        (b'"x"', "not-an-object"),
        (b'{"kind":"report","kind":"report"}', "double-member"),
        (b'{"a":NaN}', "not-a-number"),
        (b'{"a":-Infinity}', "not-a-number"),
        (b'{"a":1e400}', "number-too-large"),
        (b'{"a":' + b"9" * 400 + b"}", "number-too-large"),
        (b'{"a":' * 30 + b"1" + b"}" * 30, "too-deep"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not-json"),
    ],
)
def test_what_is_not_one_strict_json_object_is_refused(
    police: Caller, body: bytes, code: str
) -> None:
    answer = police.push(body)
    assert answer.status_code == 400
    assert [fault["code"] for fault in answer.json["errors"]] == [code]


def test_half_characters_and_nul_are_named_in_their_place(police: Caller) -> None:
    raw = to_bytes(signal(statements=[{"kind": "fact", "text": "TEXT"}]))
    for bad in (b"\\u0000", b"\\ud800"):
        answer = police.push(raw.replace(b"TEXT", b"a" + bad))
        assert answer.status_code == 400
        assert faults(answer) == {"/statements/0/text": "bad-character"}


def test_size_and_content_type_are_bounded(police: Caller, settings: Settings) -> None:
    big = b'{"a":"' + b"x" * settings.max_body_bytes + b'"}'
    assert police.push(big).status_code == 413
    assert police.push(signal(), Content_Type="text/plain").status_code == 415
    assert police.push(signal(), Content_Type="application/json; charset=utf-16").status_code == 415
    packed = gzip.compress(to_bytes(signal()))
    assert police.push(packed, Content_Encoding="gzip").status_code == 415
    assert stored(settings) == 0


def test_without_a_token_of_this_service_nothing_is_accepted(
    app: Flask, police: Caller, settings: Settings
) -> None:
    assert Caller(app, "nonsense").push(signal()).status_code == 401
    answer = app.test_client().post("/v1/signals", json=signal())
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert stored(settings) == 0


@effort(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from([*examples.SIGNAL, "ref", "text", "kind", "from"]) | st.text(),
                inner,
                max_size=6,
            )
        ),
        max_leaves=12,
    ),
    st.sampled_from(["acute", "incidental"]),
    st.booleans(),
)
def test_no_json_whatever_gives_a_server_error(
    police: Caller, drawn: Any, severity: str, whole: bool
) -> None:
    document: Any = drawn
    if whole and isinstance(drawn, dict):
        document = {**signal(severity=severity), **drawn}
    elif whole:
        document = signal(severity=severity, persons=drawn)
    answer = police.push(json.dumps(document).encode())
    assert answer.status_code in (200, 201, 202, 400, 409), answer.text


def test_a_correction_needs_the_current_version(police: Caller) -> None:
    made = police.push(signal()).json
    path = f"/v1/signals/{made['signalId']}"
    corrected = signal(place="street")
    assert police.send("PUT", path, corrected).status_code == 428
    assert police.send("PUT", path, corrected, If_Match="1").status_code == 400
    assert police.send("PUT", path, corrected, If_Match='"7"').status_code == 412
    answer = police.send("PUT", path, corrected, If_Match='"1"')
    assert (answer.status_code, answer.json["version"]) == (200, 2)
    assert answer.headers["ETag"] == '"2"'
    replay = police.send("PUT", path, corrected, If_Match='"1"')
    assert (replay.status_code, replay.data) == (200, answer.data)
    assert police.send("PUT", path, signal(place="work"), If_Match='"1"').status_code == 412
    other = signal(sourceReference="another", place="work")
    refused = police.send("PUT", path, other, If_Match='"2"')
    assert faults(refused) == {"/sourceReference": "other-reference"}


def test_a_withdrawal_says_why_and_ends_corrections(police: Caller) -> None:
    made = police.push(signal()).json
    path = f"/v1/signals/{made['signalId']}"
    assert police.send("POST", f"{path}/withdrawals", {"reason": "because"}).status_code == 400
    first = police.send("POST", f"{path}/withdrawals", {"reason": "wrong_persons"})
    assert (first.status_code, first.json["version"], first.json["state"]) == (201, 2, "withdrawn")
    again = police.send("POST", f"{path}/withdrawals", {"reason": "wrong_persons"})
    assert (again.status_code, again.data) == (200, first.data)
    other = police.send("POST", f"{path}/withdrawals", {"reason": "duplicate"})
    assert other.status_code == 409
    assert police.send("PUT", path, signal(), If_Match='"2"').status_code == 409
    assert police.send("GET", f"{path}/status").json["state"] == "withdrawn"


def test_a_source_learns_the_state_of_its_own_signals_only(
    police: Caller, youth_care: Caller
) -> None:
    made = police.push(signal()).json
    path = f"/v1/signals/{made['signalId']}/status"
    mine = police.send("GET", path)
    assert (mine.status_code, mine.json["state"]) == (200, "received")
    assert mine.headers["ETag"] == '"1"'
    reference = {"sourceReference": made["sourceReference"]}
    assert police.send("POST", "/v1/signals/_status", reference).json == mine.json
    absent = "/v1/signals/00000000-0000-4000-8000-000000000000/status"
    answers = [
        youth_care.send("GET", path),
        youth_care.send("GET", absent),
        youth_care.send("GET", "/v1/signals/none/status"),
        youth_care.send("POST", "/v1/signals/_status", reference),
        youth_care.send("PUT", path.removesuffix("/status"), youth_signal(), If_Match='"1"'),
        youth_care.send(
            "POST", path.replace("/status", "/withdrawals"), {"reason": "wrong_persons"}
        ),
    ]
    bodies = {json.dumps({**a.json, "traceId": ""}) for a in answers}
    assert [a.status_code for a in answers] == [404] * 6
    assert len(bodies) == 1


def test_each_line_of_a_bulk_delivery_has_its_own_result(police: Caller) -> None:
    acute = signal(sourceReference="r4", severity="acute", place="nowhere")
    lines = [
        to_bytes(signal(sourceReference="r1")),
        b"",
        to_bytes(signal(sourceReference="r2", place="nowhere")),
        b"{",
        to_bytes(acute),
        to_bytes(signal(sourceReference="r1")),
        to_bytes(signal(sourceReference="r1", place="street")),
        b'"' + b"x" * 1_000_001 + b'"',
        to_bytes(signal(sourceReference="r3")),
    ]
    answer = police.send(
        "POST", "/v1/signals/_bulk", b"\n".join(lines), Content_Type="application/x-ndjson"
    )
    assert answer.status_code == 200, answer.text
    results = [json.loads(line) for line in answer.data.splitlines()]
    assert [(r["line"], r["status"]) for r in results] == [
        (1, 201),
        (3, 400),
        (4, 400),
        (5, 202),
        (6, 200),
        (7, 409),
        (8, 413),
        (9, 201),
    ]
    assert results[0]["signalId"] == results[4]["signalId"]
    assert results[1]["errors"][0]["pointer"] == "/place"


def test_a_bulk_delivery_is_bounded_in_lines_and_bytes(police: Caller, settings: Settings) -> None:
    lines = b"\n".join(b"{}" for _ in range(503))
    answer = police.send("POST", "/v1/signals/_bulk", lines, Content_Type="application/x-ndjson")
    results = [json.loads(line)["status"] for line in answer.data.splitlines()]
    assert results == [400] * 500 + [413] * 3
    too_big = b"x" * (settings.max_bulk_bytes + 1)
    answer = police.send("POST", "/v1/signals/_bulk", too_big, Content_Type="application/x-ndjson")
    assert answer.status_code == 413
    assert police.send("POST", "/v1/signals/_bulk", lines).status_code == 415


def test_the_desk_sees_what_is_held_and_only_after_the_entry_is_durable(
    police: Caller, desk: Caller, app: Flask
) -> None:
    police.push(signal(severity="acute", place="nowhere"))
    # The log is down in this test: no entry, no answer (I1).
    answer = desk.send("POST", "/v1/quarantine/_search", {})
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert b"nowhere" not in answer.data
    text = app.test_client().get("/metrics").text
    assert "bundel_quarantine 1.0" in text
    assert "bundel_outbox_waiting 1.0" in text


def test_the_examples_of_the_description_are_valid_requests() -> None:
    assert SIGNAL.load(examples.SIGNAL).source_reference
    assert WITHDRAWAL.load(examples.WITHDRAWAL)
    assert REFERENCE.load(examples.REFERENCE)


def test_the_description_is_valid_openapi_and_names_every_answer(app: Flask) -> None:
    document = app.test_client().get("/v1/openapi.json").json
    validate(document)
    push = document["paths"]["/signals"]["post"]
    assert {"200", "201", "202", "400", "401", "404", "409", "413", "415", "503"} <= set(
        push["responses"]
    )
    assert push["requestBody"]["content"]["application/json"]["example"] == examples.SIGNAL
    put = document["paths"]["/signals/{signal_id}"]["put"]
    assert {"412", "428"} <= set(put["responses"])


def test_every_route_declares_who_may_call_it(app: Flask) -> None:
    bare = [e for e, view in app.view_functions.items() if declared_access(view) is None]
    assert bare == []


def test_nothing_of_a_refused_delivery_is_left(police: Caller, settings: Settings) -> None:
    police.push(signal(police={"article": "9", "firstProcessed": "2026-03-01"}, severity="acute"))
    engine = open_engine(settings.databases["signals"])
    with engine.connect() as connection:
        held = connection.execute(select(func.count()).select_from(quarantine)).scalar_one()
    engine.dispose()
    assert (held, stored(settings)) == (0, 0)


def test_logs_hold_nothing_of_a_signal(
    police: Caller, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    document = signal(persons=[person("p1", name={"surname": "Kwakkelstein"})], ties=None)
    police.push({**document, "place": "Kwakkelstein"})
    police.push({**document, "severity": "acute", "place": "Kwakkelstein"})
    police.push({**document, "sourceReference": "Kwakkelstein"})
    police.push(b'{"Kwakkelstein":')
    out, err = capfd.readouterr()
    metrics = police.app.test_client().get("/metrics").text
    assert "Kwakkelstein" not in out + err + caplog.text + metrics
