"""Rules and the bundle they come in: read from Cedar text, linted, with one version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import cedarpy

from services.consent.policy.condition import TRUE, Condition, Ref, atoms, references
from services.consent.policy.schema import Schema, SchemaError, read_schema
from services.consent.policy.translate import OutsideFragment, actions_of, condition_of

HERE = Path(__file__).parent
VISIBLE_FIELDS = frozenset({"incident", "persons", "statements", "evidence", "informing"})
_ALWAYS = ("id", "article", "summary", "summary_en", "lifted_by", "lifted_by_en", "tell")


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


def policy_files(folder: Path = HERE / "rules") -> list[Path]:
    return sorted(folder.glob("*.cedar"))


def load_bundle() -> Bundle:
    """The rules in force as shipped. Raises PolicyError with everything that is wrong."""
    policies = "\n".join(path.read_text(encoding="utf-8") for path in policy_files())
    schema = (HERE / "bundel.cedarschema").read_text(encoding="utf-8")
    return read_bundle(policies, schema)


def read_bundle(policy_text: str, schema_text: str) -> Bundle:
    """Parses, validates and lints. Raises PolicyError with everything that is wrong."""
    faults = lint(policy_text, schema_text)
    if faults:
        raise PolicyError(faults)
    digest = hashlib.sha256(f"{schema_text}\x00{policy_text}".encode()).hexdigest()
    templates = cedarpy.policies_to_pst(policy_text).static_policies
    rules = tuple(_rule(template) for template in _in_order(templates))
    return Bundle(rules, read_schema(schema_text), digest[:16], policy_text, schema_text)


def _in_order(templates: Any) -> list[Any]:
    # cedarpy names policies policy0, policy1, ... in the order of the text.
    return [templates[f"policy{number}"] for number in range(len(templates))]


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


def lint(policy_text: str, schema_text: str) -> list[str]:
    """Everything that makes the rules unusable; empty when they may take effect."""
    try:
        schema = read_schema(schema_text)
        result = cedarpy.validate_policies(policy_text, schema_text)
        templates = cedarpy.policies_to_pst(policy_text)
    except (SchemaError, ValueError) as error:
        return [str(error)]
    faults = [f"Cedar: {error}" for error in result.errors]
    if templates.templates or templates.template_links:
        faults.append("templates are not used: grants are data")
    seen: set[str] = set()
    for template in _in_order(templates.static_policies):
        name = template.annotations.get("id", template.id)
        if name in seen:
            faults.append(f"{name}: the id is used twice")
        seen.add(name)
        faults.extend(f"{name}: {fault}" for fault in _lint_rule(template, schema))
    return faults


def _lint_rule(template: Any, schema: Schema) -> list[str]:
    notes = template.annotations
    faults = [f"@{name} is missing" for name in _ALWAYS if not notes.get(name)]
    if notes.get("tell") not in ("yes", "no"):
        faults.append("@tell is yes or no")
    try:
        actions, condition = actions_of(template), condition_of(template)
    except OutsideFragment as error:
        return [*faults, f"cannot be compiled: {error}"]
    faults.extend(_lint_condition(actions, condition, schema))
    if template.effect == "permit" and condition == TRUE:
        faults.append("a permit without a condition")
    closes_content = template.effect == "permit" and "view" in actions
    if closes_content and not set(notes.get("fields", "").split()) & VISIBLE_FIELDS:
        faults.append("@fields must name what becomes visible")
    if set(notes.get("fields", "").split()) - VISIBLE_FIELDS:
        faults.append("@fields names an unknown field")
    masks = notes.get("tell") == "yes" and "view" in actions
    if masks and not (notes.get("why") and notes.get("why_en")):
        faults.append("@why and @why_en are missing: this rule can be named on a mask")
    # Together these make "may view" imply "may know", for every fact.
    if template.effect == "permit" and "view" in actions and "know" not in actions:
        faults.append("whoever may view must be allowed to know")
    if template.effect == "forbid" and "know" in actions and "view" not in actions:
        faults.append("whoever may not know must not view")
    if template.effect == "forbid" and notes.get("tell") == "yes" and "view" not in actions:
        faults.append("@tell yes is for rules that close content")
    if template.effect == "forbid" and notes.get("tell") == "yes" and "know" in actions:
        faults.append("a rule that forbids knowing cannot tell")
    return faults


def _lint_condition(actions: frozenset[str], condition: Condition, schema: Schema) -> list[str]:
    faults = [f"unknown action {name}" for name in actions if name not in schema.actions]
    for atom in atoms(condition):
        if isinstance(atom.right, Ref) and atom.left.variable == atom.right.variable == "resource":
            faults.append("compares two facts of the record: send one precomputed fact instead")
    for name in actions & schema.actions.keys():
        shape = schema.actions[name]
        known = {
            "principal": schema.entities[shape.principal],
            "resource": schema.entities[shape.resource],
            "context": shape.context,
        }
        for ref in references(condition):
            if ref.attribute not in known[ref.variable]:
                faults.append(f"{ref.variable}.{ref.attribute} does not exist for {name}")
    return faults
