"""May a signal be bundled, and in which legal contexts? The question, the answer, the entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from services.signals.intake.records import SignalRecord
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


def questions_of(plan: Plan) -> dict[str, Question]:
    """One question per legal context, with the facts of the signal and of its persons' clusters."""
    record = plan.record
    today = clock.today()
    ages = {mention.id: _age(mention.birth_date, today) for mention in plan.mentions}
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
    return {
        context.value: Question(
            action="link",
            purpose=Purpose.INTAKE.value,
            resource_type="signal",
            resource_id=record.id,
            facts=replace(
                facts,
                case_context=context.value,
                subjects=_subjects(ages, plan.layers[context.value]),
            ),
        )
        for context in ASKED_CONTEXTS
    }


def verdict_of(decisions: Mapping[str, Decision]) -> Verdict:
    """The decision per legal context, as one verdict."""
    asked = [context.value for context in ASKED_CONTEXTS]
    permitted = [name for name in asked if decisions[name].permitted]
    grounds = [ground.rule_id for name in permitted if (ground := decisions[name].ground)]
    first = decisions[(permitted or asked)[0]]
    return Verdict(
        contexts=tuple(permitted),
        ground="+".join(dict.fromkeys(grounds)),
        decision_id=first.decision_id,
        denied=tuple(name for name in asked if name not in permitted),
        policy_version=first.policy_version,
        revision=first.revision,
    )


NOT_ASKED = Verdict((), "", "", (), "", 0)  # of a signal that was withdrawn


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


def _subjects(ages: Mapping[str, int | None], plan: LayerPlan) -> tuple[Subject, ...]:
    """The persons concerned as the clusters of that layer would be after linking."""
    return tuple(
        Subject(tuple(sorted(plan.clusters[mention])), age) for mention, age in ages.items()
    )


def _age(birth_date: str | None, today: date) -> int | None:
    """Whole years today; unknown when the day is not known well enough to tell."""
    born = read_date(birth_date)
    if born is None or born.month is None or born.day is None:
        return None
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return age if 0 <= age <= 150 else None
