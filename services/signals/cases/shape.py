"""The JSON shape of a frozen dataclass as a marshmallow schema: camelCase, described in OpenAPI.

One rule for all answers, so that a field added to a value cannot be forgotten in its answer.
"""

from __future__ import annotations

import types
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from marshmallow import Schema, fields

from shared import clock


class Moment(fields.DateTime):
    """An aware datetime as RFC 3339 in UTC with milliseconds."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else clock.timestamp(value)


def camel(name: str) -> str:
    """ "opened_at" → "openedAt"."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)


@cache
def schema_of(value: type) -> type[Schema]:
    """The schema that writes instances of this dataclass. Raises TypeError for a type it lacks."""
    if not is_dataclass(value):
        raise TypeError(f"{value.__name__} is not a dataclass.")
    hints = get_type_hints(value)
    members: dict[str, Any] = {
        field.name: _field(hints[field.name], camel(field.name))
        for field in dataclass_fields(value)
    }
    return Schema.from_dict(members, name=value.__name__)


def _field(hint: Any, key: str, *, none: bool = False) -> fields.Field[Any]:
    options: dict[str, Any] = {"data_key": key, "required": True, "allow_none": none}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        chosen = [argument for argument in arguments if argument is not type(None)]
        if len(chosen) == 1:
            return _field(chosen[0], key, none=True)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return fields.List(_field(arguments[0], key), **options)
    if is_dataclass(hint) and isinstance(hint, type):
        return fields.Nested(schema_of(hint), **options)
    plain: dict[Any, type[fields.Field[Any]]] = {
        str: fields.String,
        int: fields.Integer,
        bool: fields.Boolean,
        datetime: Moment,
    }
    if hint not in plain:
        raise TypeError(f"No JSON form for {hint!r}.")
    return plain[hint](**options)
