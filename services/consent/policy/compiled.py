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
    parts: tuple[tuple[Check, int], ...] = field(repr=False)  # each conjunct, and its weight


# How far a rule was from permitting: what a person can still change counts the least.
_WEIGHTS: Mapping[str, int] = {"consented": 1, "underGrant": 2}
_FIXED = 4
_MOST_KEPT = 2000


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
            distance = sum(weight for check, weight in narrowed.parts if not check(facts))
            if best is None or distance < best[0]:
                best = (distance, narrowed.rule)
        return best[1] if best is not None else None


def _narrow(rule: Rule, condition: Condition) -> Narrowed:
    parts = tuple(
        (
            compile_check(part),
            min((_WEIGHTS.get(atom.left.attribute, _FIXED) for atom in atoms(part)), default=0),
        )
        for part in conjuncts(condition)
    )
    return Narrowed(rule, condition, compile_check(condition), parts)


@dataclass(frozen=True)
class Engine:
    """Answers from one bundle. Raises FactsError for facts that are missing or wrong.

    Narrowed rules are kept: they follow from the rules, the actor, the purpose and the day alone,
    never from consents or from what is asked about.
    """

    bundle: Bundle
    _kept: dict[Any, Prepared] = field(default_factory=dict, repr=False, compare=False)

    def prepare(
        self, principal: Mapping[str, Any], action: str, context: Mapping[str, Any]
    ) -> Prepared:
        """Narrows the rules to this actor, action and context. Raises FactsError."""
        schema = self.bundle.schema
        shape = schema.actions.get(action)
        if shape is None:
            raise FactsError("unknown action")
        who = schema.read(schema.entities[shape.principal], principal)
        asked = schema.read(shape.context, context)
        key = (action, tuple(who.items()), tuple(asked.items()))
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            kept = self._kept[key] = self._narrowed(action, who, asked)
        return kept

    def _narrowed(self, action: str, who: Facts, asked: Facts) -> Prepared:
        shape = self.bundle.schema.actions[action]
        known: dict[Ref, Value] = {Ref("principal", name): value for name, value in who.items()}
        for name, value in asked.items():
            known[Ref("context", name)] = value
        narrowed = [
            _narrow(rule, condition)
            for rule in self.bundle.rules
            if action in rule.actions and (condition := bind(rule.condition, known)) != FALSE
        ]
        return Prepared(
            shape=self.bundle.schema.entities[shape.resource],
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
