"""R18-R20: who may consent, at which age, also on the birthday itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consent.consents.authority import faults_of, sufficient, with_parental_authority
from services.consent.consents.coverage import Coverage
from services.consent.consents.model import Evidence, GivenBy, Reason
from services.consent.office.reading import age_on, read_terms
from shared import clock
from shared.clients.facts import BANDS, Subject, band_of
from shared.problems import InvalidInput
from tests.consent.facts import MENTION, terms

CARE, TREATMENT = frozenset({"care"}), frozenset({"treatment"})
BODY = {
    "mentionId": MENTION,
    "purpose": "case_coordination",
    "recipientLegalContext": "zvh_wgs",
    "categories": ["care"],
    "givenBy": "self",
    "evidence": "signed_form",
}


def by(*givers: GivenBy, **changes: object) -> list:
    categories = changes.pop("categories", CARE | TREATMENT)
    return [terms(given_by=giver, categories=categories, **changes) for giver in givers]


def test_under_twelve_both_parents_the_guardian_or_the_court_consent() -> None:
    for giver in (GivenBy.BOTH_PARENTS, GivenBy.GUARDIAN, GivenBy.JUDGE):
        assert sufficient("under12", "care", by(giver))
    assert not sufficient("under12", "care", by(GivenBy.SELF))


def test_one_parent_is_not_enough_unless_the_register_shows_sole_authority() -> None:
    assert not sufficient("under12", "care", by(GivenBy.PARENT))
    assert not sufficient("under12", "care", by(GivenBy.PARENT, GivenBy.PARENT))
    alone = by(GivenBy.PARENT, reason=Reason.SOLE_AUTHORITY, evidence=Evidence.AUTHORITY_REGISTER)
    assert sufficient("under12", "care", alone)
    assert not sufficient("under12", "care", by(GivenBy.PARENT, reason=Reason.SOLE_AUTHORITY))


def test_a_parent_is_passed_over_by_a_decision_with_a_reason_never_by_itself() -> None:
    assert not sufficient("under12", "care", by(GivenBy.PROFESSIONAL_DECISION))
    for reason in (
        Reason.OTHER_PARENT_UNSAFE, Reason.OTHER_PARENT_UNREACHABLE, Reason.CHILD_INTEREST,
    ):  # fmt: skip
        assert sufficient("under12", "care", by(GivenBy.PROFESSIONAL_DECISION, reason=reason))


def test_from_twelve_to_sixteen_the_young_person_decides_on_sharing() -> None:
    assert sufficient("from12", "care", by(GivenBy.SELF))
    assert not sufficient("from12", "care", by(GivenBy.BOTH_PARENTS))


def test_from_twelve_to_sixteen_treatment_needs_the_young_person_and_the_parents() -> None:
    assert not sufficient("from12", "treatment", by(GivenBy.SELF))
    assert not sufficient("from12", "treatment", by(GivenBy.BOTH_PARENTS))
    assert sufficient("from12", "treatment", by(GivenBy.SELF, GivenBy.BOTH_PARENTS))


def test_from_sixteen_only_the_person_decides() -> None:
    for category in ("care", "treatment"):
        assert sufficient("from16", category, by(GivenBy.SELF))
        assert not sufficient("from16", category, by(GivenBy.BOTH_PARENTS))
        assert not sufficient("from16", category, by(GivenBy.GUARDIAN))


def test_for_who_cannot_weigh_it_the_representative_decides() -> None:
    assert sufficient("from16", "care", by(GivenBy.GUARDIAN, incapable=True))
    assert not sufficient("from16", "care", by(GivenBy.BOTH_PARENTS, incapable=True))
    assert sufficient("from12", "treatment", by(GivenBy.BOTH_PARENTS, incapable=True))
    assert not sufficient("from12", "care", by(GivenBy.SELF, incapable=True))


@pytest.mark.parametrize(
    ("birth", "today", "band"),
    [
        (date(2014, 6, 16), date(2026, 6, 15), "under12"),
        (date(2014, 6, 15), date(2026, 6, 15), "from12"),
        (date(2014, 6, 14), date(2026, 6, 15), "from12"),
        (date(2010, 6, 16), date(2026, 6, 15), "from12"),
        (date(2010, 6, 15), date(2026, 6, 15), "from16"),
        (date(2016, 2, 29), date(2028, 2, 28), "under12"),
        (date(2016, 2, 29), date(2028, 2, 29), "from12"),
        (date(2012, 2, 29), date(2027, 2, 28), "from12"),
        (date(2010, 2, 28), date(2026, 2, 28), "from16"),
    ],
)
def test_the_band_changes_on_the_birthday_itself(birth: date, today: date, band: str) -> None:
    assert band_of(age_on(birth, today)) == band


def test_a_childs_consent_by_the_parents_ends_on_the_twelfth_birthday() -> None:
    parents = Coverage.of(by(GivenBy.BOTH_PARENTS))
    assert parents.consented([Subject((MENTION,), 11)], "care")
    assert not parents.consented([Subject((MENTION,), 12)], "care")


def test_the_parents_half_of_a_treatment_consent_falls_away_on_the_sixteenth_birthday() -> None:
    young_person = Coverage.of(by(GivenBy.SELF))
    assert not young_person.consented([Subject((MENTION,), 15)], "treatment")
    assert young_person.consented([Subject((MENTION,), 16)], "treatment")


def test_an_unknown_age_must_be_covered_for_every_age_it_can_be() -> None:
    nobody_knows = [Subject((MENTION,), None)]
    assert not Coverage.of(by(GivenBy.SELF, band="under12")).consented(nobody_knows, "care")
    assert Coverage.of(by(GivenBy.SELF, band="from16")).consented(nobody_knows, "treatment")
    young = by(GivenBy.SELF, band="from12")
    assert Coverage.of(young).consented(nobody_knows, "care")
    assert not Coverage.of(young).consented(nobody_knows, "treatment")


@given(st.lists(st.sampled_from(list(GivenBy)), max_size=4), st.sampled_from(BANDS[:3]))
def test_one_more_consent_never_takes_anything_away(givers: list[GivenBy], band: str) -> None:
    for category in ("care", "treatment"):
        for extra in GivenBy:
            if sufficient(band, category, by(*givers)):
                assert sufficient(band, category, by(*givers, extra))


def test_what_the_form_takes_can_count_and_what_it_refuses_never_does() -> None:
    for giver, band, category, incapable, reason, evidence in product(
        GivenBy, BANDS[:3], ("care", "treatment"), (True, False),
        (Reason.NONE, Reason.SOLE_AUTHORITY, Reason.CHILD_INTEREST), Evidence,
    ):  # fmt: skip
        one = terms(
            given_by=giver, band=band, categories=frozenset({category}), incapable=incapable,
            reason=reason, evidence=evidence,
        )  # fmt: skip
        other_half = [*by(GivenBy.SELF), *by(GivenBy.BOTH_PARENTS)]
        adds = any(
            sufficient(band, category, [one, *more]) and not sufficient(band, category, list(more))
            for more in ([], [other_half[0]], [other_half[1]])
        )
        if not faults_of(one):
            assert adds, one
        if with_parental_authority(one) and band == "under12" and adds:
            refused = {fault.code for fault in faults_of(one)}
            assert not refused or refused <= {"court-order"}


def at(day: date) -> None:
    clock.set_source(lambda: datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def test_a_birth_date_gives_the_band_of_today_and_is_not_kept() -> None:
    at(date(2026, 6, 15))
    read = read_terms({**BODY, "subjectBirthDate": date(2010, 6, 15)}, "utrecht")
    assert read.band == "from16"
    assert "2010" not in repr(read)


def test_the_form_tells_every_fault_at_its_field() -> None:
    at(date(2026, 6, 15))
    body = {
        **BODY, "givenBy": "self", "subjectBirthDate": date(2020, 1, 1), "ageBand": "from16",
        "recipientLegalContext": "", "validUntil": date(2026, 6, 14),
    }  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        read_terms(body, "utrecht")
    pointers = {fault.pointer for fault in refused.value.faults}
    assert pointers == {"/givenBy", "/ageBand", "/recipientLegalContext", "/validUntil"}


def test_an_age_must_be_given() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_terms(BODY, "utrecht")
    assert [fault.pointer for fault in refused.value.faults] == ["/ageBand"]


def test_parents_of_a_fourteen_year_old_consent_for_treatment_only() -> None:
    assert [f.code for f in faults_of(terms(band="from12"))] == ["age"]
    assert faults_of(terms(band="from12", categories=TREATMENT)) == []
