"""The language in which this room makes its sentences: Dutch, or English for who reads that.

Dutch texts are the keys of english.json beside this module. The pages say whose language is spoken
while they ask (`speak`); the API, the log and everything else hear Dutch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Literal

Language = Literal["nl", "en"]

_ENGLISH: Mapping[str, str] = json.loads(
    (Path(__file__).parent / "english.json").read_text(encoding="utf-8")
)
_spoken: ContextVar[Language] = ContextVar("spoken", default="nl")


def speak(language: Language) -> None:
    """From now on, in this context, sentences are made in this language."""
    _spoken.set(language)


def spoken() -> Language:
    """The language spoken now."""
    return _spoken.get()


def say(dutch: str, **values: object) -> str:
    """The text in the language spoken now, `{name}` replaced. Raises KeyError without English."""
    text = _ENGLISH[dutch] if spoken() == "en" else dutch
    return text.format(**values) if values else text


def say_count(one: str, more: str, number: int, **values: object) -> str:
    """`one` when there is one, else `more`; both may name `{n}`."""
    return say(one if number == 1 else more, n=number, **values)


def either(dutch: str, english: str) -> str:
    """A text that comes in both languages; Dutch when there is no English."""
    return (english or dutch) if spoken() == "en" else dutch
