"""What the consent service answers, read strictly: what is malformed is no answer at all (I2).

It is not taken for a deny: a link that is denied is parted for long, while one that is asked about
again is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.clients.filters import Filter, FilterError, read_filter
from shared.problems import Unavailable


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
    """The answers of an `evaluations` call, in order; all denied when the question was refused
    (None). Raises Unavailable when a lying neighbour sends something else."""
    if body is None:
        return [Decision(False)] * count
    items = body.get("evaluations") if isinstance(body, dict) else None
    if not isinstance(items, list) or len(items) != count:
        raise _unreadable()
    return [_decision(item) for item in items]


def _unreadable() -> Unavailable:
    return Unavailable("The consent service sent an answer that cannot be read.")


def read_sifted(body: Any, count: int, actions: Sequence[str]) -> Sifted:
    """The answer of a `filters` call; None, a refused question, denies everything. Raises
    Unavailable when it cannot be read."""
    decisions = tuple(read_decisions(body, count))
    if body is None:
        return Sifted(decisions)
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
    except (FilterError, KeyError, TypeError, ValueError) as error:
        raise _unreadable() from error


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
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable() from error
