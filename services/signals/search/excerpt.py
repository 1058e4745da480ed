"""A short piece of a text around the words that were looked for, chosen after permission."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.signals.search.analyser import word_set

LONGEST = 200  # characters
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def excerpt(texts: Sequence[str], asked: str) -> str:
    """The sentence with most of the asked words, of equals the first; "" without any text."""
    sentences = [part for text in texts for part in _SENTENCE.split(" ".join(text.split())) if part]
    if not sentences:
        return ""
    wanted = word_set(asked)
    best = max(sentences, key=lambda sentence: len(wanted & word_set(sentence)))
    return _cut(best, wanted)


def _cut(sentence: str, wanted: frozenset[str]) -> str:
    if len(sentence) <= LONGEST:
        return sentence
    words = sentence.split(" ")
    first = next((i for i, word in enumerate(words) if word_set(word) & wanted), 0)
    start = max(0, first - 8)
    kept: list[str] = []
    for word in words[start:]:
        if sum(len(one) + 1 for one in kept) + len(word) > LONGEST:
            break
        kept.append(word)
    before = "… " if start else ""
    after = " …" if start + len(kept) < len(words) else ""
    return before + " ".join(kept) + after
