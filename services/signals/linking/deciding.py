"""Which contexts permit a batch of signals: asked for all of them at once.

What is asked about a signal depends on whom those before it were linked to, and so on the answers
about them. So plans are made upon an expectation; what would be asked otherwise now that answers
are in is asked again, until every question that was answered is the one that stands. An expectation
is no answer: nothing is linked on it, and nothing is kept of an answer beyond its batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

from services.signals.intake.records import SignalRecord
from services.signals.linking.asking import (
    NOT_ASKED,
    Verdict,
    questions_of,
    source_actor,
    verdict_of,
)
from services.signals.linking.layers import ASKED_CONTEXTS
from services.signals.linking.planning import Plan, Planned, plan_all
from services.signals.linking.surroundings import Surroundings
from services.signals.linking.weights import Weights
from shared.authentication.actor import Actor
from shared.clients.decisions import Decision, Question, SignalFacts
from shared.problems import Unavailable
from shared.vocabulary import LegalContext

# One round is usual. Each settles at least one more signal for good, so it ends anyway.
_MOST_ROUNDS = 25
_MOST_REMEMBERED = 1000
_MOST_MENTIONS = 10_000  # told in one call: some 400 kB
_Asking = tuple[str, str, Question]  # signal, context, what is asked
_Answers = dict[str, dict[str, tuple[Question, Decision]]]  # signal → context → what was asked


class Decisions(Protocol):
    """shared.clients.decisions.DecisionClient."""

    def evaluate(self, actor: Actor, questions: Sequence[Question]) -> list[Decision]: ...


class Decider:
    """Asks the consent service about batches of signals."""

    def __init__(self, decisions: Decisions, weights: Weights) -> None:
        self._decisions = decisions
        self._weights = weights
        self._usual: dict[tuple[object, ...], tuple[str, ...]] = {}

    def decide(self, around: Surroundings) -> tuple[Planned, list[Verdict]]:
        """The plans for all arrivals with the verdict on each. Raises Unavailable."""
        expected = {
            signal: () if arrival.record.withdrawn else self._expected(_kind(arrival.record))
            for signal, arrival in around.arrivals.items()
        }
        answers: _Answers = defaultdict(dict)
        for _ in range(_MOST_ROUNDS):
            planned = plan_all(around, expected, self._weights)
            self._ask(planned.plans, answers)
            verdicts = [_verdict(plan, answers) for plan in planned.plans]
            found = {
                plan.record.id: verdict.contexts
                for plan, verdict in zip(planned.plans, verdicts, strict=True)
            }
            if found == expected:
                self._remember(planned.plans, verdicts)
                return planned, verdicts
            expected = found
        raise Unavailable("Linking does not come to an end. It is tried again.")

    def _ask(self, plans: Sequence[Plan], answers: _Answers) -> None:
        """Asks whatever was not asked in just these words."""
        asking: dict[Actor, list[_Asking]] = defaultdict(list)
        for plan in plans:
            if plan.record.withdrawn:
                continue
            for context, question in questions_of(plan).items():
                known = answers[plan.record.id].get(context)
                if known is None or known[0] != question:
                    asking[source_actor(plan.record)].append((plan.record.id, context, question))
        for actor, asked in asking.items():
            for part in _parts(asked):
                decisions = self._decisions.evaluate(actor, [question for *_, question in part])
                for (signal, context, question), decision in zip(part, decisions, strict=True):
                    answers[signal][context] = (question, decision)

    def _expected(self, kind: tuple[object, ...]) -> tuple[str, ...]:
        usual = (c.value for c in ASKED_CONTEXTS if c is not LegalContext.CONSENT)
        return self._usual.get(kind) or tuple(usual)

    def _remember(self, plans: Sequence[Plan], verdicts: Sequence[Verdict]) -> None:
        if len(self._usual) > _MOST_REMEMBERED:
            self._usual.clear()
        for plan, verdict in zip(plans, verdicts, strict=True):
            if verdict is not NOT_ASKED:
                self._usual[_kind(plan.record)] = verdict.contexts


def _parts(asked: Sequence[_Asking]) -> list[list[_Asking]]:
    """The questions in calls of a bearable size: each call tells the mentions of its persons once,
    and in a large household every signal of the batch finds them one more."""
    parts: list[list[_Asking]] = []
    told = _MOST_MENTIONS
    for one in asked:
        facts = one[2].facts
        subjects = facts.subjects if isinstance(facts, SignalFacts) else ()
        own = sum(len(subject.mentions) for subject in subjects)
        if not parts or told + own > _MOST_MENTIONS:
            parts.append([])
            told = 0
        parts[-1].append(one)
        told += own
    return parts


def _verdict(plan: Plan, answers: Mapping[str, Mapping[str, tuple[Question, Decision]]]) -> Verdict:
    if plan.record.withdrawn:
        return NOT_ASKED
    decided = answers[plan.record.id]
    return verdict_of({context: decision for context, (_, decision) in decided.items()})


def _kind(record: SignalRecord) -> tuple[object, ...]:
    """What signals that are usually decided alike have in common."""
    return (
        record.source_system,
        record.category,
        record.wpg_article,
        record.minor_involved,
        record.conditions,
        record.compartment,
    )
