"""Every text a page can show exists in English too."""

from __future__ import annotations

import ast
import json
import string
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from services.signals.linking.explain import TEXTS
from services.signals.picture.builder import CONTEXT_GROUNDS
from services.signals.picture.words import AGENCIES, MONTHS
from services.signals.web.purposes import CHOICES
from shared.web.labels import LABELS
from shared.web.problem_page import EXPLANATIONS, UNKNOWN

ROOT = Path(__file__).parents[2]
SERVICES = ("signals", "consent", "audit")
PICTURE = ROOT / "services" / "signals" / "picture"
PAGE_WORDS = frozenset({"_", "ngettext", "tell", "later"})


def _literals(call_name: str, arguments: list[str | None], place: str) -> Iterator[tuple[str, str]]:
    wanted = arguments[:2] if call_name in {"ngettext", "say_count"} else arguments[:1]
    for text in wanted:
        if text is not None:
            yield text, place


def texts_of_template(path: Path) -> Iterator[tuple[str, str]]:
    tree = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in {"_", "ngettext"}:
            arguments = [a.value if isinstance(a, nodes.Const) else None for a in call.args]
            yield from _literals(call.node.name, arguments, f"{path.name}:{call.lineno}")


def texts_of_python(path: Path, names: Collection[str] = PAGE_WORDS) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if named and node.func.id in names:
            arguments = [
                a.value if isinstance(a, ast.Constant) and isinstance(a.value, str) else None
                for a in node.args
            ]
            yield from _literals(node.func.id, arguments, f"{path.name}:{node.lineno}")


def texts_below(folder: Path) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for path in sorted(folder.rglob("*.html")):
        found.extend(texts_of_template(path))
    for path in sorted(folder.rglob("*.py")):
        if path.name != "translation.py":
            found.extend(texts_of_python(path))
    return found


def english_of(*folders: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for folder in folders:
        file = folder / "english.json"
        if file.exists():
            texts.update(json.loads(file.read_text(encoding="utf-8")))
    return texts


def shared_texts() -> list[tuple[str, str]]:
    found = texts_below(ROOT / "shared" / "web")
    for kind, words in LABELS.items():
        found.extend((word, f"labels.py:{kind}") for word in words.values() if word)
    for explanation in (*EXPLANATIONS.values(), UNKNOWN):
        found.extend(
            [(explanation.title, "problem_page.py"), (explanation.text, "problem_page.py")]
        )
    return found


def missing(found: list[tuple[str, str]], english: dict[str, str]) -> list[str]:
    return sorted({f"{text!r} ({place})" for text, place in found if text not in english})


def test_every_shared_text_and_label_has_english() -> None:
    assert missing(shared_texts(), english_of(ROOT / "shared" / "web")) == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_text_of_a_service_has_english(service: str) -> None:
    folder = ROOT / "services" / service
    english = english_of(ROOT / "shared" / "web", folder / "web")
    assert missing(texts_below(folder), english) == []


@pytest.mark.parametrize(
    "folder", ["shared/web", "services/signals/picture", *(f"services/{s}/web" for s in SERVICES)]
)
def test_the_english_names_the_same_values_as_the_dutch(folder: str) -> None:
    for dutch, english in english_of(ROOT / folder).items():
        names = [
            sorted({field for _, field, _, _ in string.Formatter().parse(text) if field})
            for text in (dutch, english)
        ]
        assert names[0] == names[1], dutch


def test_every_purpose_that_can_be_chosen_is_explained_in_english_too() -> None:
    english = english_of(ROOT / "shared" / "web", ROOT / "services" / "signals" / "web")
    for choices in CHOICES.values():
        for choice in choices:
            assert choice.explanation in english
            assert choice.ground in english


def sentences_of_the_picture() -> list[tuple[str, str]]:
    """What the picture's rooms say about what they found, outside any page."""
    found = [
        one
        for path in sorted(PICTURE.glob("*.py"))
        for one in texts_of_python(path, {"say", "say_count"})
    ]
    found.extend((name, "words.py") for name in (*AGENCIES.values(), *MONTHS))
    found.extend((summary, "builder.py") for _article, summary in CONTEXT_GROUNDS.values())
    return found


def test_the_log_in_pages_have_english() -> None:
    folder = ROOT / "services" / "identity"
    assert missing(texts_below(folder), english_of(folder)) == []


def test_every_sentence_about_a_household_has_english() -> None:
    assert missing(sentences_of_the_picture(), english_of(PICTURE)) == []


def test_no_english_is_kept_for_a_sentence_that_is_gone() -> None:
    said = {text for text, _place in sentences_of_the_picture()}
    assert set(english_of(PICTURE)) - said == set()


def test_every_reason_for_a_link_has_english() -> None:
    english = english_of(ROOT / "services" / "signals" / "web")
    assert [text for text in TEXTS if text not in english] == []
