"""From cedarpy's typed tree to conditions. Outside the fragment is refused, never widened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cedarpy import pst

from services.consent.policy.condition import (
    FALSE,
    MIRRORED,
    TRUE,
    Atom,
    Condition,
    Const,
    Op,
    Ref,
    Value,
    all_of,
    any_of,
    negate,
)


class OutsideFragment(ValueError):
    """The rule says something that cannot be compiled exactly."""


_COMPARISONS: Mapping[str, Op] = {
    "eq": "eq",
    "not_eq": "ne",
    "less": "lt",
    "less_eq": "le",
    "greater": "gt",
    "greater_eq": "ge",
}


def actions_of(template: Any) -> frozenset[str]:
    """The actions a rule names. Raises OutsideFragment when it names none: each must be said."""
    match template.action:
        case pst.ActionEq(entity):
            return frozenset({entity.id})
        case pst.ActionIn(entities):
            return frozenset(entity.id for entity in entities)
    raise OutsideFragment("a rule must name its actions")


def condition_of(template: Any) -> Condition:
    """The rule's `when` and `unless` clauses as one condition. Raises OutsideFragment."""
    for scope in (template.principal, template.resource):
        if not isinstance(scope, pst.ScopeAny):
            raise OutsideFragment("principal and resource are chosen in `when`, not in the scope")
    parts: list[Condition] = []
    for clause in template.clauses:
        condition = _condition(clause.expr)
        parts.append(condition if isinstance(clause, pst.When) else negate(condition))
    return all_of(parts)


def _condition(node: Any) -> Condition:  # noqa: PLR0911 - one return per kind of node
    match node:
        case pst.BoolLit(value):
            return TRUE if value else FALSE
        case pst.BinaryOp("and", left, right):
            return all_of((_condition(left), _condition(right)))
        case pst.BinaryOp("or", left, right):
            return any_of((_condition(left), _condition(right)))
        case pst.UnaryOp("not", arg):
            return negate(_condition(arg))
        case pst.GetAttr():
            return Atom("eq", _reference(node), Const(True))
        case pst.BinaryOp("contains", left, right):
            return _contains(left, right)
        case pst.BinaryOp(op, left, right) if op in _COMPARISONS:
            return _comparison(_COMPARISONS[op], left, right)
    raise OutsideFragment(f"{type(node).__name__} {getattr(node, 'op', '')}".strip())


def _comparison(op: Op, left: Any, right: Any) -> Condition:
    first, second = _operand(left), _operand(right)
    if isinstance(first, Ref):
        return Atom(op, first, second)
    if isinstance(second, Ref):
        return Atom(MIRRORED[op], second, first)
    raise OutsideFragment("a comparison of two constants")


def _contains(left: Any, right: Any) -> Condition:
    if isinstance(left, pst.Set):
        codes = frozenset(str(_constant(element)) for element in left.elements)
        return Atom("in", _reference(right), Const(codes))
    return Atom("contains", _reference(left), _operand(right))


def _operand(node: Any) -> Ref | Const:
    return _reference(node) if isinstance(node, pst.GetAttr) else Const(_constant(node))


def _reference(node: Any) -> Ref:
    match node:
        case pst.GetAttr(pst.Var("principal" | "resource" | "context" as variable), attribute):
            return Ref(variable, attribute)
    raise OutsideFragment("only an attribute of principal, resource or context")


def _constant(node: Any) -> Value:
    match node:
        case pst.BoolLit(value) | pst.LongLit(value) | pst.StringLit(value):
            result: Value = value
            return result
        case pst.EntityLit(uid):
            return str(uid.id)
    raise OutsideFragment(f"{type(node).__name__} is not a constant")
