"""Reads JSON as RFC 8259 means it, and refuses what readers would disagree about (RFC 7493).

Refused as a whole: other encodings than UTF-8, a key given twice, NaN, Infinity, numbers that do
not fit a double, nesting deeper than MAXIMUM_DEPTH. Named in their place: NUL, lone surrogates.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from shared.problems import Fault, InvalidInput

MAXIMUM_DEPTH = 20
_UNCLEAN = re.compile("[\x00\ud800-\udfff]")


class _Refused(ValueError):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.fault = Fault("", code, detail)


def read_object(raw: bytes) -> dict[str, Any]:
    """The document. Raises InvalidInput when it is not one JSON object that all read alike."""
    try:
        document = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_without_doubles,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_integer,
        )
    except _Refused as error:
        raise _invalid(error.fault) from None
    except RecursionError:
        raise _invalid(
            Fault(
                "", "not-json", f"The body is not JSON that nests at most {MAXIMUM_DEPTH} levels."
            )
        ) from None
    except ValueError as error:
        # The parser's own text quotes the document: only the place may go anywhere (I11).
        line, column = _place(error, raw)
        told = f"The body is not one JSON document in UTF-8: look at line {line}, column {column}."
        raise _invalid(Fault("", "not-json", told)) from None
    if not isinstance(document, dict):
        raise _invalid(Fault("", "not-an-object", "Send one JSON object."))
    if _deeper_than(MAXIMUM_DEPTH, document):
        raise _invalid(Fault("", "too-deep", f"Nest at most {MAXIMUM_DEPTH} levels."))
    return document


def _place(error: ValueError, raw: bytes) -> tuple[int, int]:
    """(line, column) from 1, in characters, where reading the document stopped."""
    if isinstance(error, json.JSONDecodeError):
        return error.lineno, error.colno
    start = error.start if isinstance(error, UnicodeDecodeError) else 0
    before = raw[:start].decode("utf-8", "replace")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _deeper_than(levels: int, value: Any) -> bool:
    if isinstance(value, dict):
        items: Iterable[Any] = value.values()
    elif isinstance(value, list):
        items = value
    else:
        return False
    if levels == 0:
        return True
    for item in items:  # noqa: SIM110 - half the time of any(...) on a large body
        if isinstance(item, (dict, list)) and _deeper_than(levels - 1, item):
            return True
    return False


def bad_text(document: dict[str, Any]) -> list[Fault]:
    """A fault for each text or member name that holds NUL or half a character."""
    return [
        Fault(pointer, "bad-character", "Leave out NUL and lone surrogates.")
        for pointer, value in walk(document)
        if isinstance(value, str) and not is_clean(value)
    ]


def is_clean(text: str) -> bool:
    """No NUL and no lone surrogate: can be stored and shown everywhere."""
    return _UNCLEAN.search(text) is None


def walk(document: Any) -> Iterator[tuple[str, Any]]:
    """(JSON pointer, value) of every value; a member name that cannot be part of a pointer stands
    as a value in its object's place."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        pointer, value = waiting.pop()
        yield pointer, value
        if isinstance(value, dict):
            for key, item in value.items():
                if not is_clean(key):
                    yield pointer, key
                    continue
                step = key.replace("~", "~0").replace("/", "~1")
                waiting.append((f"{pointer}/{step}", item))
        elif isinstance(value, list):
            waiting.extend((f"{pointer}/{n}", item) for n, item in enumerate(value))


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _Refused("double-member", "An object names a member twice; name each once.")
    return result


def _no_constant(_text: str) -> Any:
    raise _Refused("not-a-number", "NaN and Infinity are not JSON.")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Refused("number-too-large", "A number does not fit a double.")
    return value


def _integer(text: str) -> int:
    if len(text) > 17:
        raise _Refused("number-too-large", "A number does not fit a double.")
    return int(text)


def _invalid(fault: Fault) -> InvalidInput:
    return InvalidInput("Send one JSON object, as the API's description says.", faults=[fault])
