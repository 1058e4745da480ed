"""The compiled evaluator: rules narrowed to one actor, action and purpose, then run over records.

What is left after narrowing looks only at the record, so 200 records cost one narrowing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.consent.policy.condition import (
    FALSE,
    Check,
    Condition,
    Facts,
    Ref,
    Value,
    atoms,
    bind,
    compile_check,
    conjuncts,
)
from services.consent.policy.rules import Bundle, Rule
from services.consent.policy.schema import FactsError, Shape


@dataclass(frozen=True)
class Verdict:
    """`ground`: the first permitting rule; `barrier`: the first forbidding one."""

    permitted: bool
    ground: Rule | None = None
    barrier: Rule | None = None


DENIED = Verdict(False)


@dataclass(frozen=True)
class Narrowed:
    """One rule with only conditions on the record left."""

    rule: Rule
    condition: Condition
    check: Check = field(repr=False)


# How far a rule was from permitting: what a person can still change counts the least.
_WEIGHTS: Mapping[str, int] = {"consented": 1, "underGrant": 2}
_FIXED = 4


@dataclass(frozen=True)
class Prepared:
    """All rules that can still matter for one actor, action and context."""

    shape: Shape
    permits: tuple[Narrowed, ...]
    forbids: tuple[Narrowed, ...]

    def verdict(self, facts: Facts) -> Verdict:
        """Forbid wins; no permit is a deny. `facts` were read with `shape`."""
        for narrowed in self.forbids:
            if narrowed.check(facts):
                return Verdict(False, barrier=narrowed.rule)
        for narrowed in self.permits:
            if narrowed.check(facts):
                return Verdict(True, ground=narrowed.rule)
        return DENIED

    def nearest(self, facts: Facts) -> Rule | None:
        """The permitting rule with the fewest failed conditions; None: none that may be told."""
        best: tuple[int, Rule] | None = None
        for narrowed in self.permits:
            if not narrowed.rule.tell:
                continue
            distance = sum(_distance(part, facts) for part in conjuncts(narrowed.condition))
            if best is None or distance < best[0]:
                best = (distance, narrowed.rule)
        return best[1] if best is not None else None


def _distance(part: Condition, facts: Facts) -> int:
    if compile_check(part)(facts):
        return 0
    return min(_WEIGHTS.get(atom.left.attribute, _FIXED) for atom in atoms(part))


@dataclass(frozen=True)
class Engine:
    """Answers from one bundle. Raises FactsError for facts that are missing or wrong."""

    bundle: Bundle

    def prepare(
        self, principal: Mapping[str, Any], action: str, context: Mapping[str, Any]
    ) -> Prepared:
        """Narrows the rules to this actor, action and context. Raises FactsError."""
        schema = self.bundle.schema
        shape = schema.actions.get(action)
        if shape is None:
            raise FactsError("unknown action")
        known: dict[Ref, Value] = {
            Ref("principal", name): value
            for name, value in schema.read(schema.entities[shape.principal], principal).items()
        }
        for name, value in schema.read(shape.context, context).items():
            known[Ref("context", name)] = value
        narrowed = [
            Narrowed(rule, condition, compile_check(condition))
            for rule in self.bundle.rules
            if action in rule.actions and (condition := bind(rule.condition, known)) != FALSE
        ]
        return Prepared(
            shape=schema.entities[shape.resource],
            permits=tuple(item for item in narrowed if item.rule.effect == "permit"),
            forbids=tuple(item for item in narrowed if item.rule.effect == "forbid"),
        )

    def resource_type(self, action: str) -> str:
        """The Cedar type of what an action is done to. Raises FactsError."""
        shape = self.bundle.schema.actions.get(action)
        if shape is None:
            raise FactsError("unknown action")
        return shape.resource

    def read_resource(self, action: str, given: Mapping[str, Any]) -> Facts:
        """The facts of a record, checked. Raises FactsError."""
        schema = self.bundle.schema
        return schema.read(schema.entities[self.resource_type(action)], given)
