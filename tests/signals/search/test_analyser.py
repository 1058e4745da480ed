"""The one analyser and its keyed tokens."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from services.signals.search.analyser import word_set, words
from services.signals.search.excerpt import LONGEST, excerpt
from services.signals.search.index import Kind
from services.signals.search.tokens import BYTES, Tokeniser

KEY = bytes(range(32))


def test_accents_case_and_endings_do_not_matter() -> None:
    assert words("Geïntimideerd, THUIS") == words("geintimideerd thuis")
    assert words("de vluchten") == words("vlucht")
    assert words("wonen") == words("woning")


def test_stop_words_and_single_letters_are_left_out() -> None:
    assert words("Hij is in de tuin met J.") == words("tuin")
    assert words("7 mei") == ["7", "mei"]
    assert word_set("") == frozenset()


@given(st.text(max_size=80))
def test_any_text_gives_plain_stems(text: str) -> None:
    for word in words(text):
        assert re.fullmatch(r"[a-z0-9]{1,64}", word)


def test_tokens_hide_words_and_need_the_key() -> None:
    one, other = Tokeniser(KEY), Tokeniser(bytes(32))
    (token,) = one.words("h", "mishandeling")
    assert len(token) == BYTES
    assert one.words("h", "mishandelingen") == {token}
    assert other.words("h", "mishandeling") != {token}
    care = Kind("police", "care")
    assert one.access("h", care) != one.access("h", care._replace(reserved="honour"))
    assert one.access("h", care) not in one.words("h", "police", "care")
    assert one.version != other.version, "another key means another index"


def test_a_word_has_another_token_in_each_household() -> None:
    """So nobody who holds the index can count how common a word is, and guess it by its rank."""
    tokens = Tokeniser(KEY)
    told = [tokens.words(f"h{number}", "Hij sloeg de deur dicht.") for number in range(200)]
    assert len(frozenset().union(*told)) == sum(len(one) for one in told)


def test_an_excerpt_is_the_sentence_with_the_words() -> None:
    texts = ["Het was laat. Zij zag hem bij de school staan. Daarna niets."]
    assert excerpt(texts, "school") == "Zij zag hem bij de school staan."
    assert excerpt([], "school") == ""
    long = "woord " * 100 + "einde van de zin"
    assert len(excerpt([long], "einde")) <= LONGEST + 4
    assert "einde" in excerpt([long], "einde")
