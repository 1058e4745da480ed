"""Asking the policy about every item of a case at once, and keeping only what may be known.

From here on an item without `know` does not exist: nothing later in this room has ever held it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from services.signals.cases.facts import CaseItem
from services.signals.picture.model import Mask
from services.signals.picture.wording import either, say
from services.signals.picture.words import agency_label
from shared.authentication.actor import Actor
from shared.clients.decisions import Decision, DecisionClient, Filter, Question, Subject
from shared.clients.decisions import Mask as WhyNot
from shared.logging import get_logger
from shared.problems import Unavailable

KNOW, VIEW = "know", "view"
_ASKED_TOO = 2  # items of a picture that are asked one by one as well

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
    """know and view for all items by filters of one moment, in one call; why-not for what stays
    masked in a second. Raises Unavailable, also when the filters differ from the rules.

    A few items are asked one by one in the same call: the rules themselves must say of them what
    the filters say (I3), each time anew.
    """
    sample = [*items[:: max(1, -(-len(items) // _ASKED_TOO))]]
    questions = [_question(action, purpose, item) for item in sample for action in (KNOW, VIEW)]
    sifted = client.sift(actor, purpose, questions, (KNOW, VIEW), persons_of(items))
    know, view = sifted.filter(KNOW), sifted.filter(VIEW)
    _demand_agreement(sample, sifted.decisions, know, view)
    known = _with_reasons(client, actor, purpose, filter_items(know, view, items), sifted.revision)
    return Verdict(
        known=known,
        decision_id=sifted.decision_id,
        policy_version=sifted.policy_version,
        revision=sifted.revision,
        grounds=tuple(sorted({one.rule_id for one in known if one.viewed})),
    )


def persons_of(items: Iterable[CaseItem]) -> list[Subject]:
    """Everybody whose consent may be asked for these items, each once."""
    found = {id(person): person for item in items for person in item.facts.subjects}
    return list(found.values())


def _question(action: str, purpose: str, item: CaseItem) -> Question:
    return Question(action, purpose, "signal", item.signal.id, item.facts)


def _demand_agreement(
    sample: Sequence[CaseItem], answers: Sequence[Decision], know: Filter, view: Filter
) -> None:
    for position, item in enumerate(sample):
        for sieve, answer in zip((know, view), answers[position * 2 :], strict=False):
            matched = sieve.matches(item.facts)
            said = matched.rule_id if matched else ""
            if said != (answer.ground.rule_id if answer.permitted and answer.ground else ""):
                get_logger().error("the filter differs from the rules", code=said)
                raise Unavailable


def _with_reasons(
    client: DecisionClient,
    actor: Actor,
    purpose: str,
    known: Sequence[KnownItem],
    revision: int,
) -> tuple[KnownItem, ...]:
    """Masked items with the rule that masks them. A reason of another moment is left out."""
    masked = [one for one in known if not one.viewed]
    answers = client.evaluate(actor, [_question(VIEW, purpose, one.item) for one in masked])
    reasons = {
        one.item.signal.id: mask_of(one.item.signal.source_agency, answer.mask)
        for one, answer in zip(masked, answers, strict=True)
        if not answer.permitted and answer.revision == revision
    }
    return tuple(
        one if one.viewed else replace(one, mask=reasons.get(one.item.signal.id, one.mask))
        for one in known
    )


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
