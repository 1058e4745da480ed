"""May a signal be bundled, and in which legal contexts? The question, the answer, the entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from services.signals.intake.records import MentionRecord, SignalRecord
from services.signals.linking.description import read_date
from services.signals.linking.layers import ASKED_CONTEXTS
from services.signals.linking.planning import LayerPlan, Plan
from shared import clock
from shared.authentication.actor import Actor
from shared.clients.audit import DENY, PERMIT, Entry, entry_for
from shared.clients.decisions import Decision, Question, SignalFacts, Subject
from shared.vocabulary import Agency, LegalContext, Purpose, Role

if TYPE_CHECKING:
    from services.signals.linking.writing import Written

LINKING_CLIENT = "bundel-signals"


@dataclass(frozen=True)
class Verdict:
    """The contexts that permit it, and what that rests on. No context = sealed."""

    contexts: tuple[str, ...]
    ground: str  # rule ids, joined by +
    decision_id: str
    denied: tuple[str, ...]
    policy_version: str
    revision: int


def source_actor(record: SignalRecord) -> Actor:
    """The source system whose signal is linked; Bundel asks in its place. Its signals are routed to
    a region at the door, so that region counts as its own."""
    return Actor(
        subject=record.source_system,
        client=LINKING_CLIENT,
        role=Role.SOURCE,
        organisation=record.source_organisation,
        agency=Agency(record.source_agency),
        region=record.region,
        legal_context=LegalContext.NONE,
    )


def questions_of(plan: Plan) -> list[Question]:
    """One question per legal context, with the facts of the signal and of its persons' clusters."""
    record = plan.record
    facts = SignalFacts(
        source_agency=record.source_agency,
        source_organisation=record.source_organisation,
        category=record.category,
        region=record.region,
        addressed_to=record.addressed_to,
        wpg_article=record.wpg_article,
        first_processed_days=record.first_processed_days,
        case_context="",
        case_state="queued",
        coordinators=frozenset(),
        closed_compartment=record.compartment != "none",
        named_actors=frozenset(),
        withheld=record.withheld,
        restricted=False,
        conditions=frozenset(record.conditions),
        minor_involved=record.minor_involved,
        human_confirmed=False,
        acute=record.acute,
        subjects=(),
    )
    return [
        Question(
            action="link",
            purpose=Purpose.INTAKE.value,
            resource_type="signal",
            resource_id=record.id,
            facts=replace(
                facts,
                case_context=context.value,
                subjects=_subjects(plan.mentions, plan.layers[context.value]),
            ),
        )
        for context in ASKED_CONTEXTS
    ]


def verdict_of(decisions: Sequence[Decision]) -> Verdict:
    """The decisions on ASKED_CONTEXTS, in that order, as one verdict."""
    permitted = [
        (context, decision)
        for context, decision in zip(ASKED_CONTEXTS, decisions, strict=True)
        if decision.permitted
    ]
    names = {context.value for context, _ in permitted}
    grounds = [decision.ground.rule_id for _, decision in permitted if decision.ground]
    first = permitted[0][1] if permitted else decisions[0]
    return Verdict(
        contexts=tuple(context.value for context, _ in permitted),
        ground="+".join(dict.fromkeys(grounds)),
        decision_id=first.decision_id,
        denied=tuple(c.value for c in ASKED_CONTEXTS if c.value not in names),
        policy_version=first.policy_version,
        revision=first.revision,
    )


def entries_of(plan: Plan, verdict: Verdict, written: Written) -> list[Entry]:
    """What the log is told of links made and refused: ids and codes. Nothing new, no entry."""
    entries = []
    if written.made_entry_id:
        made = _entry(plan, verdict, written.made_persons, verdict.contexts)
        entries.append(replace(made, entry_id=written.made_entry_id))
    if written.denied_entry_id:
        denied = _entry(plan, verdict, written.denied_persons, verdict.denied)
        entries.append(
            replace(
                denied,
                entry_id=written.denied_entry_id,
                event="link.denied",
                decision=DENY,
                ground="",
            )
        )
    return entries


def _entry(plan: Plan, verdict: Verdict, persons: Sequence[str], contexts: Sequence[str]) -> Entry:
    return entry_for(
        source_actor(plan.record),
        "link.made",
        purpose=Purpose.INTAKE.value,
        legal_context=contexts[0] if len(contexts) == 1 else "",
        ground=verdict.ground,
        decision=PERMIT,
        decision_id=verdict.decision_id,
        policy_version=verdict.policy_version,
        revision=verdict.revision,
        subjects=tuple(persons),
        region=plan.record.region,
        signal_ids=(plan.record.id,),
        reason="+".join(contexts),
    )


def _subjects(mentions: Sequence[MentionRecord], plan: LayerPlan) -> tuple[Subject, ...]:
    """The persons concerned as the clusters of that layer would be after linking."""
    subjects = []
    for mention in mentions:
        placement = plan.placements.get(mention.id)
        known = plan.known.get(placement.person_id or "") if placement else None
        cluster = {m for m, _ in known.mentions} if known else set()
        subjects.append(Subject(tuple(sorted(cluster | {mention.id})), _age(mention.birth_date)))
    return tuple(subjects)


def _age(birth_date: str | None) -> int | None:
    """Whole years today; unknown when the day is not known well enough to tell."""
    born, today = read_date(birth_date), clock.today()
    if born is None or born.month is None or born.day is None:
        return None
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return age if 0 <= age <= 150 else None
