"""Handing a case over: proposed with a note, agreed by giver and taker, then changed at once.

Until then the old coordinator stays the one coordinator; after it their access is over (I5). Each
step is decided by consent and stands in the log before it takes effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from services.signals.cases import proposals, repository
from services.signals.cases.facts import load_files
from services.signals.cases.handover import (
    ACCEPTED,
    DESK,
    GIVER,
    HANDOVER,
    OPEN,
    REFUSALS,
    REFUSED,
    TAKER,
    WITHDRAWN,
    Transfer,
    draft,
    faults_of,
)
from services.signals.cases.model import CLOSED, COORDINATOR, Assignment, CaseRecord
from services.signals.cases.transfer_asking import GIVE, TransferAsking, part_of, purpose_of
from services.signals.protection.vault import Vault
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.audit import AuditClient, Entry, entry_for
from shared.clients.decisions import DecisionClient, Question
from shared.database import writing
from shared.problems import Conflict, Fault, InvalidInput
from shared.vocabulary import Role

_EVENT = "case.transfer"


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal as one person sees it. `part`: giver | taker | desk. `note` only when asked for
    and only for those who may read it."""

    transfer: Transfer
    case_number: str
    part: str
    note: str | None = field(default=None, repr=False)


class TransferService:
    """Raises NotFound for a case or proposal one may not act on (or that is not there: one answer,
    I4), Unavailable when consent or the log do not answer; then nothing changed."""

    def __init__(
        self, engine: Engine, vault: Vault, decisions: DecisionClient, audit: AuditClient
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._decisions = decisions
        self._audit = audit
        self._asking = TransferAsking(engine, decisions, audit)

    def propose(
        self,
        actor: Actor,
        case_id: str,
        successor: tuple[str, str],
        note: str,
        absence: str = "",
    ) -> Shown:
        """Proposes `successor` (subject, name). `absence`: the desk says why the coordinator cannot
        agree (one of ABSENCES); then the successor's word is enough.

        Raises InvalidInput for what is wrong with it, Conflict when the case has nobody to take it
        over from or a proposal is open already.
        """
        wanted = draft(actor.subject, case_id, successor, absence)
        permitted = self._asking.demand(actor, wanted, f"{_EVENT}-proposed", GIVE)
        case = permitted.case
        coordinator = case.coordinator
        if coordinator is None:
            raise Conflict("This case has no coordinator yet: the desk assigns one.")
        named = case.named_actors if permitted.file.closed_compartment else None
        faults = faults_of(successor[0], coordinator.subject, named, note, absence)
        if absence and actor.role is not Role.DESK:
            faults.append(Fault("/absence", "desk-only", "Only the desk hands over for others."))
        if faults:
            raise InvalidInput("Mend every fault named in errors.", faults=faults)
        entry = self._asking.entry(
            actor, permitted, f"{_EVENT}-proposed", reason=absence or HANDOVER
        )
        transfer = replace(
            wanted,
            from_subject=coordinator.subject,
            from_name=coordinator.name,
            entry_id=entry.entry_id,
            giver_agreed=coordinator.subject == actor.subject,
        )
        sealed = self._vault.seal(note.strip().encode(), _place(transfer.id))
        self._audit.record([entry])
        try:
            with writing(self._engine).begin() as connection:
                proposals.add(connection, transfer, sealed)
                self._note(connection, case, actor, "transfer-proposed", entry)
        except IntegrityError as error:
            self._asking.undone(actor, permitted, entry)
            raise Conflict("A proposal for this case is open already.") from error
        return Shown(transfer, case.number, part_of(actor, transfer))

    def known(self, actor: Actor) -> list[tuple[str, str]]:
        """(subject, name) of colleagues who were assigned before."""
        with self._engine.connect() as connection:
            return repository.known_staff(connection, actor.organisation)

    def listed(self, actor: Actor) -> list[Shown]:
        """Open proposals one has a part in; of the desk those of its cases. When there are any it
        is an entry; the note is not shown here."""
        purpose = purpose_of(actor)
        asked = self._decisions.ask(actor, Question("list", purpose, "worklist", ids.new_id()))
        if not asked.permitted:
            self._asking.refuse(actor, asked, f"{_EVENT}s-listed", None)
        with self._engine.connect() as connection:
            if actor.role is Role.DESK:
                found = proposals.open_of_desk(connection, actor.region, actor.legal_context)
            else:
                found = proposals.open_of_person(connection, actor.subject)
            cases = repository.load_cases(connection, {one.case_id for one in found})
            files = load_files(connection, cases.values())
        open_to = self._asking.actable(actor, found, {file.case.id: file for file in files})
        if open_to:
            self._audit.record(
                [
                    entry_for(
                        actor,
                        f"{_EVENT}s-listed",
                        purpose=purpose,
                        ground=asked.ground.rule_id if asked.ground else "",
                        decision_id=asked.decision_id,
                        policy_version=asked.policy_version,
                        revision=asked.revision,
                        region=actor.region,
                        result_count=len(open_to),
                    )
                ]
            )
        return [Shown(one, cases[one.case_id].number, part_of(actor, one)) for one in open_to]

    def read(self, actor: Actor, transfer_id: str) -> Shown:
        """One proposal with its note, as far as one may read that; each reading is an entry."""
        permitted = self._asking.demand_known(actor, transfer_id, f"{_EVENT}-read")
        transfer = permitted.transfer
        note: str | None = None
        if transfer.may_read(actor.subject):
            with self._engine.connect() as connection:
                sealed = proposals.note_of(connection, transfer.id)
            note = self._vault.open_many([(sealed, _place(transfer.id))])[0].decode()
        entry = self._asking.entry(
            actor, permitted, f"{_EVENT}-read", refers_to=transfer.entry_id,
            reason="without-note" if note is None else "with-note",
        )  # fmt: skip
        self._audit.record([entry])
        return Shown(transfer, permitted.case.number, part_of(actor, transfer), note)

    def agree(self, actor: Actor, transfer_id: str) -> Shown:
        """Giver or taker agrees; with the last word that is needed the coordinator changes, in one
        transaction. Raises Conflict when the proposal is not open any more."""
        permitted = self._asking.demand_known(actor, transfer_id, f"{_EVENT}-agreed")
        transfer, part = permitted.transfer, part_of(actor, permitted.transfer)
        if part == DESK:
            self._asking.refuse(actor, permitted.decision, f"{_EVENT}-agreed", permitted.case)
        _demand_open(transfer)
        final = replace(
            transfer,
            giver_agreed=transfer.giver_agreed or part == GIVER,
            taker_agreed=transfer.taker_agreed or part == TAKER,
        ).settled
        event = "case.transferred" if final else f"{_EVENT}-agreed"
        entry = self._asking.entry(
            actor, permitted, event, refers_to=transfer.entry_id,
            reason=f"from:{transfer.from_subject}" if final else part,
        )  # fmt: skip
        self._audit.record([entry])
        try:
            with writing(self._engine).begin() as connection:
                agreed = proposals.agree(connection, transfer.id, taker=part == TAKER)
                if agreed is None or agreed.settled is not final:
                    raise Conflict("Someone else changed this proposal just now. Look again.")
                if final:
                    self._change_hands(connection, actor, agreed, entry)
                else:
                    self._note(connection, permitted.case, actor, "transfer-agreed", entry)
                done = proposals.find(connection, transfer.id) or agreed
        except (Conflict, IntegrityError) as error:
            self._asking.undone(actor, permitted, entry)
            raise Conflict("Someone else changed this case just now. Look again.") from error
        return Shown(done, permitted.case.number, part)

    def refuse(self, actor: Actor, transfer_id: str, reason: str) -> Shown:
        """Giver or taker does not agree, for one of REFUSALS: nothing changes hands."""
        if reason not in REFUSALS:
            raise InvalidInput(
                "Mend every fault named in errors.",
                faults=[Fault("/reason", "unknown-code", f"Use one of: {', '.join(REFUSALS)}.")],
            )
        return self._end(actor, transfer_id, REFUSED, reason, (GIVER, TAKER))

    def withdraw(self, actor: Actor, transfer_id: str) -> Shown:
        """The giver or the desk takes the proposal back."""
        return self._end(actor, transfer_id, WITHDRAWN, "", (GIVER, DESK))

    def _end(
        self, actor: Actor, transfer_id: str, outcome: str, reason: str, parts: Sequence[str]
    ) -> Shown:
        event = f"{_EVENT}-{outcome}"
        permitted = self._asking.demand_known(actor, transfer_id, event)
        transfer, part = permitted.transfer, part_of(actor, permitted.transfer)
        if part not in parts:
            self._asking.refuse(actor, permitted.decision, event, permitted.case)
        _demand_open(transfer)
        entry = self._asking.entry(
            actor, permitted, event, reason=reason, refers_to=transfer.entry_id
        )
        self._audit.record([entry])
        with writing(self._engine).begin() as connection:
            ended = proposals.end(connection, transfer.id, outcome, actor.subject, reason)
            if ended:
                self._note(connection, permitted.case, actor, f"transfer-{outcome}", entry, reason)
        if not ended:
            self._asking.undone(actor, permitted, entry)
            raise Conflict("This proposal is not open any more.")
        done = replace(transfer, state=outcome, outcome_reason=reason)
        return Shown(done, permitted.case.number, part)

    def _change_hands(
        self, connection: Connection, actor: Actor, transfer: Transfer, entry: Entry
    ) -> None:
        """In one transaction: the old assignment ends, the new one begins. Sight on safety goes
        along: it is never empty."""
        case = repository.load_cases(connection, [transfer.case_id])[transfer.case_id]
        now = case.coordinator
        if case.state == CLOSED or now is None or now.subject != transfer.from_subject:
            raise Conflict
        proposals.end(connection, transfer.id, ACCEPTED, actor.subject)
        for subject in (transfer.from_subject, transfer.to_subject):
            repository.end_assignments(connection, case.id, subject=subject)
        assignment = Assignment(
            id=ids.new_id(),
            case_id=case.id,
            subject=transfer.to_subject,
            name=transfer.to_name,
            organisation=now.organisation,
            kind=COORDINATOR,
            from_at=clock.timestamp(clock.now()),
            until_at="",
        )
        repository.add_assignment(connection, assignment, transfer.proposed_by, entry.entry_id)
        self._note(connection, case, actor, "transferred", entry, transfer.reason)

    @staticmethod
    def _note(
        connection: Connection,
        case: CaseRecord,
        actor: Actor,
        kind: str,
        entry: Entry,
        reason: str = "",
    ) -> None:
        repository.note_event(
            connection, case.id, case.state, kind=kind, by=actor.subject,
            entry_id=entry.entry_id, reason=reason,
        )  # fmt: skip


def _place(transfer_id: str) -> bytes:
    return f"transfer|{transfer_id}|note".encode()


def _demand_open(transfer: Transfer) -> None:
    if transfer.state != OPEN:
        raise Conflict("This proposal is not open any more.")
