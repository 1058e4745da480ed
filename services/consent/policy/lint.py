"""What makes rules unusable: asked by `make check`, by the tests and at every start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import cedarpy

from services.consent.policy.condition import TRUE, Condition, Ref, atoms, references
from services.consent.policy.schema import Schema, SchemaError, read_schema
from services.consent.policy.translate import OutsideFragment, actions_of, condition_of
from shared import vocabulary

HERE = Path(__file__).parent
VISIBLE_FIELDS = frozenset({"incident", "persons", "statements", "evidence", "informing"})
_ALWAYS = ("id", "article", "summary", "summary_en", "lifted_by", "lifted_by_en", "tell")
# Words that would give away content if they stood on a mask (naming a place, a doctor, a disease).
_TELLING = ("opvang", "shelter", "huisarts", "psychiat", "verslav", "addict", "adres", "address")
# Enum entities that must hold just the codes of the shared vocabulary (regions also "none").
_VOCABULARY: Mapping[str, type[StrEnum]] = {
    "role": vocabulary.Role,
    "agency": vocabulary.Agency,
    "legalContext": vocabulary.LegalContext,
}


def shipped_policies() -> str:
    """The text of all rules, in the order of their file names."""
    paths = sorted((HERE / "rules").glob("*.cedar"))
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def shipped_schema() -> str:
    return (HERE / "bundel.cedarschema").read_text(encoding="utf-8")


def breaches() -> Iterator[str]:
    """Everything wrong with the rules as shipped, one sentence each."""
    yield from lint(shipped_policies(), shipped_schema())
    schema = read_schema(shipped_schema())
    actor, signal = schema.entities["Actor"], schema.entities["Signal"]
    for name, codes in _VOCABULARY.items():
        if actor[name].codes != frozenset(codes):
            yield f"schema: {name} differs from the shared vocabulary"
    if actor["region"].codes != frozenset(vocabulary.Region) | {"none"}:
        yield "schema: region differs from the shared vocabulary"
    if signal["category"].codes != frozenset(vocabulary.Category):
        yield "schema: category differs from the shared vocabulary"
    if schema.actions["view"].context["purpose"].codes != frozenset(vocabulary.Purpose):
        yield "schema: purpose differs from the shared vocabulary"


def in_order(templates: Any) -> list[Any]:
    """cedarpy names policies policy0, policy1, ... in the order of the text."""
    return [templates[f"policy{number}"] for number in range(len(templates))]


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
    for template in in_order(templates.static_policies):
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
    shown = f"{notes.get('why', '')} {notes.get('why_en', '')}".lower()
    faults.extend(f"a mask must not say {word!r}" for word in _TELLING if word in shown)
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
