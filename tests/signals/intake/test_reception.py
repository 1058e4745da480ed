"""The rules of the door: what is refused, what is kept in quarantine, what is only counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.signals.intake.partial_dates import read_date, read_span, surely_younger_than
from services.signals.intake.reception import (
    Counted,
    Received,
    Unclear,
    Understood,
    open_delivery,
    receive,
)
from services.signals.intake.regions import region_of_postcode
from services.signals.intake.rules import is_bsn
from services.signals.intake.signal import Source
from shared import clock
from shared.problems import InvalidInput
from tests.signals.intake.documents import person, signal, to_bytes, youth_signal

POLICE = Source("police-utrecht", "politie-midden-nederland", "police", "utrecht")
YOUTH = Source("youthcare-utrecht", "jeugdhulp-vecht-en-venen", "youth_care", "utrecht")
VALID_BSN = "999990019"


def got(document: dict[str, Any], source: Source = POLICE) -> Received:
    return receive(open_delivery(to_bytes(document)), source)


def refused(document: dict[str, Any], source: Source = POLICE) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        got(document, source)
    return {fault.pointer: fault.code for fault in caught.value.faults}


def understood(document: dict[str, Any], source: Source = POLICE) -> Understood:
    received = got(document, source)
    assert isinstance(received, Understood)
    return received


@pytest.mark.parametrize("article", ["9", "10", "12"])
@pytest.mark.parametrize("severity", ["acute", "incidental"])
def test_police_data_of_closed_articles_are_refused_even_when_acute(
    article: str, severity: str
) -> None:
    police = {"article": article, "firstProcessed": "2026-03-01"}
    faults = refused(signal(police=police, severity=severity))
    assert faults == {"/police/article": "wpg-article"}
    assert refused(youth_signal(police=police, severity=severity), YOUTH) == faults


@pytest.mark.parametrize("article", ["8", "13"])
def test_police_data_of_open_articles_are_taken(article: str) -> None:
    understood(signal(police={"article": article, "firstProcessed": "2026-03-01"}))


def test_the_police_give_article_and_first_processing() -> None:
    assert refused(signal(police=None)) == {"/police": "missing"}
    assert refused(signal(police={"article": "8", "firstProcessed": "2026-03"})) == {
        "/police/firstProcessed": "date"
    }


def test_an_acute_signal_with_a_fault_waits_at_the_desk() -> None:
    for severity in ("acute", "spontaneous_disclosure"):
        held = got(signal(severity=severity, place="nowhere", kind="Report", extra=1))
        assert isinstance(held, Unclear)
        assert {fault.code for fault in held.faults} == {"unknown-code", "unknown-member"}
        # The name of an unknown member is the source's own text: only its place is kept.
        assert all("extra" not in fault.pointer for fault in held.faults)


@pytest.mark.parametrize("reference", [None, "", 7, "with\nnewline", "x" * 201, " r"])
def test_without_a_usable_reference_even_an_acute_signal_is_refused(reference: Any) -> None:
    faults = refused(signal(severity="acute", sourceReference=reference))
    assert set(faults) == {"/sourceReference"}


def test_a_bad_bsn_is_a_fault_and_on_an_acute_signal_a_warning() -> None:
    bad = [person("p1", bsn="123456789")]
    plain = {"persons": bad, "statements": None, "ties": None}
    assert refused(signal(**plain)) == {"/persons/0/bsn": "bsn"}
    accepted = understood(signal(**plain, severity="acute"))
    assert [(w.pointer, w.code) for w in accepted.warnings] == [("/persons/0/bsn", "bsn")]


@given(st.text(alphabet="0123456789", min_size=9, max_size=9))
def test_the_11_test_is_that_of_the_bsn(digits: str) -> None:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    total = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True))
    assert is_bsn(digits) == (total % 11 == 0 and int(digits) > 0)


@pytest.mark.parametrize("text", ["99999001", "9999900190", "99999001x", "", "９９９９９００１９"])
def test_a_bsn_has_nine_plain_digits(text: str) -> None:
    assert not is_bsn(text)
    assert is_bsn(VALID_BSN)


ADVICE: dict[str, Any] = {
    "kind": "advice",
    "statements": None,
    "persons": None,
    "ties": None,
    "requests": None,
    "informed": None,
}


def test_advice_without_personal_data_is_counted() -> None:
    assert got(youth_signal(**ADVICE), YOUTH) == Counted("utrecht")
    assert got(youth_signal(**{**ADVICE, "persons": [person()]}), YOUTH) == Counted("utrecht")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("name", {"surname": "Voorbeeld"}),
        ("bsn", VALID_BSN),
        ("birthDate", "1990"),
        ("addresses", [{"kind": "residence"}]),
        ("phones", ["0612345678"]),
        ("emails", ["a@voorbeeld.invalid"]),
        ("aliases", [{"given": "Bo"}]),
    ],
)
@pytest.mark.parametrize("severity", ["acute", "suspicion"])
def test_advice_that_names_someone_is_refused(member: str, value: Any, severity: str) -> None:
    document = youth_signal(
        **{**ADVICE, "persons": [person("p1", **{member: value})], "severity": severity}
    )
    assert refused(document, YOUTH) == {f"/persons/0/{member}": "advice-with-personal-data"}


def test_advice_that_tells_something_is_refused() -> None:
    told = [{"kind": "suspicion", "text": "Ik maak me zorgen."}]
    assert refused(youth_signal(**{**ADVICE, "statements": told}), YOUTH) == {
        "/statements": "advice-with-personal-data"
    }


@pytest.mark.parametrize("weighing", ["help_refused", "cannot_organise"])
def test_refused_help_makes_a_report_not_advice(weighing: str) -> None:
    reporter = {**youth_signal()["reporter"], "weighing": weighing}
    assert refused(youth_signal(**ADVICE, reporter=reporter), YOUTH) == {"/kind": "must-be-report"}
    understood(youth_signal(reporter=reporter), YOUTH)


def test_a_professional_is_not_anonymous_without_a_safety_reason() -> None:
    reporter = {"kind": "professional", "visibility": "anonymous"}
    assert refused(youth_signal(reporter=reporter), YOUTH) == {
        "/reporter/safetyReason": "missing",
        "/reporter/meldcodeStep": "missing",
        "/reporter/weighing": "missing",
    }
    reporter |= {"safetyReason": "Bedreigd.", "meldcodeStep": 5, "weighing": "unsafe"}
    understood(youth_signal(reporter=reporter), YOUTH)
    understood(youth_signal(reporter={"kind": "private", "visibility": "anonymous"}), YOUTH)


def test_not_informing_has_a_reason() -> None:
    assert refused(signal(informed={"informed": False})) == {"/informed/reason": "missing"}


@pytest.mark.parametrize(
    ("start", "end", "fine"),
    [
        ("2026-03-03", "2026-03-02", False),
        ("2026-03-03", "2026", True),
        ("2026-03-03T21:40:00+01:00", "2026-03-03", True),
        ("2026-03-03T21:40:00+01:00", "2026-03-03T20:40:00+00:00", True),
        ("2026-03-03T21:40:00+01:00", "2026-03-03T21:39:59+01:00", False),
        ("2026-03", "2026-02-28", False),
        ("2025", "2024", False),
    ],
)
def test_an_end_does_not_lie_before_its_start(start: str, end: str, fine: bool) -> None:
    document = signal(occurredFrom=start, occurredTo=end)
    if fine:
        understood(document)
    else:
        assert refused(document) == {"/occurredTo": "before-start"}


@pytest.mark.parametrize(
    "text",
    ["2026-02-29", "2026-13", "26", "2026-3-3", "2026-03-03T10:00:00", "2026-03-03T25:00:00Z",
     "2026-03-03 10:00:00Z", "0000", "yesterday", "", "2026-03-03T10:00:00+25:00"],
)  # fmt: skip
def test_dates_that_do_not_exist_are_refused(text: str) -> None:
    assert refused(signal(occurredFrom=text)) == {"/occurredFrom": "date"}


def test_dates_in_the_future_are_refused_beyond_a_day() -> None:
    clock.set_source(lambda: datetime(2026, 3, 10, 12, tzinfo=UTC))
    understood(signal(reportedAt="2026-03-11T11:00:00+00:00"))
    assert refused(signal(reportedAt="2026-03-11T13:00:00+00:00")) == {"/reportedAt": "in-future"}


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_a_partial_date_spans_all_days_it_can_mean(day: date) -> None:
    for length in (4, 7, 10):
        first, last = read_date(day.isoformat()[:length])
        assert first <= day <= last
        assert (first - timedelta(days=1)).isoformat()[:length] != day.isoformat()[:length]
        assert (last + timedelta(days=1)).isoformat()[:length] != day.isoformat()[:length]
    assert read_span(day.isoformat()).may_precede(read_span(day.isoformat()))


def test_a_minor_is_seen_by_birth_date_or_role() -> None:
    on = date(2026, 3, 3)
    assert surely_younger_than(18, "2008-03-04", on)
    assert not surely_younger_than(18, "2008-03-03", on)
    assert not surely_younger_than(18, "2008", on)  # may be 18 already
    assert surely_younger_than(18, "2009", on)
    assert understood(signal()).signal.minor_involved  # p3 is a child witness of six
    adult = signal(persons=[person("p1", birthDate="1980")], statements=None, ties=None)
    assert not understood(adult).signal.minor_involved
    child = signal(persons=[person("p1", roles=["child_witness"])], statements=None, ties=None)
    assert understood(child).signal.minor_involved


def test_the_region_is_told_or_follows_from_an_open_address_or_from_the_source() -> None:
    def region(addresses: list[dict[str, Any]], **changes: Any) -> str:
        persons = [person("p1", addresses=addresses)]
        return understood(signal(persons=persons, statements=None, ties=None, **changes)).region

    gooi = {"kind": "residence", "postcode": "1211 AB"}
    rotterdam = {"kind": "shelter", "postcode": "3011AB"}
    abroad = {"kind": "residence", "city": "Brussel"}
    assert region([rotterdam, abroad, gooi]) == "gooi-en-vechtstreek"
    assert region([rotterdam]) == "utrecht"
    assert region([gooi], region="rotterdam-rijnmond") == "rotterdam-rijnmond"
    assert region_of_postcode("3400AA") == region_of_postcode("3999ZZ") == "utrecht"
    assert region_of_postcode("4000AA") is None
    assert region_of_postcode("x") is None


@given(st.sampled_from(sorted(signal())), st.sampled_from(sorted(signal())))
def test_faults_in_two_members_are_both_named(first: str, second: str) -> None:
    document = signal(**{first: {"x": 1}, second: {"x": 1}})
    pointers = {pointer.split("/")[1] for pointer in refused(document)}
    assert {first, second} <= pointers
