"""Every act and look of the desk goes one way: facts → consent decides → entry in the log → act.

What does not exist is asked of consent like anything else, so both answers take the same calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from sqlalchemy import Connection, Engine

from services.signals.cases import repository
from services.signals.cases.facts import (
    CaseFile,
    CaseItem,
    case_facts,
    facts_of_nothing,
    load_files,
)
from services.signals.cases.model import CLOSED, CaseRecord
from services.signals.linking.reading import households_of_signals
from shared import ids
from shared.authentication.actor import Actor
from shared.clients.audit import DENY, AuditClient, Entry, entry_for
from shared.clients.decisions import Decision, DecisionClient, Filter, Question
from shared.problems import NotFound
from shared.vocabulary import Purpose

TRIAGE = str(Purpose.TRIAGE)
KNOW = "know"


@dataclass(frozen=True, slots=True)
class Permitted:
    """A case that the desk may act on, as it stood when it was asked, with what it knows of it."""

    file: CaseFile
    decision: Decision
    known: tuple[CaseItem, ...]

    @property
    def case(self) -> CaseRecord:
        return self.file.case


@dataclass(frozen=True, slots=True)
class Decider:
    """Asks consent on behalf of the desk and writes what was done into the log."""

    engine: Engine
    decisions: DecisionClient
    audit: AuditClient

    def know(self, actor: Actor) -> Filter:
        """Which signals this desk may know of, now."""
        return self.decisions.filter(actor, KNOW, TRIAGE)

    def permitted(
        self, actor: Actor, files: Sequence[CaseFile], know: Filter, event: str
    ) -> list[Permitted]:
        """Those of `files` on which consent permits `assign`, in order. Raises NotFound, after an
        entry, when there are none."""
        questions = [
            Question(
                "assign",
                TRIAGE,
                "case",
                file.case.id,
                case_facts(file.case, file.closed_compartment),
            )
            for file in files
        ] or [Question("assign", TRIAGE, "case", ids.new_id(), facts_of_nothing())]
        answers = self.decisions.evaluate(actor, questions)
        found = [
            Permitted(file, answer, known_items(file, know))
            for file, answer in zip(files, answers, strict=False)
            if answer.permitted
        ]
        if not found:
            self.refuse(actor, answers[0], event, files[0].case if files else None)
        return found

    def refuse(
        self, actor: Actor, asked: Decision, event: str, case: CaseRecord | None = None
    ) -> NoReturn:
        """The entry of a refusal, then the one answer for "not there" and "not yours"."""
        self.audit.record(
            [
                entry_for(
                    actor,
                    "decision.refused",
                    decision=DENY,
                    purpose=TRIAGE,
                    decision_id=asked.decision_id,
                    policy_version=asked.policy_version,
                    revision=asked.revision,
                    case_id=case.id if case else "",
                    region=case.region if case else "",
                    reason=event,
                )
            ]
        )
        raise NotFound

    def entry(self, actor: Actor, permitted: Permitted, event: str, **fields: object) -> Entry:
        """The entry of an act or look on a permitted case."""
        case = permitted.case
        return entry_of(
            actor,
            permitted.decision,
            event,
            **{
                "case_id": case.id,
                "household_id": case.household_id,
                "region": case.region,
                **fields,
            },
        )


def entry_of(actor: Actor, asked: Decision, event: str, **fields: object) -> Entry:
    """An entry that stands on this decision."""
    return entry_for(
        actor,
        event,
        purpose=TRIAGE,
        ground=asked.ground.rule_id if asked.ground else "",
        decision_id=asked.decision_id,
        policy_version=asked.policy_version,
        revision=asked.revision,
        **{"region": actor.region, **fields},
    )


def known_items(file: CaseFile, know: Filter) -> tuple[CaseItem, ...]:
    """The signals of a case that may be known."""
    return tuple(item for item in file.items if know.matches(item.facts) is not None)


def open_files(connection: Connection, actor: Actor, signal_ids: Iterable[str]) -> list[CaseFile]:
    """Open cases of the actor's context in whose household one of these signals lies."""
    homes = households_of_signals(connection, signal_ids)
    households = {one for found in homes.values() for one in found}
    cases = [
        case
        for case in repository.cases_of_households(connection, households)
        if case.state != CLOSED and case.legal_context is actor.legal_context
    ]
    return load_files(connection, cases)
