"""An entry is written out once, in the caller's thread: as canonical JSON does, or not at all."""

from __future__ import annotations

import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.entries.draft import make_draft
from services.audit.entries.leaf import canonical, read_leaf
from services.audit.entries.macs import KeyedMac
from shared import ids
from shared.clients.audit import Entry, EntryActor
from tests.audit.conftest import an_entry

KEY = b"c" * 32
MAC = KeyedMac(KEY, b"bundel entry content\x00")
OTHERS = (
    "purpose", "legal_context", "ground", "decision_id", "policy_version", "household_id",
    "case_id", "region", "reason", "refers_to", "processing_activity", "trace_id", "span_id",
)  # fmt: skip
codes = st.text("abcXYZ019._:/@+=-", max_size=12)
texts = st.text(max_size=12)


def entries(values: st.SearchStrategy[str]) -> st.SearchStrategy[Entry]:
    actors = st.builds(
        EntryActor, values.map(lambda text: text or "someone"), values, values, values, values,
        values,
    )  # fmt: skip
    return st.builds(
        Entry,
        entry_id=st.builds(ids.new_id),
        occurred_at=st.just("2026-11-23T09:12:00.000Z"),
        event=st.just("household.opened"),
        actor=actors,
        service=st.just("signals"),
        revision=st.one_of(values, st.integers(0, 99)),
        subjects=st.lists(values.filter(bool), max_size=3),
        signal_ids=st.lists(values.filter(bool), max_size=3),
        result_count=st.one_of(st.none(), st.integers(0, 10**9)),
        picture_version=st.one_of(values, st.integers(0, 99)),
        **dict.fromkeys(OTHERS, values),
    )


def leaf_by_json(entry: Entry, index: int, nonce: str, at: str, tokens: list[str]) -> bytes:
    body: dict[str, Any] = entry.to_json() | {"subjects": tokens}
    if not tokens:
        del body["subjects"]
    return canonical(body | {"index": index, "nonce": nonce, "recordedAt": at, "v": 1})


@given(entries(codes), st.integers(0, 10**12))
def test_leaf_and_mac_are_those_of_canonical_json(entry: Entry, index: int) -> None:
    draft = make_draft(entry, MAC, str.encode)
    tokens = [f"{n:022}" for n, _ in enumerate(draft.subjects)]
    time = "2026-11-23T09:12:00.001Z"
    leaf = draft.pieces.leaf(index, "n" * 22, time, tokens)
    assert leaf == leaf_by_json(entry, index, "n" * 22, time, tokens)
    assert read_leaf(leaf)["index"] == index
    said = b"bundel entry content\x00" + canonical(entry.to_json())
    assert draft.content_mac == hmac.digest(KEY, said, "sha256")


@given(entries(st.one_of(codes, texts)))
def test_no_value_can_end_its_own_text_and_begin_another_member(entry: Entry) -> None:
    try:
        draft = make_draft(entry, MAC, str.encode)
    except ValueError:
        return
    body = json.loads(draft.pieces.leaf(0, "n" * 22, entry.occurred_at, ()))
    added = ("index", "nonce", "recordedAt", "v")
    said = {name: value for name, value in body.items() if name not in added}
    assert said == {name: v for name, v in entry.to_json().items() if name != "subjects"}


@pytest.mark.parametrize(
    "fields",
    [
        {"ground": 'R01","householdId":"other'},
        {"reason": "zij woont nu bij haar zus"},
        {"occurred_at": "2026-13-45T09:12:00.000Z"},
        {"event": "a." + "b" * 200},
        {"entry_id": "not-an-id"},
        {"service": ""},
        {"subjects": ["x"] * 3 + [f"p{n}" for n in range(600)]},
        {"signal_ids": ["s" * 190 + str(n) for n in range(1000)]},
    ],
)
def test_what_has_not_the_form_of_a_leaf_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        make_draft(an_entry(**fields), MAC, str.encode)


@given(st.binary(min_size=1, max_size=64), st.binary(max_size=80), st.binary(max_size=300))
def test_a_keyed_mac_is_hmac_sha256(key: bytes, prefix: bytes, message: bytes) -> None:
    assert KeyedMac(key, prefix)(message) == hmac.digest(key, prefix + message, "sha256")
