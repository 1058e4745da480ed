"""Writing an answer at once: the JSON of a frozen dataclass, in the very shape `shape.schema_of`
describes (a test holds the two together). For answers with hundreds of parts."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from flask import Response

from services.signals.cases.shape import camel
from shared import clock

Tell = Callable[[Any], Any]


def told(value: Any) -> Response:
    """The answer for a dataclass value, as application/json."""
    tell = _teller(type(value))
    return Response(msgspec.json.encode(tell(value)), mimetype="application/json")


_TELLERS: dict[type, Tell] = {}


def _teller(kind: type) -> Tell:
    """How values of this dataclass are written; worked out once."""
    if kind not in _TELLERS:
        _TELLERS[kind] = _made_teller(kind)
    return _TELLERS[kind]


def _made_teller(kind: type) -> Tell:
    hints = get_type_hints(kind)
    names = [field.name for field in dataclass_fields(kind)]
    keys = [camel(name) for name in names]
    values = attrgetter(*names)
    if len(names) == 1:  # attrgetter would give the value itself
        (name,) = names
        values = lambda value: (getattr(value, name),)  # type: ignore[assignment]  # noqa: E731
    changes = [
        (key, change)
        for key, name in zip(keys, names, strict=True)
        if (change := _change(hints[name])) is not None
    ]

    def tell(value: Any) -> dict[str, Any]:
        found = dict(zip(keys, values(value), strict=True))
        for key, change in changes:
            if found[key] is not None:
                found[key] = change(found[key])
        return found

    return tell


def _change(hint: Any) -> Tell | None:
    """How a member is written when it is not written as it is."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        (chosen,) = (argument for argument in arguments if argument is not type(None))
        return _change(chosen)
    if origin is tuple:
        return _each(_change(arguments[0]))
    if is_dataclass(hint) and isinstance(hint, type):
        return _teller(hint)
    return clock.timestamp if hint is datetime else None


def _each(change: Tell | None) -> Tell | None:
    return None if change is None else lambda values: [change(value) for value in values]
