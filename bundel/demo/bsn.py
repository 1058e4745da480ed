"""Citizen service numbers for people who do not exist.

The 11-test: 9a + 8b + 7c + 6d + 5e + 4f + 3g + 2h - i is a multiple of 11. Numbers that begin with
9999 are the range in which the population register's published test persons live; when a large
population uses those up, other numbers that begin with 9 follow, which are not handed out either.
"""

from __future__ import annotations

_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2)
_TEST_RANGE = 5_000  # pairs of first eight digits that begin with 9999
_WIDER_RANGE = 4_995_000  # pairs that begin with 9 but not with 9999


def check_digit(first_eight: str) -> int | None:
    """The ninth digit, or None when the 11-test leaves none."""
    digit = sum(w * int(d) for w, d in zip(_WEIGHTS, first_eight, strict=True)) % 11
    return None if digit == 10 else digit


def is_valid(number: str) -> bool:
    """True for nine digits that pass the 11-test."""
    if len(number) != 9 or not number.isdecimal() or set(number) == {"0"}:
        return False
    return check_digit(number[:8]) == int(number[8])


def numbered(position: int) -> str:
    """The valid number at `position` (0..4,999,999): no two positions share one.

    Neighbouring positions are scattered, so that a family's numbers do not look alike.
    """
    if position < _TEST_RANGE:
        pair = 99_990_000 // 2 + position * 1_873 % _TEST_RANGE
    elif position < _TEST_RANGE + _WIDER_RANGE:
        place = (position - _TEST_RANGE) * 1_300_021 % _WIDER_RANGE
        pair = 90_000_000 // 2 + place
        if pair >= 99_990_000 // 2:
            raise ValueError("the wider range must end before the test range")
    else:
        raise ValueError("there are five million numbers, no more")
    # Of two numbers that differ by one in the eighth digit at most one has no ninth digit.
    for first_eight in (str(2 * pair), str(2 * pair + 1)):
        digit = check_digit(first_eight)
        if digit is not None:
            return first_eight + str(digit)
    raise AssertionError("one of a pair always has a ninth digit")


def spoiled(number: str) -> str:
    """The same number with its last digit wrong: it fails the 11-test."""
    return number[:8] + str((int(number[8]) + 1) % 10)
