"""Cedar itself: the authority that every compiled answer must agree with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import cedarpy

from services.consent.policy.condition import Facts
from services.consent.policy.rules import Bundle
from services.consent.policy.schema import Shape

_MOST_ERRORS = 5


class Authority:
    """cedarpy with the parsed rules and schema. Always passes the schema (see docs/adr/0003)."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._policies = cedarpy.PolicySet.from_str(bundle.policy_text)
        self._schema = cedarpy.Schema.from_str(bundle.schema_text)
        self.errors: list[str] = []  # the last engine errors, for the alarm

    def permits(
        self,
        principal: Mapping[str, Any],
        action: str,
        context: Mapping[str, Any],
        resources: Sequence[Mapping[str, Any]],
    ) -> list[bool]:
        """Cedar's answer per record. Facts Cedar cannot accept, and any error, are a deny."""
        return [self._permits(principal, action, context, resource) for resource in resources]

    def _permits(
        self,
        principal: Mapping[str, Any],
        action: str,
        context: Mapping[str, Any],
        resource: Mapping[str, Any],
    ) -> bool:
        schema = self._bundle.schema
        shape = schema.actions.get(action)
        if shape is None:
            return False
        try:
            who = _attributes(schema.entities[shape.principal], principal)
            what = _attributes(schema.entities[shape.resource], resource)
            asked = _attributes(shape.context, context)
            entities = cedarpy.Entities.from_json_str(
                json.dumps(
                    [
                        {"uid": {"type": shape.principal, "id": "p"}, "attrs": who, "parents": []},
                        {"uid": {"type": shape.resource, "id": "r"}, "attrs": what, "parents": []},
                    ]
                ),
                self._schema,
            )
        except (KeyError, ValueError, TypeError, AttributeError, AssertionError):
            return False
        answer = cedarpy.is_authorized(
            {
                "principal": {"type": shape.principal, "id": "p"},
                "action": {"type": "Action", "id": action},
                "resource": {"type": shape.resource, "id": "r"},
                "context": asked,
            },
            self._policies,
            entities,
            self._schema,
        )
        if answer.diagnostics.errors:
            self.errors = list(answer.diagnostics.errors)[:_MOST_ERRORS]
            return False
        return bool(answer.allowed)


def _attributes(shape: Shape, given: Mapping[str, Any]) -> dict[str, Any]:
    # No reading of our own here: a wrong value must reach Cedar and be refused by Cedar.
    return {name: _raw(kind, given[name]) for name, kind in shape.items() if name in given}


def _raw(kind: Any, value: Any) -> Any:
    if kind.is_set:
        items = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [_raw_one(kind, item) for item in items]
    return _raw_one(kind, value)


def _raw_one(kind: Any, value: Any) -> Any:
    if kind.codes is not None:
        return {"__entity": {"type": kind.name, "id": value}}
    return value


__all__ = ["Authority", "Facts"]
