"""I2 and I3: default deny, and one policy however it is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from services.consent.consents.coverage import Coverage
from services.consent.decisions.judge import Answer, Judge
from services.consent.decisions.questions import Asked, Asker
from services.consent.policy.authority import Authority
from services.consent.policy.condition import Facts
from services.consent.policy.filtering import NoFilter
from services.consent.policy.schema import FactsError
from shared.clients.facts import CaseFacts, SignalFacts
from shared.clients.filters import Filter, read_filter
from tests.consent.facts import ENGINE, NOW, asker, police
from tests.consent.worlds import World, worlds

AUTHORITY = Authority(ENGINE.bundle)
many = settings(max_examples=250, deadline=None)
SIGNAL_FACTS = sorted(police().to_json())
CODES = {
    "role": "burgemeester",
    "agency": "gp",
    "region": "atlantis",
    "legalContext": "curiosity",
}


class Recording(Judge):
    """A judge that also keeps the facts it decided on, for the comparison with Cedar."""

    def _decide(self, action: str, facts: Facts) -> Any:
        self.seen = facts
        return super()._decide(action, facts)


def question(someone: Asker, action: str, purpose: str, facts: SignalFacts | CaseFacts) -> Asked:
    kind = "case" if isinstance(facts, CaseFacts) else "signal"
    return Asked(someone, action, purpose, kind, "r", facts.to_json())


def outcome(answered: Answer) -> str:
    if answered.permitted:
        return "permit"
    return answered.fault or ("mask" if answered.mask else "deny")


def filter_by(judge: Judge, action: str) -> Filter:
    """The filter as a caller reads it from the answer, through JSON."""
    try:
        members = judge.filter(action)
    except (FactsError, NoFilter):
        return Filter.nothing()
    members |= {"policyVersion": "v", "revision": 0, "decisionId": "d"}
    return read_filter(json.loads(json.dumps(members)))


@many
@given(worlds(), st.sampled_from(["know", "view", "link"]))
def test_the_compiled_rules_answer_as_cedar_does(world: World, action: str) -> None:
    someone, purpose = world.asker, world.purpose
    if action == "link":  # only Bundel itself and sources ask that
        someone = replace(someone, properties={**someone.properties, "role": "source"})
        purpose = "intake"
    for facts in world.signals:
        judge = Recording(ENGINE, someone, purpose, NOW, world.coverage)
        answered = judge.answer(question(someone, action, purpose, facts))
        event(f"{action}: {outcome(answered)}")
        resource = getattr(judge, "seen", None)
        if resource is None:  # facts that are not complete: a deny, whatever Cedar would say
            assert not answered.permitted
            continue
        by_cedar = AUTHORITY.permits(someone.principal(), action, judge.context, [resource])
        assert answered.permitted == by_cedar[0]


@many
@given(worlds(), st.sampled_from(["know", "view"]))
def test_a_filter_is_the_same_as_asking_one_by_one(world: World, action: str) -> None:
    judge = Judge(ENGINE, world.asker, world.purpose, NOW, world.coverage)
    sieve = filter_by(judge, action)
    for facts in world.signals:
        one = judge.answer(question(world.asker, action, world.purpose, facts))
        matched = sieve.matches(facts)
        event(f"{action}: {outcome(one)}")
        assert (matched is not None) == one.permitted
        if matched is not None and one.ground is not None:
            assert matched.rule_id == one.ground.id
            if action == "view":
                assert matched.visible_fields == one.visible_fields


@many
@given(worlds(), st.sampled_from(["open", "assign"]))
def test_a_filter_over_cases_is_the_same_as_asking_one_by_one(world: World, action: str) -> None:
    judge = Judge(ENGINE, world.asker, world.purpose, NOW, world.coverage)
    sieve = filter_by(judge, action)
    for facts in world.cases:
        one = judge.answer(question(world.asker, action, world.purpose, facts)).permitted
        assert (sieve.matches(facts) is not None) == one


@many
@given(worlds())
def test_whoever_may_view_may_know_and_a_mask_is_only_for_who_may_know(world: World) -> None:
    judge = Judge(ENGINE, world.asker, world.purpose, NOW, world.coverage)
    for facts in world.signals:
        know, view, reporter = (
            judge.answer(question(world.asker, action, world.purpose, facts))
            for action in ("know", "view", "view_reporter")
        )
        assert know.permitted or not view.permitted
        assert view.permitted or not reporter.permitted
        assert ("reporter" in view.visible_fields) == reporter.permitted
        if not know.permitted:
            assert know.mask is view.mask is reporter.mask is None
        if know.permitted and not view.permitted:
            assert view.mask is not None
            assert view.mask.tell
            assert view.mask.why


@pytest.mark.parametrize("missing", SIGNAL_FACTS)
@pytest.mark.parametrize("action", ["know", "view"])
def test_a_missing_fact_is_a_deny(missing: str, action: str) -> None:
    body = police().to_json()
    assert _permits("vt", action, body)
    del body[missing]
    assert not _permits("vt", action, body)


@pytest.mark.parametrize("wrong", SIGNAL_FACTS)
@pytest.mark.parametrize("value", [None, {}, 3.5, "unheard_of", [[]]])
def test_a_fact_of_the_wrong_kind_is_a_deny(wrong: str, value: object) -> None:
    if wrong == "sourceOrganisation" and value == "unheard_of":
        return  # any text is an organisation's code
    assert not _permits("vt", "know", {**police().to_json(), wrong: value})


@pytest.mark.parametrize("claim", sorted(CODES))
def test_an_unknown_role_agency_region_or_context_is_a_deny(claim: str) -> None:
    someone = asker("vt", **{claim: CODES[claim]})
    assert not _permits_as(someone, "know", police().to_json(), "case_coordination")


@pytest.mark.parametrize("purpose", ["", "curiosity", "statistics", "oversight"])
def test_an_unknown_or_other_purpose_is_a_deny(purpose: str) -> None:
    assert not _permits_as(asker("vt"), "know", police().to_json(), purpose)


def test_an_unknown_action_and_a_wrong_resource_type_are_a_deny() -> None:
    assert not _permits("vt", "peek", police().to_json())
    someone = asker("vt")
    judge = Judge(ENGINE, someone, "case_coordination", NOW, _nothing())
    asked = Asked(someone, "know", "case_coordination", "case", "r", police().to_json())
    assert not judge.answer(asked).permitted


def test_facts_that_only_consent_may_add_are_not_taken_from_the_caller() -> None:
    body = {**police().to_json(), "consented": True, "underGrant": True, "bands": ["under12"]}
    body |= {"sourceAgency": "youth_care", "category": "treatment", "wpgArticle": "none"}
    assert _permits("vt", "know", body)
    assert not _permits("vt", "view", body)


def test_an_engine_error_in_cedar_is_a_deny() -> None:
    authority = Authority(ENGINE.bundle)
    someone = asker("vt").principal()
    context = {"purpose": "case_coordination", "policeLimitDays": 0}
    body = {**police().to_json(), "bands": ["under12"], "consented": False, "underGrant": False}
    assert authority.permits(someone, "know", context, [body]) == [True]
    assert authority.permits(someone, "know", {**context, "purpose": "x"}, [body]) == [False]
    assert authority.errors
    del body["withheld"]
    assert authority.permits(someone, "know", context, [body]) == [False]


def _nothing() -> Any:
    return Coverage({})


def _permits(who: str, action: str, body: dict[str, Any]) -> bool:
    return _permits_as(asker(who), action, body, "case_coordination")


def _permits_as(someone: Asker, action: str, body: dict[str, Any], purpose: str) -> bool:
    judge = Judge(ENGINE, someone, purpose, NOW, _nothing())
    return judge.answer(Asked(someone, action, purpose, "signal", "r", body)).permitted
