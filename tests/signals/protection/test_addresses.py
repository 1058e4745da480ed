"""Protected addresses are recognised and never told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from services.signals.protection.addresses import (
    IN_NARRATIVE,
    AddressKeyer,
    AddressParts,
    Trace,
    leave_traces,
    protect,
    protected_among,
    take_traces,
)
from services.signals.protection.tables import protected_addresses
from shared.database import open_engine, writing

KEYER = AddressKeyer(b"a" * 32)
SHELTER = AddressParts("Burgemeester van der Laanstraat", 12, "3511 ab")


@pytest.mark.parametrize(
    "text",
    [
        "Zij is nu op Burgemeester van der Laanstraat 12 in Utrecht.",
        "zij zit in de burgemeester van der laanstraat 12a",
        "post naar 3511AB",
        "post naar 3511 ab, Utrecht",
        "Burgemeester van der Laanstr. 12",
        "adres: 3511AB 12",
        "Burgemeester van der Laanstraat 12-2",
        "Burgemeester van der Laanstraat 12bis, tweede bel",
        "Burgemeester van der Laanstraat 12A-3.",
        "Burgemeester van der Laanstraat nr. 12",
        "de Burgemeester van der Laanstraat, huisnummer 12",
    ],
)
def test_an_address_is_found_in_a_narrative(text: str) -> None:
    assert KEYER.tokens(SHELTER).all & KEYER.tokens_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Zij belde om 12 uur.",
        "Laanstraat 13",
        "Burgemeester van der Laanstraat 13",
        "3512AB",
        "kenmerk 13511AB",
    ],
)
def test_what_is_no_such_address_is_not_found(text: str) -> None:
    assert not KEYER.tokens(SHELTER).all & KEYER.tokens_in(text)


def test_tokens_hold_nothing_readable_and_hang_on_the_key() -> None:
    tokens = KEYER.tokens(SHELTER)
    assert len(tokens.all) == 3
    assert all(len(token) == 32 for token in tokens.all)
    assert not tokens.all & AddressKeyer(b"b" * 32).tokens(SHELTER).all
    assert KEYER.tokens(AddressParts()).all == frozenset()


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    assert isinstance(KEYER.tokens_in(text), frozenset)


@given(
    st.from_regex(r"[A-Z][a-z]{2,10}( [a-z]{2,8}){0,3}straat", fullmatch=True),
    st.integers(1, 99_999),
    st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=30),
    st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=30),
)
def test_street_and_number_are_found_between_any_words(
    street: str, number: int, before: str, after: str
) -> None:
    tokens = KEYER.tokens(AddressParts(street, number))
    assert tokens.all & KEYER.tokens_in(f"{before} {street} {number}, {after}")


def test_the_register_answers_and_cannot_be_read(database_url: Callable[[str], str]) -> None:
    engine = open_engine(database_url("signals"))
    tokens = KEYER.tokens(SHELTER)
    other = KEYER.tokens(AddressParts("Dorpsstraat", 1, "1234AB"))
    with writing(engine).begin() as connection:
        assert protect(connection, [tokens]) == tokens.all
        assert protect(connection, [tokens]) == frozenset()
        assert protected_among(connection, tokens.all | other.all) == tokens.all
        rows = connection.execute(select(protected_addresses)).all()
    assert all("Laanstraat" not in str(row) and "3511" not in row.kind for row in rows)
    engine.dispose()


def test_traces_are_found_once_and_then_gone(database_url: Callable[[str], str]) -> None:
    engine = open_engine(database_url("signals"))
    tokens = KEYER.tokens(SHELTER)
    with writing(engine).begin() as connection:
        leave_traces(
            connection,
            [
                (Trace("s1", 1, IN_NARRATIVE), tokens.all),
                (Trace("s1", 1, "m1"), tokens.places),
                (Trace("s2", 1, "m2"), frozenset()),
            ],
        )
        assert take_traces(connection, tokens.all) == [
            Trace("s1", 1, IN_NARRATIVE),
            Trace("s1", 1, "m1"),
        ]
        assert take_traces(connection, tokens.all) == []
    engine.dispose()
