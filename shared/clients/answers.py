"""What the consent service answers, read strictly: anything malformed is a deny (I2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.clients.filters import Filter, FilterError, read_filter


@dataclass(frozen=True)
class Ground:
    """The rule a permit relies on: its id, the article of law, one sentence."""

    rule_id: str
    article: str
    summary: str


@dataclass(frozen=True)
class Mask:
    """Why content stays closed although its existence may be told, and who can lift that: in
    Dutch, and in English where consent has it."""

    rule_id: str
    article: str
    summary: str
    lifted_by: str
    summary_en: str = ""
    lifted_by_en: str = ""


@dataclass(frozen=True)
class Decision:
    """One answer. `ground` only with a permit; `mask` only when existence may be told."""

    permitted: bool
    decision_id: str = ""
    ground: Ground | None = None
    visible_fields: frozenset[str] = frozenset()
    obligations: tuple[str, ...] = ()
    mask: Mask | None = None
    policy_version: str = ""
    revision: int = 0


@dataclass(frozen=True)
class Sifted:
    """Decisions and filters of one moment, recorded as one decision. Within one request only."""

    decisions: tuple[Decision, ...]
    decision_id: str = ""
    policy_version: str = ""
    revision: int = 0
    filters: Mapping[str, Filter] = field(default_factory=dict, repr=False)

    def filter(self, action: str) -> Filter:
        """The filter for an action; one that lets nothing through when it was not given."""
        return self.filters.get(action) or Filter.nothing()


def read_decisions(body: Any, count: int) -> list[Decision]:
    """The answers of an `evaluations` call, in order; all denied when one is missing."""
    items = body.get("evaluations") if isinstance(body, dict) else None
    if not isinstance(items, list) or len(items) != count:
        return [Decision(False)] * count
    return [_decision(item) for item in items]


def read_sifted(body: Any, count: int, actions: Sequence[str]) -> Sifted:
    """The answer of a `filters` call. What cannot be read denies everything."""
    decisions = tuple(read_decisions(body, count))
    try:
        told = {name: body[name] for name in ("decisionId", "policyVersion", "revision")}
        return Sifted(
            decisions=decisions,
            decision_id=str(told["decisionId"]),
            policy_version=str(told["policyVersion"]),
            revision=int(told["revision"]),
            filters={
                action: read_filter({**body["filters"][action], **told}) for action in actions
            },
        )
    except (FilterError, KeyError, TypeError, ValueError):
        return Sifted(tuple([Decision(False)] * count))


def _mask(told: Any) -> Mask:
    return Mask(
        rule_id=told["ruleId"],
        article=told["article"],
        summary=told["summary"],
        lifted_by=told["liftedBy"],
        summary_en=told.get("summaryEn", ""),
        lifted_by_en=told.get("liftedByEn", ""),
    )


def _decision(item: Any) -> Decision:
    try:
        context = item["context"]
        ground, mask = context["reliedGround"], context["whyNot"]
        return Decision(
            permitted=item["decision"] is True and ground is not None,
            decision_id=str(context["decisionId"]),
            ground=Ground(ground["ruleId"], ground["article"], ground["summary"])
            if ground
            else None,
            visible_fields=frozenset(context["visibleFields"]),
            obligations=tuple(context["obligations"]),
            mask=_mask(mask) if mask else None,
            policy_version=str(context["policyVersion"]),
            revision=int(context["revision"]),
        )
    except (KeyError, TypeError, ValueError):
        return Decision(False)
