"""The rules in force as people read them: what, why, for which purposes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.consent.policy.condition import FALSE, Ref, bind, references
from services.consent.policy.rules import Bundle, Rule

_PURPOSE = Ref("context", "purpose")


@dataclass(frozen=True)
class RuleLine:
    """`purposes` empty: the rule looks at no purpose."""

    rule: Rule
    purposes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "ruleId": self.rule.id,
            "effect": self.rule.effect,
            "actions": sorted(self.rule.actions),
            "purposes": list(self.purposes),
            "article": self.rule.article,
            "summary": self.rule.summary,
            "summaryEn": self.rule.summary_en,
            "liftedBy": self.rule.lifted_by,
            "existenceMayBeTold": self.rule.tell,
        }


def rules_in_force(bundle: Bundle) -> list[RuleLine]:
    """All rules: those from the law by number, then those of the platform."""
    lines = [RuleLine(rule, _purposes(bundle, rule)) for rule in bundle.rules]
    return sorted(lines, key=lambda line: (not line.rule.id.startswith("R"), line.rule.id))


def _purposes(bundle: Bundle, rule: Rule) -> tuple[str, ...]:
    if _PURPOSE not in references(rule.condition):
        return ()
    shape = bundle.schema.actions[min(rule.actions)].context
    codes = shape["purpose"].codes or frozenset()
    return tuple(code for code in sorted(codes) if bind(rule.condition, {_PURPOSE: code}) != FALSE)
