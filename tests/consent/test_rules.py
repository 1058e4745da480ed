"""Each rule by name: what it opens, what it keeps closed, and for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.consent.consents.coverage import Coverage
from services.consent.consents.model import GivenBy
from shared import clock
from shared.clients.facts import SignalFacts, Subject
from tests.consent.facts import (
    MENTION,
    answer,
    asker,
    case,
    for_youth,
    for_zvh,
    ground_of,
    knows,
    mask_of,
    police,
    terms,
    veilig_thuis,
    views,
    youth_care,
)

EVERYTHING = frozenset(
    {"incident", "care", "treatment", "health", "criminal", "report", "assessment"}
)


def consent_for(context: str, **changes: object) -> Coverage:
    return Coverage.of([terms(recipient_context=context, categories=EVERYTHING, **changes)])


# Police: R01 - R06


def test_r01_veilig_thuis_views_a_police_signal_of_its_own_case() -> None:
    found = answer("vt", "view", police())
    assert ground_of(found) == "R01"
    assert found.ground is not None
    assert found.ground.obligations == ("record_disclosure",)


def test_r01_does_not_open_a_police_signal_without_article_or_date() -> None:
    assert not knows("vt", police(wpg_article="none"))
    assert not knows("vt", police(first_processed_days=0))


def test_r02_the_municipality_views_a_police_signal_when_a_minor_is_involved() -> None:
    assert ground_of(answer("youth", "view", for_youth(police()))) == "R02"


def test_r03_without_a_minor_the_municipality_does_not_even_know() -> None:
    assert not knows("youth", for_youth(police(minor_involved=False)))
    assert mask_of(answer("youth", "view", for_youth(police(minor_involved=False)))) == ""


def test_r04_zvh_views_a_police_signal_once_a_human_confirmed_it_and_data_are_collected() -> None:
    assert ground_of(answer("zvh", "view", for_zvh(police()))) == "R04"


@pytest.mark.parametrize("state", ["registered", "purpose_tested", "active", "closed", "queued"])
def test_r04_before_and_after_collecting_zvh_knows_nothing(state: str) -> None:
    for facts in (police(), youth_care(), veilig_thuis()):
        assert not knows("zvh", for_zvh(facts, case_state=state))


def test_r04_an_unconfirmed_link_is_not_known_under_the_wgs() -> None:
    for facts in (police(), youth_care(), veilig_thuis()):
        assert not knows("zvh", for_zvh(facts, human_confirmed=False))


@pytest.mark.parametrize("article", ["9", "10", "12"])
def test_r05_investigation_data_are_known_to_nobody(article: str) -> None:
    facts = police(wpg_article=article)
    assert not knows("vt", facts)
    assert not knows("zvh", for_zvh(facts))
    assert not knows("youth", for_youth(facts))
    assert not links(facts, "vt_task")


def test_r06_police_data_of_five_years_are_not_disclosed_any_more() -> None:
    limit = clock.epoch_days(date(2021, 6, 15))
    assert not knows("vt", police(first_processed_days=limit))
    assert not knows("vt", police(first_processed_days=limit - 400))
    assert not links(police(first_processed_days=limit), "vt_task")


def test_r06_police_data_of_a_day_less_than_five_years_are() -> None:
    assert views("vt", police(first_processed_days=clock.epoch_days(date(2021, 6, 16))))


def test_r06_leaves_the_own_old_file_of_veilig_thuis_open() -> None:
    assert views("vt", veilig_thuis(first_processed_days=0))


# Youth care: R08 - R11, R18 - R20, R23, R24


@pytest.mark.parametrize("category", ["incident", "care", "health", "report", "safety_conclusion"])
def test_r08_veilig_thuis_views_what_youth_care_may_give_it(category: str) -> None:
    assert ground_of(answer("vt", "view", youth_care(category=category))) == "R08"


def test_r08_treatment_stays_masked_for_veilig_thuis_without_consent() -> None:
    facts = youth_care(category="treatment")
    assert knows("vt", facts)
    assert mask_of(answer("vt", "view", facts)) == "R18"


def test_r09_the_municipality_views_youth_care_data_with_consent() -> None:
    found = answer("youth", "view", for_youth(youth_care()), coverage=consent_for("youth_council"))
    assert ground_of(found) == "R09"


def test_r09_without_consent_the_municipality_knows_but_does_not_view() -> None:
    assert knows("youth", for_youth(youth_care()))
    assert mask_of(answer("youth", "view", for_youth(youth_care()))) == "R09"


def test_r10_an_institution_gets_what_it_needs_for_a_supervision_order() -> None:
    facts = youth_care(case_context="gi_measure", coordinators=frozenset({"gi"}))
    assert ground_of(answer("gi", "view", facts)) == "R10"
    assert not views("gi", youth_care(
        case_context="gi_measure", coordinators=frozenset({"gi"}), minor_involved=False
    ))  # fmt: skip


@pytest.mark.parametrize("category", ["care", "treatment", "health", "incident"])
def test_r11_zvh_views_what_is_under_secrecy_only_with_consent(category: str) -> None:
    facts = for_zvh(youth_care(category=category))
    assert mask_of(answer("zvh", "view", facts)) == "R11"
    found = answer("zvh", "view", facts, coverage=consent_for("zvh_wgs"))
    assert ground_of(found) == "R11"


@pytest.mark.parametrize(
    ("age", "rule", "given_by"),
    [
        (11, "R18", [GivenBy.BOTH_PARENTS]),
        (12, "R19", [GivenBy.SELF, GivenBy.BOTH_PARENTS]),
        (16, "R20", [GivenBy.SELF]),
    ],
)
def test_r18_r19_r20_consent_of_the_right_persons_opens_treatment(
    age: int, rule: str, given_by: list[GivenBy]
) -> None:
    facts = youth_care(category="treatment", subjects=(Subject((MENTION,), age),))
    assert mask_of(answer("vt", "view", facts)) == rule
    agreed = [
        terms(recipient_context="vt_task", categories=frozenset({"treatment"}), given_by=each)
        for each in given_by
    ]
    assert ground_of(answer("vt", "view", facts, coverage=Coverage.of(agreed))) == rule
    for left_out in range(len(agreed)):
        less = Coverage.of(agreed[:left_out] + agreed[left_out + 1 :])
        assert mask_of(answer("vt", "view", facts, coverage=less)) == rule


def test_r18_every_person_concerned_must_be_covered() -> None:
    sister = Subject(("1c0d6f0e-8a61-4d53-8a5b-2f6a5a0c9b02",), 7)
    facts = for_zvh(youth_care(subjects=(Subject((MENTION,), 9), sister)))
    assert not views("zvh", facts, coverage=consent_for("zvh_wgs"))


def test_a_consent_rule_opens_nothing_when_nobody_is_concerned() -> None:
    assert not views("zvh", for_zvh(youth_care(subjects=())), coverage=consent_for("zvh_wgs"))


def test_r23_veilig_thuis_may_use_criminal_law_data_in_its_assessment() -> None:
    assert ground_of(answer("vt", "view", youth_care(category="criminal"))) == "R23"
    assert mask_of(answer("zvh", "view", for_zvh(youth_care(category="criminal")))) == "R11"


def test_r24_the_municipality_never_views_criminal_law_data() -> None:
    facts = for_youth(police(category="criminal"))
    assert knows("youth", facts)
    assert mask_of(answer("youth", "view", facts)) == "R24"
    consented = consent_for("youth_council")
    assert not views("youth", for_youth(youth_care(category="criminal")), coverage=consented)


def test_r24_the_outcome_that_counts_for_safety_does_reach_the_municipality() -> None:
    assert views("youth", for_youth(police(category="safety_conclusion")))


# Veilig Thuis: R15, R16


def test_veilig_thuis_uses_its_own_file() -> None:
    assert ground_of(answer("vt", "view", veilig_thuis())) == "P07"


def test_r15_others_know_of_the_file_of_veilig_thuis_and_view_it_with_consent() -> None:
    for who, facts, context in (
        ("zvh", for_zvh(veilig_thuis()), "zvh_wgs"),
        ("youth", for_youth(veilig_thuis()), "youth_council"),
    ):
        assert knows(who, facts)
        assert mask_of(answer(who, "view", facts)) == "R15"
        opened = answer(who, "view", facts, coverage=consent_for(context))
        assert ground_of(opened) == "R15"


def test_r16_only_veilig_thuis_and_the_own_organisation_see_the_reporter() -> None:
    assert "reporter" in answer("vt", "view", youth_care()).visible_fields
    seen = answer("zvh", "view", for_zvh(police()))
    assert seen.permitted
    assert "reporter" not in seen.visible_fields
    assert not answer("zvh", "view_reporter", for_zvh(police())).permitted
    own = for_zvh(police(source_organisation="zvh-utrecht"))
    assert "reporter" in answer("zvh", "view", own).visible_fields


def test_r16_nobody_sees_the_reporter_of_what_they_may_not_view() -> None:
    assert not answer("vt", "view_reporter", youth_care(category="treatment")).permitted


# Break-glass, what is withheld, restrictions, conditions: R21, R22, A18, P04


GRANTED = Coverage.of([], granted=frozenset({MENTION}))


def test_r21_a_break_glass_opens_what_consent_would_for_acute_protection_only() -> None:
    facts = for_zvh(youth_care())
    acute = answer("zvh", "view", facts, coverage=GRANTED, purpose="acute_protection")
    assert ground_of(acute) == "R21"
    assert acute.ground is not None
    assert "notify_privacy_officer" in acute.ground.obligations
    assert not views("zvh", facts, coverage=GRANTED)
    assert not views("zvh", facts, purpose="acute_protection")


def test_r21_a_break_glass_reaches_beyond_the_own_case_but_not_beyond_the_region() -> None:
    other = youth_care(coordinators=frozenset({"somebody"}))
    assert views("vt", other, coverage=GRANTED, purpose="acute_protection")
    assert not knows("vt_gooi", other, coverage=GRANTED, purpose="acute_protection")


def test_r21_a_break_glass_never_opens_police_data_or_a_closed_compartment() -> None:
    other = police(coordinators=frozenset({"somebody"}))
    assert not knows("vt", other, coverage=GRANTED, purpose="acute_protection")
    closed = youth_care(closed_compartment=True)
    assert not knows("vt", closed, coverage=GRANTED, purpose="acute_protection")


def test_r22_a_withheld_text_is_closed_to_everybody_and_says_nothing_of_why() -> None:
    for who, facts in (
        ("vt", police(withheld=True)), ("zvh", for_zvh(police(withheld=True))),
        ("youth", for_youth(police(withheld=True))),
    ):  # fmt: skip
        assert knows(who, facts)
        found = answer(who, "view", facts)
        assert mask_of(found) == "R22"
        assert found.mask is not None
        assert found.mask.why == "De inhoud wordt nog nagekeken."
    assert views("vt", police(withheld=False))


def test_a18_restricted_processing_closes_content_unless_there_is_consent() -> None:
    restricted = Coverage.of([], restricted=frozenset({MENTION}))
    assert mask_of(answer("vt", "view", police(), coverage=restricted)) == "A18"
    assert mask_of(answer("vt", "view", police(restricted=True))) == "A18"
    consented = consent_for("vt_task")
    assert views("vt", police(restricted=True), coverage=consented)


@pytest.mark.parametrize(
    ("condition", "who", "facts"),
    [
        ("not_to_zvh", "zvh", for_zvh(police())),
        ("not_to_youth", "youth", for_youth(police())),
        ("own_agency_only", "vt", police()),
    ],
)
def test_p04_whom_a_source_excludes_does_not_know(
    condition: str, who: str, facts: SignalFacts
) -> None:
    assert knows(who, facts)
    assert not knows(who, replace(facts, conditions=frozenset({condition})))


# Gates: region, own case, closed compartment


def test_p01_another_region_knows_nothing() -> None:
    assert not knows("vt_gooi", police(coordinators=frozenset({"vt_gooi"})))


def test_p02_another_coordinator_or_another_context_knows_nothing() -> None:
    assert not knows("vt", police(coordinators=frozenset({"somebody"})))
    assert not knows("vt", for_zvh(police(), coordinators=frozenset({"vt"})))


def test_p03_only_named_persons_know_of_a_closed_compartment() -> None:
    assert not knows("vt", police(closed_compartment=True))
    assert views("vt", police(closed_compartment=True, named_actors=frozenset({"vt"})))


# Linking


def links(facts: SignalFacts, context: str, who: str = "police_source") -> bool:
    seen = replace(facts, case_context=context)
    return answer(who, "link", seen, purpose="intake").permitted


def test_r17_signals_come_together_under_the_task_that_allows_it() -> None:
    for facts in (police(), youth_care(), veilig_thuis()):
        assert links(facts, "vt_task")
        assert links(facts, "zvh_wgs")
        assert links(facts, "youth_council")


def test_r17_police_data_without_a_minor_stay_out_of_the_youth_bundle() -> None:
    assert not links(police(minor_involved=False), "youth_council")
    assert links(police(minor_involved=False), "vt_task")


def test_linking_keeps_to_the_region_and_to_the_conditions_of_the_source() -> None:
    assert not links(police(region="gooi-en-vechtstreek"), "vt_task")
    assert not links(police(conditions=frozenset({"not_to_zvh"})), "zvh_wgs")
    assert not links(police(conditions=frozenset({"own_agency_only"})), "vt_task")
    own = veilig_thuis(conditions=frozenset({"own_agency_only"}))
    assert links(own, "vt_task")


def test_nobody_links_for_another_purpose_or_as_a_person() -> None:
    assert not answer("police_source", "link", police(), purpose="triage").permitted
    assert not answer("vt", "link", police(), purpose="intake").permitted


def test_no_link_under_a_context_that_has_no_rule() -> None:
    assert not links(police(), "vir")
    assert not links(police(), "consent")


# Work: open, assign, list, search, push, consents, log


def test_a_coordinator_opens_the_own_case_and_no_other() -> None:
    assert answer("vt", "open", case(), resource_type="case").permitted
    for other in (
        case(coordinators=frozenset({"x"})), case(region="gooi-en-vechtstreek"),
        case(case_context="zvh_wgs"), case(case_state="closed"), case(closed_compartment=True),
    ):  # fmt: skip
        assert not answer("vt", "open", other, resource_type="case").permitted


def test_the_desk_assigns_in_its_own_region_and_context_also_a_closed_compartment() -> None:
    def assigns(**changes: object) -> bool:
        facts = case(**changes)
        found = answer("desk", "assign", facts, purpose="triage", resource_type="case")
        return found.permitted

    assert assigns()
    assert assigns(closed_compartment=True)
    assert not assigns(region="gooi-en-vechtstreek")
    assert not assigns(case_context="zvh_wgs")
    assert not answer("vt", "assign", case(), resource_type="case").permitted


def test_the_desk_knows_signals_to_check_links_and_views_none() -> None:
    assert knows("desk", police(), purpose="triage")
    assert not views("desk", police(), purpose="triage")
    assert not knows("desk", police(), purpose="case_coordination")
    assert not knows("desk", police(closed_compartment=True), purpose="triage")


@pytest.mark.parametrize(
    ("who", "action", "kind", "purpose", "permitted"),
    [
        ("vt", "list", "worklist", "case_coordination", True),
        ("desk", "list", "worklist", "triage", True),
        ("desk", "list", "worklist", "case_coordination", False),
        ("privacy_officer", "list", "worklist", "oversight", False),
        ("vt", "search", "signals", "case_coordination", True),
        ("vt", "search", "signals", "statistics", False),
        ("desk", "search", "signals", "triage", False),
        ("police_source", "push", "signals", "intake", True),
        ("vt", "push", "signals", "intake", False),
        ("privacy_officer", "read_log", "log", "oversight", True),
        ("vt", "read_log", "log", "oversight", False),
        ("administrator", "read_log", "log", "oversight", False),
        ("privacy_officer", "read_log", "log", "administration", False),
        ("consent_officer", "resolve_person", "persons", "administration", True),
        ("privacy_officer", "resolve_person", "persons", "oversight", True),
        ("vt", "resolve_person", "persons", "case_coordination", False),
    ],
)
def test_r27_and_the_work_rules(
    who: str, action: str, kind: str, purpose: str, permitted: bool
) -> None:
    found = answer(who, action, purpose=purpose, resource_type=kind, given={})
    assert found.permitted is permitted


def test_the_consent_officer_works_in_the_own_region_only() -> None:
    def may(who: str, action: str, region: str) -> bool:
        found = answer(
            who, action, purpose="administration", resource_type="consents",
            given={"region": region},
        )  # fmt: skip
        return found.permitted

    for action in ("record_consent", "read_consent"):
        assert may("consent_officer", action, "utrecht")
        assert not may("consent_officer", action, "gooi-en-vechtstreek")
        assert not may("vt", action, "utrecht")
        assert not may("privacy_officer", action, "utrecht")


def test_the_administrator_sees_nothing() -> None:
    assert not knows("administrator", police(), purpose="administration")
    claims = {"legalContext": "vt_task", "agency": "veilig_thuis"}
    someone = asker("administrator", **claims)
    for purpose in ("administration", "case_coordination"):
        found = answer("administrator", "know", police(), as_asker=someone, purpose=purpose)
        assert not found.permitted
