"""What the desk does with cases: assign, test the purpose, begin collecting, close, keep the list
of a closed compartment. Each is decided by consent and stands in the log before it
takes effect.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from services.signals.cases import proposals, repository
from services.signals.cases.facts import CaseFile, case_facts, facts_of_nothing, load_files
from services.signals.cases.model import (
    ACTIVE,
    CLOSED,
    COLLECTING,
    COORDINATOR,
    DEPUTY,
    PURPOSE_TESTED,
    QUEUED,
    Assignment,
    CaseRecord,
    may_become,
)
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.audit import DENY, AuditClient, Entry, entry_for
from shared.clients.decisions import Decision, DecisionClient, Question
from shared.database import writing
from shared.problems import Conflict, Fault, InvalidInput, NotFound
from shared.vocabulary import Purpose

TRIAGE = str(Purpose.TRIAGE)


@dataclass(frozen=True, slots=True)
class Permitted:
    """A case that the actor may act on, as it stood when it was asked."""

    file: CaseFile
    decision: Decision

    @property
    def case(self) -> CaseRecord:
        return self.file.case


class CaseService:
    """The desk's door. Every method raises NotFound when the case is not the desk's (or is not at
    all: one answer, I4) and Unavailable when consent or the log do not answer; then nothing
    changed."""

    def __init__(
        self,
        engine: Engine,
        decisions: DecisionClient,
        audit: AuditClient,
    ) -> None:
        self._engine = engine
        self._decisions = decisions
        self._audit = audit

    def assign(
        self,
        actor: Actor,
        case_id: str,
        subject: str,
        name: str,
        kind: str = COORDINATOR,
        until: date | None = None,
    ) -> CaseRecord:
        """Makes a person of the desk's own organisation the coordinator, or a deputy until the end
        of the day `until` (without it: until somebody ends it).

        A case that has a coordinator is handed over instead (Conflict; see transferring.py). In a
        closed compartment only someone on its list can be assigned (InvalidInput).
        """
        permitted = self._demand(actor, case_id, "case.assigned")
        case = permitted.case
        if kind not in (COORDINATOR, DEPUTY):
            raise _fault("/kind", "unknown-code", "Use coordinator or deputy.")
        if permitted.file.closed_compartment and subject not in case.named_actors:
            raise _fault(
                "/subject", "not-named", "Name this person for the closed compartment first."
            )
        if until is not None and (kind != DEPUTY or until < clock.today()):
            raise _fault("/until", "period", "Only a deputy has a last day, today or later.")
        coordinator = case.coordinator
        if kind == COORDINATOR and coordinator and coordinator.subject != subject:
            raise Conflict("This case has a coordinator: hand it over with a transfer.")
        if kind == DEPUTY and coordinator and coordinator.subject == subject:
            raise Conflict("The coordinator of a case is not its deputy as well.")
        # The log tells to whom: the one who may see it from then on.
        reason = f"{kind}:{subject}/until={until}" if until else f"{kind}:{subject}"
        entry = self._entry(actor, permitted, "case.assigned", reason=reason)
        self._audit.record([entry])
        assignment = Assignment(
            id=ids.new_id(),
            case_id=case.id,
            subject=subject,
            name=name,
            organisation=actor.organisation,
            kind=kind,
            from_at=clock.timestamp(clock.now()),
            until_at="",
            ends_at=clock.timestamp(_end_of(until)) if until else "",
        )
        try:
            with writing(self._engine).begin() as connection:
                repository.end_assignments(
                    connection,
                    case.id,
                    kind=COORDINATOR if kind == COORDINATOR else "",
                    subject=subject,
                )
                repository.add_assignment(connection, assignment, actor.subject, entry.entry_id)
                if kind == COORDINATOR and case.state == QUEUED:
                    repository.set_state(
                        connection,
                        case.id,
                        ACTIVE,
                        kind="assigned",
                        by=actor.subject,
                        entry_id=entry.entry_id,
                    )
                return repository.load_cases(connection, [case.id])[case.id]
        except IntegrityError as error:
            undone = self._entry(actor, permitted, "case.assignment-undone", reason=kind)
            self._audit.record([replace(undone, refers_to=entry.entry_id)])
            raise Conflict("Someone else assigned this case just now. Look again.") from error

    def test_purpose(self, actor: Actor, case_id: str, *, met: bool = True) -> CaseRecord:
        """WGS 2.31: public participants judged the purpose. Not met closes the case."""
        following, event = (
            (PURPOSE_TESTED, "case.purpose-tested") if met else (CLOSED, "case.closed")
        )
        return self._change(actor, case_id, following, event, "" if met else "purpose-not-met")

    def begin_collecting(self, actor: Actor, case_id: str) -> CaseRecord:
        """WGS 2.31: after the purpose test data are collected and participants chosen."""
        return self._change(actor, case_id, COLLECTING, "case.collecting")

    def close(self, actor: Actor, case_id: str, reason: str = "") -> CaseRecord:
        """Closes a case; a new signal opens it again. `reason` is a code."""
        return self._change(actor, case_id, CLOSED, "case.closed", reason)

    def name_actors(
        self, actor: Actor, case_id: str, add: list[str], remove: list[str]
    ) -> CaseRecord:
        """Changes who is named for the household's closed compartment (honour-related). The log
        tells of each change whom it was about: these are the ones who may see it from then on."""
        permitted = self._demand(actor, case_id, "case.actors-named")
        case = permitted.case
        changes = [*(f"remove:{one}" for one in remove), *(f"add:{one}" for one in add)]
        self._audit.record(
            self._entry(actor, permitted, "case.actors-named", reason=change)
            for change in dict.fromkeys(changes or ["none"])
        )
        with writing(self._engine).begin() as connection:
            now = repository.load_cases(connection, [case.id])[case.id]
            for subject in dict.fromkeys(remove):
                repository.unname_actor(connection, case.household_id, subject, actor.subject)
            for subject in dict.fromkeys(add):
                if subject not in now.named_actors or subject in remove:
                    repository.name_actor(connection, case.household_id, subject, actor.subject)
            return repository.load_cases(connection, [case.id])[case.id]

    def staff(self, actor: Actor) -> list[tuple[str, str]]:
        """(subject, name) of people of the desk's organisation who were assigned before."""
        with self._engine.connect() as connection:
            return repository.known_staff(connection, actor.organisation)

    def _change(
        self, actor: Actor, case_id: str, following: str, event: str, reason: str = ""
    ) -> CaseRecord:
        permitted = self._demand(actor, case_id, event)
        case = permitted.case
        if case.state == following:
            return case
        if not may_become(case.state, following):
            raise Conflict(f"A case that is {case.state} cannot become {following}.")
        entry = self._entry(actor, permitted, event, reason=reason)
        self._audit.record([entry])
        with writing(self._engine).begin() as connection:
            current = repository.load_cases(connection, [case.id])[case.id]
            if current.state != case.state:
                raise Conflict("Someone else changed this case just now. Look again.")
            repository.set_state(
                connection,
                case.id,
                following,
                kind=event,
                by=actor.subject,
                entry_id=entry.entry_id,
                reason=reason,
            )
            if following == CLOSED:
                proposals.overtake(connection, [case.id], actor.subject)
            return repository.load_cases(connection, [case.id])[case.id]

    def _demand(self, actor: Actor, case_id: str, event: str) -> Permitted:
        """The case, when consent permits `assign` on it; else an entry and NotFound."""
        with self._engine.connect() as connection:
            found = repository.load_cases(connection, [case_id])
            files = load_files(connection, found.values())
        return self._demand_one(actor, files, event)

    def _demand_one(self, actor: Actor, files: list[CaseFile], event: str) -> Permitted:
        # What does not exist is asked of consent too: both ways the same calls are made (I4).
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
        decisions = self._decisions.evaluate(actor, questions)
        for file, decision in zip(files, decisions, strict=False):
            if decision.permitted:
                return Permitted(file, decision)
        self._audit.record(
            [
                entry_for(
                    actor,
                    "decision.refused",
                    decision=DENY,
                    purpose=TRIAGE,
                    decision_id=decisions[0].decision_id,
                    policy_version=decisions[0].policy_version,
                    revision=decisions[0].revision,
                    case_id=files[0].case.id if files else "",
                    region=files[0].case.region if files else "",
                    reason=event,
                )
            ]
        )
        raise NotFound

    def _entry(self, actor: Actor, permitted: Permitted, event: str, **fields: object) -> Entry:
        decision, case = permitted.decision, permitted.case
        return entry_for(
            actor,
            event,
            purpose=TRIAGE,
            ground=decision.ground.rule_id if decision.ground else "",
            decision_id=decision.decision_id,
            policy_version=decision.policy_version,
            revision=decision.revision,
            case_id=case.id,
            household_id=case.household_id,
            region=case.region,
            **fields,
        )


def _end_of(day: date) -> datetime:
    """The midnight after a day, as people in the Netherlands count days."""
    return datetime.combine(day + timedelta(days=1), time(), clock.DUTCH_TIME)


def _fault(pointer: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput("Mend every fault named in errors.", faults=[Fault(pointer, code, detail)])
