"""Dates in words."""

from __future__ import annotations

import pytest
from flask import Flask

from shared.web.dates import moment_of, month_year, when


@pytest.mark.parametrize(
    ("told", "words_for_it"),
    [
        ("2026-11-21T19:05:00+01:00", "vandaag 19.05"),
        ("2026-11-20T16:20:00+01:00", "gisteren 16.20"),
        ("2026-11-20T23:30:00Z", "vandaag 0.30"),
        ("2026-11-21", "vandaag"),
        ("2026-11-14T11:00:00+01:00", "14 nov"),
        ("2025-11-14", "14 nov 2025"),
        ("2026-03", "mrt 2026"),
        ("2024", "2024"),
        ("", ""),
    ],
)
def test_a_date_is_told_as_precisely_as_it_is_known(
    words: Flask, now: None, told: str, words_for_it: str
) -> None:
    assert when(told) == words_for_it


def test_since_needs_no_more_than_a_month(words: Flask, now: None) -> None:
    assert month_year("2026-02-11") == "feb 26"
    assert month_year("2021") == "2021"


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        moment_of("2026-11-14T11:00:00")
