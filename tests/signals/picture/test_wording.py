"""Names, ages, dates and sentences as people read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.signals.cases.ages import whole_years
from services.signals.intake.records import MentionContent, Name
from services.signals.picture.decided import mask_of
from services.signals.picture.names import (
    best_name,
    full_name,
    household_name,
    leading_surname,
    used_surname,
)
from services.signals.picture.wording import speak, spoken
from services.signals.picture.words import (
    agency_label,
    listed,
    shortened,
    start_of,
    when,
)
from shared.clients.decisions import Mask


@pytest.fixture
def in_english() -> Iterator[None]:
    speak("en")
    yield
    speak("nl")


TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 21, 36, tzinfo=UTC)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("1992-11-21", 34),
        ("1992-11-22", 33),
        ("2014-11", None),  # 11 or 12: two age bands of the consent rules
        ("2014-05", 12),
        ("1980", 45),
        ("2010", None),  # 15 or 16
        ("2027-01-01", None),
        ("", None),
        ("2026-02-31", None),
    ],
)
def test_an_age_is_told_only_when_its_band_is_sure(born: str, age: int | None) -> None:
    assert whole_years(born, TODAY) == age


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("2026-11-21T19:05:00+01:00", "vandaag 19.05"),
        ("2026-11-20T15:20:00Z", "gisteren 16.20"),
        ("2026-11-14", "14 november"),
        ("2025-03-03", "3 maart 2025"),
        ("2025-03", "maart 2025"),
        ("2021", "2021"),
        ("", ""),
    ],
)
def test_a_date_is_as_precise_as_it_was_told(told: str, words: str) -> None:
    assert when(told, NOW) == words


def test_partial_dates_sort_by_their_first_moment() -> None:
    told = ["2026-03-03T01:00:00+01:00", "2026", "2026-03", "2025-12-31", "2026-03-03"]
    assert sorted(told, key=start_of) == [
        "2025-12-31",
        "2026",
        "2026-03",
        "2026-03-03",
        "2026-03-03T01:00:00+01:00",
    ]


@pytest.mark.parametrize(
    ("use", "shown"),
    [
        ("own", "de Vries"),
        ("partner", "van Noord"),
        ("own_partner", "de Vries-van Noord"),
        ("partner_own", "van Noord-de Vries"),
        (None, "de Vries"),
    ],
)
def test_a_name_is_used_as_its_bearer_uses_it(use: str | None, shown: str) -> None:
    name = Name(
        given="Noor",
        particle="de",
        surname="Vries",
        partner_particle="van",
        partner_surname="Noord",
        name_use=use,
    )
    assert used_surname(name) == shown
    assert full_name(name) == f"Noor {shown}"


def test_a_household_is_called_by_its_most_frequent_surnames() -> None:
    assert household_name([("Smit", 9), ("van Noord", 1), ("van Noord", 1)], "26-0001") == (
        "Van Noord / Smit"
    )
    assert household_name([("Brandsma", 1), ("Brandsma", 1)], "26-0001") == "Brandsma"
    assert household_name([("", 3), ("", 1)], "26-0001") == "Zaak 26-0001"
    assert household_name([("Smit", 6), ("van Noord", 7)], "26-0001") == "Van Noord / Smit"
    assert household_name([("C", 1), ("B", 1), ("A", 1)], "26-0001") == "A / B"
    double = Name(surname="Ruiter", particle="de", partner_surname="Dalen", partner_particle="van")
    assert leading_surname(replace(double, name_use="partner_own")) == "van Dalen"
    assert leading_surname(replace(double, name_use="own_partner")) == "de Ruiter"


def test_the_name_that_most_signals_give_is_shown() -> None:
    usual, typo = Name(given="Ilse", surname="Brandsma"), Name(given="Ilse", surname="Bransma")
    told = [MentionContent(name=name) for name in (typo, usual, usual)]
    assert best_name(told) == usual
    assert best_name([MentionContent()]) is None
    assert full_name(None) == "Onbekende persoon"


def test_labels_and_lists_read_as_dutch() -> None:
    assert agency_label("police", inside=True) == "politie"
    assert agency_label("veilig_thuis", inside=True) == "Veilig Thuis"
    assert listed(["a", "b", "c"]) == "a, b en c"


def test_a_headline_is_the_first_sentence_cut_between_words() -> None:
    assert shortened("Zij wil zondag weg met Lotte. Hij weet het niet.") == (
        "Zij wil zondag weg met Lotte."
    )
    long = "woord " * 60
    assert len(shortened(long)) <= 142
    assert shortened(long).endswith("woord …")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("2026-11-21T19:05:00+01:00", "today 19:05"),
        ("2026-11-20", "yesterday"),
        ("2025-05-03", "3 May 2025"),
        ("2025-03", "March 2025"),
    ],
)
def test_who_reads_english_gets_english_dates(in_english: None, told: str, words: str) -> None:
    assert when(told, NOW) == words


def test_who_reads_english_gets_english_labels_and_names(in_english: None) -> None:
    assert agency_label("police", inside=True) == "police"
    assert agency_label("youth_care") == "Youth care"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert full_name(None) == "Unknown person"
    assert household_name([], "26-0001") == "Case 26-0001"


def test_a_mask_speaks_the_language_of_its_reader(in_english: None) -> None:
    why_not = Mask("R19", "Wgbo", "Niet voor u.", "De bron", "Not for you.", "The source")
    english = mask_of("youth_care", why_not)
    speak("nl")
    dutch = mask_of("youth_care", why_not)
    assert (english.title, english.reason, english.lifted_by) == (
        "Masked: signal from youth care", "Not for you.", "The source",
    )  # fmt: skip
    assert (dutch.title, dutch.reason, dutch.lifted_by) == (
        "Afgeschermd: signaal van jeugdhulp", "Niet voor u.", "De bron",
    )  # fmt: skip


def test_dutch_is_spoken_unless_somebody_asks_otherwise() -> None:
    assert spoken() == "nl"
