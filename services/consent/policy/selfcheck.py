"""At every start: the compiled rules against Cedar itself, over facts made for it.

A service whose two readings of the rules differ does not start.
"""

from __future__ import annotations

import random
from typing import Any

from services.consent.policy.authority import Authority
from services.consent.policy.compiled import Engine
from services.consent.policy.rules import PolicyError
from services.consent.policy.schema import Kind, Shape

_SEED = 20_26
_NAMES = ("a", "b")


def check_against_cedar(engine: Engine, authority: Authority, rounds: int = 200) -> int:
    """How many questions were compared. Raises PolicyError on the first difference."""
    # The same facts at every start: a failing start can be repeated. Not used for any secret.
    dice = random.Random(_SEED)  # noqa: S311
    schema = engine.bundle.schema
    actions = sorted(schema.actions)
    for number in range(rounds):
        action = actions[number % len(actions)]
        shape = schema.actions[action]
        principal = _facts(dice, schema.entities[shape.principal])
        context = _facts(dice, shape.context)
        resource = _facts(dice, schema.entities[shape.resource])
        compiled = engine.prepare(principal, action, context).verdict(resource).permitted
        if compiled != authority.permits(principal, action, context, [resource])[0]:
            raise PolicyError([f"compiled rules and Cedar differ for {action} (round {number})"])
    return rounds


def _facts(dice: random.Random, shape: Shape) -> dict[str, Any]:
    return {name: _value(dice, kind) for name, kind in shape.items()}


def _value(dice: random.Random, kind: Kind) -> Any:
    codes = sorted(kind.codes) if kind.codes is not None else list(_NAMES)
    if kind.is_set:
        return frozenset(dice.sample(codes, dice.randint(0, min(2, len(codes)))))
    if kind.name == "Bool":
        return dice.random() < 0.5
    if kind.name == "Long":
        return dice.choice([0, 1, 2])
    return dice.choice(codes)
