"""Decides, has Cedar confirm a sample, records, and only then answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy

from services.consent.consents.ledger import current_revision
from services.consent.decisions import register
from services.consent.decisions.judge import Answer, Judge
from services.consent.decisions.metrics import DecisionMetrics
from services.consent.decisions.questions import Asked, Asker, speaks_for
from services.consent.decisions.reproduction import Reproduction, outline_of, reproduce
from services.consent.decisions.sieving import (
    NOTHING,
    Members,
    Sieve,
    filters_of,
    sieve_judge,
)
from services.consent.decisions.sitting import Key, coverage_of, judges_for, key_of
from services.consent.policy.authority import Authority
from services.consent.policy.compiled import Engine
from services.consent.policy.filtering import NoFilter
from services.consent.policy.schema import FactsError
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.database import writing
from shared.logging import get_logger

# Permits per call that Cedar itself confirms: all of a small call, a spread of a large one.
CONFIRMED_AT_MOST = 8


@dataclass(frozen=True)
class Recorded:
    """Answers together with what reproduces them."""

    decision_id: str
    policy_version: str
    revision: int
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class RecordedFilter:
    decision_id: str
    policy_version: str
    revision: int
    members: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class RecordedSieve(Recorded):
    """Answers and, by action, the members of each filter."""

    filters: Mapping[str, Members] = field(default_factory=dict, repr=False)


class DecisionService:
    """The one place where Bundel's rules are asked. Safe for many threads."""

    def __init__(
        self,
        database: sqlalchemy.Engine,
        engine: Engine,
        authority: Authority,
        metrics: DecisionMetrics,
    ) -> None:
        self._database = database
        self._reading = reading(database)
        self._authority = authority
        self._metrics = metrics
        self._trusted = True
        self.engine = engine

    @property
    def policy_version(self) -> str:
        return self.engine.bundle.version

    def keep_policy(self) -> None:
        """Keeps the texts that decide from now on, so that decisions can be made again."""
        with writing(self._database).begin() as connection:
            register.keep_policy(connection, self.engine.bundle, clock.timestamp(clock.now()))

    def check_ready(self) -> None:
        """Raises when the rules cannot be trusted any more or the database does not answer."""
        if not self._trusted:
            raise RuntimeError("the compiled rules disagreed with Cedar")
        self.revision()

    def revision(self) -> int:
        """The number of the last change of a consent, restriction or emergency grant."""
        with self._reading.connect() as connection:
            return current_revision(connection)

    def evaluate(self, caller: Actor, questions: Sequence[Asked | None]) -> Recorded:
        """One answer per question, recorded. None and questions for another subject are denied."""
        at = clock.now()
        own = _own(caller, questions)
        with self._reading.connect() as connection:
            revision = current_revision(connection)
            asked = [question for question in own if question is not None]
            judges = judges_for(connection, self.engine, asked, at)
        answers = self._answers(own, judges)
        decision_id = self._record(
            "evaluations", caller, at, revision,
            asked=len(answers),
            permitted=sum(answer.permitted for answer in answers),
            body={**outline_of(own), "result": [answer.outline() for answer in answers]},
        )  # fmt: skip
        return Recorded(decision_id, self.policy_version, revision, tuple(answers))

    def filter(self, caller: Actor, asker: Asker, action: str, purpose: str) -> RecordedFilter:
        """The filter for an action; it lets nothing through when the caller may not ask."""
        at = clock.now()
        members, understood = NOTHING, speaks_for(caller, asker)
        with self._reading.connect() as connection:
            revision = current_revision(connection)
            if understood:
                coverage = coverage_of(connection, asker, purpose, at)
                try:
                    members = Judge(self.engine, asker, purpose, at, coverage).filter(action)
                except (FactsError, NoFilter):
                    understood = False
        if not understood:
            self._metrics.errors.labels("filter").inc()
        decision_id = self._record(
            "filter", caller, at, revision,
            asked=1,
            permitted=int(bool(members["anyOf"])),
            body={
                "asker": asker.to_json() if understood else None,
                "action": action,
                "purpose": purpose,
                "result": members,
            },
        )  # fmt: skip
        return RecordedFilter(decision_id, self.policy_version, revision, members)

    def sift(self, caller: Actor, sieve: Sieve) -> RecordedSieve:
        """Filters and decisions of one moment, recorded as one call. Nothing is let through when
        the caller may not ask for this subject."""
        at = clock.now()
        own = _own(caller, sieve.questions)
        understood = speaks_for(caller, sieve.asker)
        filters: dict[str, Members] = dict.fromkeys(sieve.actions, NOTHING)
        with self._reading.connect() as connection:
            revision = current_revision(connection)
            asked = [question for question in own if question is not None]
            judges: dict[Key, Judge] = {}
            if understood:
                judge = sieve_judge(connection, self.engine, sieve, at)
                filters = filters_of(judge, sieve.actions)
                if sieve.knows_all_of(asked):
                    judges[sieve.key] = judge
            others = [question for question in asked if key_of(question) not in judges]
            judges |= judges_for(connection, self.engine, others, at)
        answers = self._answers(own, judges)
        for members in filters.values():
            if members is NOTHING:
                self._metrics.errors.labels("filter").inc()
        decision_id = self._record(
            "sieve", caller, at, revision,
            asked=len(answers) + len(filters),
            permitted=sum(answer.permitted for answer in answers)
            + sum(bool(members["anyOf"]) for members in filters.values()),
            body={
                **outline_of(own),
                "sieve": sieve.to_json() if understood else None,
                "result": {"answers": [answer.outline() for answer in answers], "filters": filters},
            },
        )  # fmt: skip
        return RecordedSieve(decision_id, self.policy_version, revision, tuple(answers), filters)

    def reproduce(self, decision_id: str) -> Reproduction:
        """Makes an old decision again, from the consents and rules of that moment.

        Raises NotFound when there is no such decision.
        """
        with self._reading.connect() as connection:
            return reproduce(connection, decision_id)

    def _answers(
        self, questions: Sequence[Asked | None], judges: Mapping[Key, Judge]
    ) -> list[Answer]:
        """An answer per question, a sample of the permits confirmed by Cedar, all counted."""
        answers = [_answer(question, judges) for question in questions]
        if not self._confirmed(judges.values()):
            answers = [Answer(False, fault="disagreement") for _question in questions]
        for answer in answers:
            self._count(answer)
        return answers

    def _confirmed(self, judges: Iterable[Judge]) -> bool:
        """Has Cedar confirm permits; False = one was not, and nothing of this call stands."""
        permits = [permit for judge in judges for permit in judge.permits]
        step = max(1, -(-len(permits) // CONFIRMED_AT_MOST))
        for permit in permits[::step]:
            confirmed = self._authority.permits(
                permit.principal, permit.action, permit.context, [permit.resource]
            )
            if not confirmed[0]:
                self._trusted = False
                get_logger().error("compiled rules disagree with Cedar", code=permit.action)
                return False
            self._metrics.confirmed.inc()
        return True

    def _count(self, answer: Answer) -> None:
        if answer.fault:
            self._metrics.errors.labels(answer.fault).inc()
        rule = answer.ground or answer.mask
        outcome = "permit" if answer.permitted else "mask" if answer.mask else "deny"
        self._metrics.decisions.labels(rule.id if rule else "none", outcome).inc()

    def _record(
        self,
        kind: str,
        caller: Actor,
        at: datetime,
        revision: int,
        *,
        asked: int,
        permitted: int,
        body: dict[str, Any],
    ) -> str:
        decision_id = ids.new_id()
        call = register.Call(
            decision_id, at.isoformat(), kind, caller.subject, caller.client,
            self.policy_version, revision, asked, permitted, body,
        )  # fmt: skip
        with writing(self._database).begin() as connection:
            register.add(connection, call)
        return decision_id


def _own(caller: Actor, questions: Sequence[Asked | None]) -> list[Asked | None]:
    """The questions that the caller may ask; None in the place of others."""
    may_ask: dict[tuple[str, ...], bool] = {}
    for question in questions:
        if question is not None and question.asker.key not in may_ask:
            may_ask[question.asker.key] = speaks_for(caller, question.asker)
    return [
        question if question is not None and may_ask[question.asker.key] else None
        for question in questions
    ]


def _answer(question: Asked | None, judges: Mapping[Key, Judge]) -> Answer:
    if question is None:
        return Answer(False, fault="question")
    return judges[key_of(question)].answer(question)


def reading(database: sqlalchemy.Engine) -> sqlalchemy.Engine:
    """The same database for reads that see one moment."""
    if database.dialect.name == "postgresql":
        return database.execution_options(isolation_level="REPEATABLE READ")
    return database
