"""What the desk may open to mend, redact or trace: P40 to P42."""

from __future__ import annotations

from typing import Any

import pytest

from tests.consent.facts import answer, asker, ground_of, police


def _held(who: str, region: str, context: str, purpose: str = "triage") -> Any:
    given = {"region": region, "addressedContext": context}
    return answer(who, "mend", purpose=purpose, resource_type="held", given=given)


def test_p40_the_addressed_desk_mends_and_all_do_when_that_cannot_be_read() -> None:
    assert ground_of(_held("desk", "utrecht", "vt_task")) == "P40"
    assert _held("desk", "utrecht", "none").permitted
    assert not _held("desk", "utrecht", "zvh_wgs").permitted
    assert not _held("desk", "gooi-en-vechtstreek", "vt_task").permitted
    assert not _held("desk", "utrecht", "vt_task", "safety_assessment").permitted
    assert not _held("vt", "utrecht", "vt_task", "triage").permitted


@pytest.mark.parametrize(
    "changes",
    [
        {"withheld": False},
        {"region": "gooi-en-vechtstreek"},
        {"case_context": "zvh_wgs"},
        {"closed_compartment": True},
        {"restricted": True},
    ],
)
def test_p41_only_the_desk_of_the_case_reads_only_what_is_withheld(
    changes: dict[str, Any],
) -> None:
    withheld = police(withheld=True)
    assert ground_of(answer("desk", "redact", withheld, purpose="triage")) == "P41"
    other = police(**{"withheld": True, **changes})
    assert not answer("desk", "redact", other, purpose="triage").permitted
    assert not answer("vt", "redact", withheld, purpose="triage").permitted
    assert not answer("desk", "view", withheld, purpose="triage").permitted


def test_p42_the_desk_that_split_and_the_privacy_officer_trace_who_saw_it() -> None:
    given = {"region": "utrecht", "caseContext": "vt_task"}

    def traces(who: str, purpose: str, **claims: Any) -> bool:
        return answer(
            who, "trace", purpose=purpose, resource_type="separation", given=given,
            as_asker=asker(who, **claims),
        ).permitted  # fmt: skip

    assert traces("desk", "triage")
    assert traces("privacy_officer", "oversight")
    assert not traces("desk", "oversight")
    assert not traces("desk", "triage", legalContext="zvh_wgs")
    assert not traces("privacy_officer", "oversight", region="gooi-en-vechtstreek")
    assert not traces("vt", "triage")
    assert not traces("administrator", "oversight")
