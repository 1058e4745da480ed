"""Reads the Cedar schema: which attributes there are, of which kind, with which codes.

Only the plain part of the schema language that Bundel uses; anything else is refused, so that
this reading and Cedar's own can never differ in silence (a test compares them on facts).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.consent.policy.condition import Facts, Value


class SchemaError(ValueError):
    """The schema uses something this reader does not know."""


class FactsError(ValueError):
    """Facts that are missing, of the wrong kind, or not a known code: always a deny (I2)."""


@dataclass(frozen=True)
class Kind:
    """`name`: Bool, Long, String or the name of an enum entity. `codes` for enums only."""

    name: str
    is_set: bool = False
    codes: frozenset[str] | None = None

    def read(self, value: Any) -> Value:
        """The value in its plain Python form. Raises FactsError."""
        if self.is_set:
            if not isinstance(value, (list, tuple, set, frozenset)):
                raise FactsError("not a set")
            one = Kind(self.name, codes=self.codes)
            return frozenset(str(one.read(item)) for item in value)
        if self.name == "Bool":
            if not isinstance(value, bool):
                raise FactsError("not true or false")
            return value
        if self.name == "Long":
            if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**53:
                raise FactsError("not a whole number")
            return value
        if not isinstance(value, str):
            raise FactsError("not text")
        if self.codes is not None and value not in self.codes:
            raise FactsError("not a known code")
        return str(value)

    def to_cedar(self, value: Value) -> Any:
        """The value as Cedar's entity JSON wants it."""
        if self.is_set:
            assert isinstance(value, frozenset)  # noqa: S101 - read() made it so
            one = Kind(self.name, codes=self.codes)
            return [one.to_cedar(item) for item in sorted(value)]
        if self.codes is not None:
            return {"__entity": {"type": self.name, "id": value}}
        return value


Shape = Mapping[str, Kind]


@dataclass(frozen=True)
class ActionShape:
    """The one principal type, resource type and context of an action."""

    principal: str
    resource: str
    context: Shape


@dataclass(frozen=True)
class Schema:
    entities: Mapping[str, Shape]
    actions: Mapping[str, ActionShape]

    def read(self, shape: Shape, given: Mapping[str, Any]) -> Facts:
        """The facts a shape names, checked. Raises FactsError naming what is missing or wrong."""
        facts: dict[str, Value] = {}
        name = ""
        try:
            for name, kind in shape.items():
                value = given[name]
                # The commonest kind first: this runs some twenty times for each record.
                if type(value) is str and kind.codes is not None and value in kind.codes:
                    facts[name] = value
                    if not kind.is_set:
                        continue
                facts[name] = kind.read(value)
        except KeyError:
            raise FactsError(f"{name} is missing") from None
        except FactsError as error:
            raise FactsError(f"{name} is {error}") from None
        return facts


_ENUM = re.compile(r"entity (\w+) enum \[([^\]]*)\]$", re.S)
_ENTITY = re.compile(r"entity (\w+)(?:\s*\{(.*)\})?$", re.S)
_TYPE = re.compile(r"type (\w+) = \{(.*)\}$", re.S)
_ACTION = re.compile(
    r"action ([\w, ]+) appliesTo \{ principal: \[(\w+)\], resource: \[(\w+)\], context: (\w+) \}$",
    re.S,
)
_ATTRIBUTE = re.compile(r"(\w+): (?:Set<(\w+)>|(\w+))$")


def read_schema(text: str) -> Schema:
    """Raises SchemaError when the text holds more than enums, records, types and actions."""
    plain = re.sub(r"//[^\n]*", "", text)
    statements = [" ".join(part.split()) for part in plain.split(";") if part.strip()]
    enums: dict[str, frozenset[str]] = {}
    entities: dict[str, Shape] = {}
    contexts: dict[str, Shape] = {}
    actions: dict[str, ActionShape] = {}
    for statement in statements:
        if found := _ENUM.match(statement):
            enums[found[1]] = frozenset(re.findall(r'"([^"]*)"', found[2]))
        elif found := _ENTITY.match(statement):
            entities[found[1]] = _shape(found[2] or "", enums)
        elif found := _TYPE.match(statement):
            contexts[found[1]] = _shape(found[2], enums)
        elif found := _ACTION.match(statement):
            for name in found[1].split(","):
                if found[4] not in contexts:
                    raise SchemaError(f"action {name.strip()}: unknown context {found[4]}")
                actions[name.strip()] = ActionShape(found[2], found[3], contexts[found[4]])
        else:
            raise SchemaError(f"not understood: {statement[:60]}")
    return Schema(entities, actions)


def _shape(body: str, enums: Mapping[str, frozenset[str]]) -> Shape:
    shape: dict[str, Kind] = {}
    for part in (piece.strip() for piece in body.split(",")):
        if not part:
            continue
        found = _ATTRIBUTE.match(part)
        if found is None:
            raise SchemaError(f"attribute not understood: {part}")
        name = found[2] or found[3]
        if name not in ("Bool", "Long", "String") and name not in enums:
            raise SchemaError(f"unknown kind {name}")
        shape[found[1]] = Kind(name, bool(found[2]), enums.get(name))
    return shape
