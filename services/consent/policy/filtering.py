"""From narrowed rules to a filter: for each rule the ways in which it applies, as plain tests (I3).

Facts that the consent service adds itself (consented, restricted, underGrant) become lists of
mentions, so that a caller needs no question per record. Nothing is ever widened: what has no
exact form raises NoFilter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

from services.consent.policy.compiled import Narrowed, Prepared
from services.consent.policy.condition import (
    All,
    AnyOf,
    Atom,
    Condition,
    Const,
    Truth,
)
from services.consent.policy.schema import Shape

_MOST_WAYS = 256


class NoFilter(ValueError):
    """The rules for this action have no filter of a sensible size."""


@dataclass(frozen=True)
class Test:
    """One test in a filter; the vocabulary of shared.clients.filters.Condition."""

    field: str
    op: str
    value: Any

    def to_json(self) -> dict[str, Any]:
        return {"field": self.field, "op": self.op, "value": _plain(self.value)}


Way: TypeAlias = tuple[Test, ...]  # all of these hold
# For a fact the caller does not have: the ways in which it is true (or false).
Derived: TypeAlias = Callable[[str, bool], list[Way] | None]


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def demands(shape: Shape, derived: Derived) -> list[Test]:
    """The codes every record must have, since an unknown code is a deny when asked one by one."""
    return [
        Test(name, "subset" if kind.is_set else "in", kind.codes)
        for name, kind in shape.items()
        if kind.codes is not None and derived(name, True) is None
    ]


def ways(condition: Condition, derived: Derived) -> list[Way]:
    """The condition as alternatives of plain tests. Raises NoFilter."""
    match condition:
        case Truth(value):
            return [()] if value else []
        case Atom():
            return _ways_of_atom(condition, derived)
        case AnyOf(parts):
            found = [way for part in parts for way in ways(part, derived)]
        case All(parts):
            found = [()]
            for part in parts:
                found = [
                    joined
                    for left, right in product(found, ways(part, derived))
                    if (joined := _join(left, right)) is not None
                ]
                _check_size(found)
    _check_size(found)
    return list(dict.fromkeys(found)) if all(map(_hashable, found)) else found


def _ways_of_atom(atom: Atom, derived: Derived) -> list[Way]:
    if not isinstance(atom.right, Const) or atom.left.variable != "resource":
        raise NoFilter("a test on something other than the record")
    name, op, value = atom.left.attribute, atom.op, atom.right.value
    if op in ("eq", "ne") and isinstance(value, bool):
        special = derived(name, value is (op == "eq"))
        if special is not None:
            return special
    return [(Test(name, op, value),)]


def _join(left: Way, right: Way) -> Way | None:
    """Both together; None when they contradict each other in a plain way."""
    joined = list(left)
    for test in right:
        if test in joined:
            continue
        if any(_contradict(test, other) for other in joined):
            return None
        joined.append(test)
    return tuple(joined)


def _contradict(one: Test, other: Test) -> bool:
    if one.field != other.field:
        return False
    ones, others = _allowed(one), _allowed(other)
    return ones is not None and others is not None and ones.isdisjoint(others)


def _allowed(test: Test) -> frozenset[Any] | None:
    if test.op == "eq":
        return frozenset({test.value})
    return test.value if test.op == "in" else None


def _hashable(way: Way) -> bool:
    return not any(isinstance(test.value, dict) for test in way)


def _check_size(found: list[Way]) -> None:
    if len(found) > _MOST_WAYS:
        raise NoFilter("the rules give more ways than a filter should hold")


def filter_of(prepared: Prepared, derived: Derived) -> dict[str, Any]:
    """The members anyOf, noneOf and demands of a filter answer. Raises NoFilter."""
    return {
        "anyOf": [item for rule in prepared.permits for item in _clauses(rule, derived)],
        "noneOf": [item for rule in prepared.forbids for item in _clauses(rule, derived)],
        "demands": [test.to_json() for test in demands(prepared.shape, derived)],
    }


def _clauses(narrowed: Narrowed, derived: Derived) -> list[dict[str, Any]]:
    rule = narrowed.rule
    return [
        {
            "ruleId": rule.id,
            "article": rule.article,
            "summary": rule.summary,
            "visibleFields": sorted(rule.visible_fields),
            "allOf": [test.to_json() for test in way],
        }
        for way in ways(narrowed.condition, derived)
    ]
