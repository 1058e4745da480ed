"""Rules and the bundle they come in: read from Cedar text, linted, with one version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import cedarpy

from services.consent.policy.condition import Condition
from services.consent.policy.lint import in_order, lint, shipped_policies, shipped_schema
from services.consent.policy.schema import Schema, read_schema
from services.consent.policy.translate import actions_of, condition_of


class PolicyError(Exception):
    """The rules cannot be used; `faults` says what to mend, one sentence each."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


@dataclass(frozen=True)
class Rule:
    """One Cedar policy. `tell`: may somebody who is refused by it learn that the record exists?

    `why` is the neutral sentence on a mask: it never says what the content is about.
    """

    id: str
    effect: Literal["permit", "forbid"]
    actions: frozenset[str]
    condition: Condition
    article: str
    summary: str
    summary_en: str
    why: str
    why_en: str
    lifted_by: str
    lifted_by_en: str
    tell: bool
    visible_fields: frozenset[str]
    obligations: tuple[str, ...]


@dataclass(frozen=True)
class Bundle:
    """All rules in their order, the schema, and both texts. `version` names exactly these texts."""

    rules: tuple[Rule, ...]
    schema: Schema
    version: str
    policy_text: str = field(repr=False)
    schema_text: str = field(repr=False)


def load_bundle() -> Bundle:
    """The rules in force as shipped. Raises PolicyError with everything that is wrong."""
    return read_bundle(shipped_policies(), shipped_schema())


def read_bundle(policy_text: str, schema_text: str) -> Bundle:
    """Parses, validates and lints. Raises PolicyError with everything that is wrong."""
    faults = lint(policy_text, schema_text)
    if faults:
        raise PolicyError(faults)
    digest = hashlib.sha256(f"{schema_text}\x00{policy_text}".encode()).hexdigest()
    templates = cedarpy.policies_to_pst(policy_text).static_policies
    rules = tuple(_rule(template) for template in in_order(templates))
    return Bundle(rules, read_schema(schema_text), digest[:16], policy_text, schema_text)


def _rule(template: Any) -> Rule:
    notes = template.annotations
    return Rule(
        id=notes["id"],
        effect=template.effect,
        actions=actions_of(template),
        condition=condition_of(template),
        article=notes["article"],
        summary=notes["summary"],
        summary_en=notes["summary_en"],
        why=notes.get("why", ""),
        why_en=notes.get("why_en", ""),
        lifted_by=notes["lifted_by"],
        lifted_by_en=notes["lifted_by_en"],
        tell=notes["tell"] == "yes",
        visible_fields=frozenset(notes.get("fields", "").split()),
        obligations=tuple(notes.get("obligations", "").split()),
    )
