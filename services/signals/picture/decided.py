"""Asking the policy about every item of a case at once, and keeping only what may be known.

From here on an item without `know` does not exist: nothing later in this room has ever held it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.signals.cases.facts import CaseItem
from services.signals.picture.model import Mask
from services.signals.picture.wording import either, say
from services.signals.picture.words import agency_label
from shared.authentication.actor import Actor
from shared.clients.decisions import Decision, DecisionClient, Filter, Question
from shared.clients.decisions import Mask as WhyNot

KNOW, VIEW, VIEW_REPORTER = "know", "view", "view_reporter"

INCIDENT, PERSONS, STATEMENTS = "incident", "persons", "statements"
EVIDENCE, REPORTER, INFORMING = "evidence", "reporter", "informing"


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item that may be known; `fields` is empty and `mask` set when it may not be viewed."""

    item: CaseItem = field(repr=False)
    fields: frozenset[str]
    mask: Mask | None
    rule_id: str

    @property
    def viewed(self) -> bool:
        return self.mask is None

    def shows(self, name: str) -> bool:
        return self.mask is None and name in self.fields


@dataclass(frozen=True, slots=True)
class Verdict:
    """The known items, and what the log must know of the decision."""

    known: tuple[KnownItem, ...]
    decision_id: str
    policy_version: str
    revision: int
    grounds: tuple[str, ...]


def decide_items(
    client: DecisionClient, actor: Actor, purpose: str, items: Sequence[CaseItem]
) -> Verdict:
    """know, view and view_reporter for all items in one call. Raises Unavailable."""
    actions = (KNOW, VIEW, VIEW_REPORTER)
    questions = [
        Question(action, purpose, "signal", item.signal.id, item.facts)
        for item in items
        for action in actions
    ]
    answers = client.evaluate(actor, questions)
    known = []
    for position, item in enumerate(items):
        know, view, reporter = answers[position * 3 : position * 3 + 3]
        if not know.permitted:
            continue
        known.append(_known(item, view, reporter))
    first = answers[0] if answers else Decision(False)
    grounds = {known_item.rule_id for known_item in known if known_item.viewed}
    return Verdict(
        known=tuple(known),
        decision_id=first.decision_id,
        policy_version=first.policy_version,
        revision=first.revision,
        grounds=tuple(sorted(grounds)),
    )


def _known(item: CaseItem, view: Decision, reporter: Decision) -> KnownItem:
    if not view.permitted or view.ground is None:
        return KnownItem(item, frozenset(), mask_of(item.signal.source_agency, view.mask), "")
    fields = view.visible_fields - {REPORTER}
    if reporter.permitted:
        fields |= {REPORTER}
    return KnownItem(item, fields, None, view.ground.rule_id)


def filter_items(know: Filter, view: Filter, items: Sequence[CaseItem]) -> tuple[KnownItem, ...]:
    """The same by the filters of the same policy, for lists (I3): exactly equal to asking.

    A filter gives no explanation: masks made here carry none.
    """
    found = []
    for item in items:
        if know.matches(item.facts) is None:
            continue
        rule = view.matches(item.facts)
        if rule is None:
            found.append(KnownItem(item, frozenset(), mask_of(item.signal.source_agency, None), ""))
        else:
            found.append(KnownItem(item, rule.visible_fields, None, rule.rule_id))
    return tuple(found)


def mask_of(agency: str, why_not: WhyNot | None) -> Mask:
    """The sentence shown in place of content. It says no more than that there is a signal of this
    agency: a category or an organisation's name would give the content away (D9)."""
    title = say("Afgeschermd: signaal van {agency}", agency=agency_label(agency, inside=True))
    if why_not is None:
        return Mask(
            title=title,
            reason=say("U mag weten dat dit signaal er is; de inhoud niet."),
            rule_id="",
            article="",
            lifted_by="",
        )
    return Mask(
        title=title,
        reason=either(why_not.summary, why_not.summary_en),
        rule_id=why_not.rule_id,
        article=why_not.article,
        lifted_by=either(why_not.lifted_by, why_not.lifted_by_en),
    )
