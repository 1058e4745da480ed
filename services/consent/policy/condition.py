"""Conditions of rules as a small tree without negation: what the compiled evaluator works on.

Every attribute exists and has its kind (the schema says so and facts are checked first), so a
condition cannot fail and ordinary boolean algebra holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Value: TypeAlias = str | int | bool | frozenset[str]
Facts: TypeAlias = Mapping[str, Value]
Variable = Literal["principal", "resource", "context"]
Op = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "notIn", "contains", "notContains"]

OPPOSITE: Mapping[Op, Op] = {
    "eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "gt": "le", "le": "gt",
    "in": "notIn", "notIn": "in", "contains": "notContains", "notContains": "contains",
}  # fmt: skip
# The same test with its two sides changed over.
MIRRORED: Mapping[Op, Op] = {
    "eq": "eq", "ne": "ne", "lt": "gt", "gt": "lt", "le": "ge", "ge": "le",
    "contains": "in", "notContains": "notIn",
}  # fmt: skip
_TESTS: Mapping[Op, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: bool(left == right),
    "ne": lambda left, right: bool(left != right),
    "lt": lambda left, right: bool(left < right),
    "le": lambda left, right: bool(left <= right),
    "gt": lambda left, right: bool(left > right),
    "ge": lambda left, right: bool(left >= right),
    "in": lambda left, right: left in right,
    "notIn": lambda left, right: left not in right,
    "contains": lambda left, right: right in left,
    "notContains": lambda left, right: right not in left,
}


@dataclass(frozen=True)
class Ref:
    """One attribute of the principal, the resource or the context."""

    variable: Variable
    attribute: str


@dataclass(frozen=True)
class Const:
    value: Value


@dataclass(frozen=True)
class Truth:
    value: bool


@dataclass(frozen=True)
class Atom:
    """`left op right`, e.g. resource.category in {...}."""

    op: Op
    left: Ref
    right: Ref | Const


@dataclass(frozen=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Condition, ...]


Condition: TypeAlias = Truth | Atom | All | AnyOf
TRUE, FALSE = Truth(True), Truth(False)
Known: TypeAlias = Mapping[Ref, Value]


def all_of(parts: Iterable[Condition]) -> Condition:
    """Conjunction, simplified and flattened."""
    kept: list[Condition] = []
    for part in parts:
        if part == FALSE:
            return FALSE
        if isinstance(part, All):
            kept.extend(part.parts)
        elif part != TRUE:
            kept.append(part)
    if not kept:
        return TRUE
    return kept[0] if len(kept) == 1 else All(tuple(kept))


def any_of(parts: Iterable[Condition]) -> Condition:
    """Disjunction, simplified and flattened."""
    kept: list[Condition] = []
    for part in parts:
        if part == TRUE:
            return TRUE
        if isinstance(part, AnyOf):
            kept.extend(part.parts)
        elif part != FALSE:
            kept.append(part)
    if not kept:
        return FALSE
    return kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def negate(condition: Condition) -> Condition:
    """The opposite, with the negation pushed into the atoms."""
    match condition:
        case Truth(value):
            return Truth(not value)
        case Atom(op, left, right):
            return Atom(OPPOSITE[op], left, right)
        case All(parts):
            return any_of(negate(part) for part in parts)
        case AnyOf(parts):
            return all_of(negate(part) for part in parts)


def bind(condition: Condition, known: Known) -> Condition:
    """What is left of a condition once the attributes in `known` have a value."""
    match condition:
        case Truth():
            return condition
        case All(parts):
            return all_of(bind(part, known) for part in parts)
        case AnyOf(parts):
            return any_of(bind(part, known) for part in parts)
        case Atom(op, left, right):
            return _bind_atom(op, left, right, known)


def _bind_atom(op: Op, left: Ref, right: Ref | Const, known: Known) -> Condition:
    if isinstance(right, Ref) and right in known:
        right = Const(known[right])
    if left not in known:
        return Atom(op, left, right)
    value = known[left]
    if isinstance(right, Const):
        return Truth(_TESTS[op](value, right.value))
    return Atom(MIRRORED[op], right, Const(value))


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """The parts that must all hold."""
    return condition.parts if isinstance(condition, All) else (condition,)


def atoms(condition: Condition) -> Iterator[Atom]:
    """Every test in a condition."""
    match condition:
        case Atom():
            yield condition
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from atoms(part)


def references(condition: Condition) -> Iterator[Ref]:
    """Every attribute a condition looks at."""
    for atom in atoms(condition):
        yield atom.left
        if isinstance(atom.right, Ref):
            yield atom.right


Check: TypeAlias = Callable[[Facts], bool]


def compile_check(condition: Condition) -> Check:
    """A function over the resource's facts. Raises ValueError when other attributes are left."""
    match condition:
        case Truth(value):
            return lambda _facts: value
        case Atom(op, Ref("resource", name), Const(wanted)):
            return _compile_atom(op, name, wanted)
        case Atom():
            raise ValueError("a condition still depends on something other than the resource")
        case All(parts):
            return _every(tuple(compile_check(part) for part in parts))
        case AnyOf(parts):
            return _some(tuple(compile_check(part) for part in parts))


def _every(checks: tuple[Check, ...]) -> Check:
    # Plain loops: half the time of all(...) with a generator, on the hottest path there is.
    def check(facts: Facts) -> bool:
        for part in checks:  # noqa: SIM110
            if not part(facts):
                return False
        return True

    return check


def _some(checks: tuple[Check, ...]) -> Check:
    def check(facts: Facts) -> bool:
        for part in checks:  # noqa: SIM110
            if part(facts):
                return True
        return False

    return check


def _compile_atom(op: Op, name: str, wanted: Any) -> Check:
    # The two commonest tests are spelt out: a call less for each record.
    if op == "eq":
        return lambda facts: facts[name] == wanted
    if op == "in":
        return lambda facts: facts[name] in wanted
    test = _TESTS[op]
    return lambda facts: test(facts[name], wanted)
