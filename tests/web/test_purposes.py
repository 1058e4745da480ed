"""Pages offer just the purposes for which the rules open a case."""

from __future__ import annotations

import pytest

from services.signals.picture.service import PURPOSES
from services.signals.web.purposes import CHOICES, choices
from shared.vocabulary import LegalContext, Purpose
from tests.consent.facts import answer, asker, case

AT_WORK = {
    LegalContext.VT_TASK: "vt",
    LegalContext.ZVH_WGS: "zvh",
    LegalContext.YOUTH_COUNCIL: "youth",
}


@pytest.mark.parametrize("context", CHOICES)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_purpose_is_offered_when_a_case_opens_for_it(context: LegalContext, purpose: str) -> None:
    who = AT_WORK[context]
    facts = case(case_context=str(context), coordinators=frozenset({who}))
    asked = (("open", facts, "case"), ("list", None, "worklist"), ("search", None, "signals"))
    offered = purpose in {choice.purpose.value for choice in choices(context)}
    for action, about, kind in asked:
        found = answer(who, action, about, purpose=purpose, resource_type=kind)
        assert found.permitted is offered, (action, asker(who))


def test_only_veilig_thuis_assesses_safety() -> None:
    offering = {
        context
        for context, found in CHOICES.items()
        if Purpose.SAFETY_ASSESSMENT in {choice.purpose for choice in found}
    }
    assert offering == {LegalContext.VT_TASK}
