"""Asking consent whether one may act on a proposal to hand a case over, and writing the entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from sqlalchemy import Engine

from services.signals.cases import proposals, repository
from services.signals.cases.facts import CaseFile, facts_of_nothing, load_files
from services.signals.cases.handover import DESK, GIVER, TAKER, Transfer, draft
from services.signals.cases.model import CaseRecord
from shared import ids
from shared.authentication.actor import Actor
from shared.clients.audit import DENY, AuditClient, Entry, entry_for
from shared.clients.decisions import Decision, DecisionClient, Question
from shared.clients.facts import TransferFacts
from shared.problems import NotFound
from shared.vocabulary import Purpose, Role

GIVE, TAKE = "hand_over", "take_over"


@dataclass(frozen=True, slots=True)
class Permitted:
    """A proposal one may act on, with its case as it stood when it was asked."""

    file: CaseFile
    transfer: Transfer
    decision: Decision

    @property
    def case(self) -> CaseRecord:
        return self.file.case


class TransferAsking:
    """Raises NotFound for what one may not act on, after an entry; Unavailable."""

    def __init__(self, engine: Engine, decisions: DecisionClient, audit: AuditClient) -> None:
        self._engine = engine
        self._decisions = decisions
        self._audit = audit

    def demand_known(self, actor: Actor, transfer_id: str, event: str) -> Permitted:
        with self._engine.connect() as connection:
            found = proposals.find(connection, transfer_id)
        taker = found is not None and found.to_subject == actor.subject
        unknown = draft(actor.subject, ids.new_id(), ("", ""), "")
        return self.demand(actor, found or unknown, event, TAKE if taker else GIVE)

    def demand(self, actor: Actor, transfer: Transfer, event: str, action: str) -> Permitted:
        """What does not exist is asked of consent too: both ways the same calls are made (I4)."""
        with self._engine.connect() as connection:
            cases = repository.load_cases(connection, [transfer.case_id])
            files = load_files(connection, cases.values())
        file = files[0] if files else None
        question = _question(actor, action, file, transfer)
        decision = self._decisions.ask(actor, question)
        if file is None or not decision.permitted:
            self.refuse(actor, decision, event, file.case if file else None)
        return Permitted(file, transfer, decision)

    def actable(
        self, actor: Actor, found: Sequence[Transfer], files: Mapping[str, CaseFile]
    ) -> list[Transfer]:
        questions = [
            _question(
                actor, TAKE if one.to_subject == actor.subject else GIVE, files[one.case_id], one
            )
            for one in found
        ]
        answers = self._decisions.evaluate(actor, questions)
        return [one for one, answer in zip(found, answers, strict=True) if answer.permitted]

    def refuse(
        self, actor: Actor, decision: Decision, event: str, case: CaseRecord | None
    ) -> NoReturn:
        self._audit.record(
            [
                entry_for(
                    actor,
                    "decision.refused",
                    decision=DENY,
                    purpose=purpose_of(actor),
                    decision_id=decision.decision_id,
                    policy_version=decision.policy_version,
                    revision=decision.revision,
                    case_id=case.id if case else "",
                    region=case.region if case else "",
                    reason=event,
                )
            ]
        )
        raise NotFound

    def undone(self, actor: Actor, permitted: Permitted, entry: Entry) -> None:
        undone = self.entry(actor, permitted, "case.transfer-undone", refers_to=entry.entry_id)
        self._audit.record([undone])

    def entry(self, actor: Actor, permitted: Permitted, event: str, **fields: object) -> Entry:
        decision, case = permitted.decision, permitted.case
        return entry_for(
            actor,
            event,
            purpose=purpose_of(actor),
            ground=decision.ground.rule_id if decision.ground else "",
            decision_id=decision.decision_id,
            policy_version=decision.policy_version,
            revision=decision.revision,
            case_id=case.id,
            household_id=case.household_id,
            region=case.region,
            **fields,
        )


def purpose_of(actor: Actor) -> str:
    """What a desk or a coordinator hands over for."""
    return str(Purpose.TRIAGE if actor.role is Role.DESK else Purpose.CASE_COORDINATION)


def part_of(actor: Actor, transfer: Transfer) -> str:
    """giver | taker | desk: what this person is in the proposal."""
    if actor.role is Role.DESK:
        return DESK
    return TAKER if actor.subject == transfer.to_subject else GIVER


def _question(actor: Actor, action: str, file: CaseFile | None, transfer: Transfer) -> Question:
    if file is None:
        nothing = facts_of_nothing()
        facts = TransferFacts(
            nothing.case_context, nothing.case_state, nothing.region, nothing.coordinators,
            nothing.closed_compartment, nothing.named_actors,
        )  # fmt: skip
    else:
        case = file.case
        coordinator = case.coordinator
        facts = TransferFacts(
            case_context=str(case.legal_context),
            case_state=case.state,
            region=case.region,
            # A deputy stands in and does not give the case away.
            coordinators=frozenset({coordinator.subject} if coordinator else ()),
            closed_compartment=file.closed_compartment,
            named_actors=frozenset(case.named_actors),
            successors=frozenset({transfer.to_subject}),
        )
    return Question(action, purpose_of(actor), "transfer", transfer.id, facts)
