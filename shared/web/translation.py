"""Two languages: the Dutch text is the key, English comes from JSON files beside the templates.

Dutch is what the field speaks, so pages are written in it; a text without English shows in Dutch
(and a test names it).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from flask import Flask, current_app, g, has_request_context, request
from markupsafe import Markup, escape

Language = Literal["nl", "en"]
LANGUAGE_COOKIE = "bundel_language"
_EXTENSION = "bundel_english"


def load_english(app: Flask, *files: Path) -> None:
    """Reads the English texts of an app; later files win. Raises ValueError on a broken file."""
    texts: dict[str, str] = {}
    for file in files:
        if file.exists():
            texts.update(json.loads(file.read_text(encoding="utf-8")))
    app.extensions[_EXTENSION] = texts


def language() -> Language:
    """The reader's choice (cookie), else what the browser prefers, else Dutch."""
    try:
        known: Language = g.language  # asked some thousand times for a large page
    except (AttributeError, RuntimeError):
        known = _chosen_language()
    return known


def _chosen_language() -> Language:
    if not has_request_context():
        return "nl"
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen not in ("nl", "en"):
        chosen = request.accept_languages.best_match(["nl", "en"], default="nl")
    g.language = "en" if chosen == "en" else "nl"
    known: Language = g.language
    return known


def _(text: str, **values: object) -> str:
    """`text` in the reader's language, with `{name}` replaced by `values`.

    Values are plain text; the result of a call without markup in its values is plain text too, so
    a template escapes it. Pass Markup as a value to get Markup back, all else escaped.
    """
    translated = text
    if language() == "en":
        translated = current_app.extensions.get(_EXTENSION, {}).get(text, text)
    if not values:
        return translated
    if any(isinstance(value, Markup) for value in values.values()):
        return Markup(escape(translated)).format(**values)  # noqa: S704 - escaped on this line
    return translated.format(**values)


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """`one` when count is 1, else `many`; both may name `{n}`."""
    return _(one if count == 1 else many, n=count, **values)


def later(text: str) -> str:
    """Marks a Dutch text that is translated when it is shown; the text itself."""
    return text
