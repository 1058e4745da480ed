"""The demonstration as a Dutch and as an English reader sees it: one language, quotes excepted."""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.stories.looking import Looker
from tests.town import InTown

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
TEXTS = ("shared/web", "services/signals/picture", "services/signals/web")
_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_LEAST = 12  # characters: a shorter piece may stand in a name or in both languages
_VOID = frozenset({"meta", "link", "input", "br", "path", "rect", "circle", "line"})
# Short words that only Bundel itself puts on a page; agencies have capitals in their own names.
DUTCH = ("signaal", "signalen", "voorval", "vandaag", "gisteren", "gemeld", "laatste", "Gebeurd",
         "Afgeschermd", "Opheffen", "politie", "jeugdhulp", "Acuut", "afgeschermd", "Adres",
         "melder", "toestemming")  # fmt: skip
ENGLISH = ("signal", "signals", "incident,", "today", "yesterday", "reported", "latest", "Masked",
           "police", "Acute", "Address", "reporter", "consent")  # fmt: skip


class _Reading(HTMLParser):
    """The texts of a page outside everything marked as being in `foreign`."""

    def __init__(self, foreign: str) -> None:
        super().__init__()
        self.foreign = foreign
        self.depth = 0
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        if self.depth or dict(attrs).get("lang") == self.foreign:
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        if self.depth and tag not in _VOID:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.texts.append(data)


def own_words(page: str, foreign: str) -> str:
    """What the page says itself, in one line."""
    reading = _Reading(foreign)
    body = page[page.index("<main") : page.index("</main>")]
    reading.feed(re.sub(r"<svg.*?</svg>", "", body, flags=re.DOTALL))
    return " ".join(" ".join(reading.texts).split())


@cache
def pieces(of: str) -> tuple[str, ...]:
    """The fixed parts of all texts of one language that the other language does not have."""
    dutch, english = set[str](), set[str]()
    for folder in TEXTS:
        for key, value in json.loads((ROOT / folder / "english.json").read_text()).items():
            dutch.update(part.strip() for part in _PLACEHOLDER.split(key))
            english.update(part.strip() for part in _PLACEHOLDER.split(value))
    own, other = (dutch, english) if of == "nl" else (english, dutch)
    return tuple(
        sorted(
            piece for piece in own if len(piece) >= _LEAST and not any(piece in o for o in other)
        )
    )


def strays(text: str, of: str) -> list[str]:
    """What stands in `text` of the texts of the language `of`."""
    short = DUTCH if of == "nl" else ENGLISH
    found = [piece for piece in pieces(of) if piece in text]
    return found + [word for word in short if re.search(rf"(?<![\w-]){word}(?![\w-])", text)]


@pytest.mark.parametrize("user", ["m.dejong", "t.maas", "j.prins", "s.kaya", "l.smit"])
@pytest.mark.parametrize(("reads", "other"), [("en", "nl"), ("nl", "en")])
def test_a_reader_finds_nothing_of_the_other_language(
    town: InTown, user: str, reads: str, other: str
) -> None:
    looker = Looker(town, user, language=reads)
    pages = (
        [looker.page("/signals/"), *(looker.household_page(c["id"]) for c in looker.cases())]
        if looker.is_coordinator
        else [looker.page("/signals/desk")]
    )
    for page in pages:
        # English pages mark Dutch quotes; a Dutch page quotes no English.
        assert strays(own_words(page, other), other) == []


def test_the_demonstration_says_the_same_in_both_languages(town: InTown) -> None:
    """So that the test above looks at sentences, and not at pages without any."""
    dutch = own_words(Looker(town, "m.dejong").page("/signals/"), "en")
    english = own_words(Looker(town, "m.dejong", language="en").page("/signals/"), "nl")
    assert "gemeld door" in dutch
    assert "reported by" in english


def test_the_api_keeps_answering_in_dutch_after_an_english_page(town: InTown) -> None:
    looker = Looker(town, "m.dejong", language="en")
    looker.page("/signals/")
    assert any("laatste" in row["sentence"] for row in looker.worklist()["rows"])
