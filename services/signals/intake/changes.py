"""Use cases on a signal that exists: correct it, withdraw it. Both add a version (I6)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError

from services.signals.intake import answers, heads, queue
from services.signals.intake.answers import Answered, receipt
from services.signals.intake.batch import Batch
from services.signals.intake.preparing import Wanted
from services.signals.intake.reception import (
    Delivery,
    Unclear,
    Understood,
    open_delivery,
    receive,
)
from services.signals.intake.records import Notice
from services.signals.intake.service import Intake, notices_of, source_of, storage
from services.signals.intake.vocabulary import Kind
from shared import clock
from shared.authentication.actor import Actor
from shared.database import writing
from shared.problems import Conflict, Fault, InvalidInput, NotFound, PreconditionFailed

_NOT_CURRENT = (
    "The signal has another version than If-Match says. Ask its status, look at what changed, and"
    " send the correction again with the current version."
)


@dataclass(frozen=True)
class Changes:
    """Corrections and withdrawals of a source's own signals."""

    intake: Intake

    def correct(self, actor: Actor, signal_id: str, expected: int, raw: bytes) -> Answered:
        """Stores a whole new version. Sending it again gives the same answer.

        Raises NotFound for what is not this source's own, PreconditionFailed, Conflict,
        InvalidInput, Unavailable.
        """
        with storage():
            try:
                return self._correct(actor, signal_id, expected, raw)
            except IntegrityError:  # another correction was faster, by a hair
                raise PreconditionFailed(_NOT_CURRENT) from None

    def _correct(self, actor: Actor, signal_id: str, expected: int, raw: bytes) -> Answered:
        intake = self.intake
        delivery = open_delivery(raw)
        body_hmac = intake.preparer.body_hmac(raw)
        with intake.engine.connect() as connection:
            head = _own(heads.find_by_id(connection, actor.subject, signal_id))
            current = heads.version_row(connection, signal_id, head.current_version)
            waiting = heads.waiting_in_quarantine(connection, signal_id, body_hmac)
            kept = heads.kept_mentions(connection, signal_id, head.current_version)
            refs = heads.mention_refs(connection, signal_id, head.current_version)
        if (
            current is not None
            and head.current_version == expected + 1
            and current.body_hmac == body_hmac
        ):
            return _as_answered(head, current, refs)
        _demand_correctable(head, expected)
        if waiting is not None and waiting.expected_version == expected:
            return Answered(202, _quarantine_answer(head, waiting), expected)
        received = receive(delivery, source_of(actor))
        intake.demand_room()  # not before a withdrawal: taking back goes on while there is any
        faults = _identity_faults(head, delivery, received)
        if faults:
            raise InvalidInput("A correction is about the same signal.", faults=faults)
        if isinstance(received, Unclear):
            return self._keep_aside(actor, head, delivery, received)
        if not isinstance(received, Understood):
            raise InvalidInput("A correction is a whole report.", faults=faults)
        prepared = intake.prepare([Wanted(signal_id, expected + 1, raw, received, kept)])[0]
        now = clock.timestamp(clock.now())
        with writing(intake.engine).begin() as connection:
            if not heads.advance(connection, signal_id, expected, received.region):
                raise PreconditionFailed(_NOT_CURRENT)
            queue.supersede(connection, signal_id, expected)
            heads.resolve_quarantine(connection, signal_id)
            batch = Batch(now)
            batch.add_version(prepared)
            batch.tell(actor, "signal.corrected", signal_id, received.region)
            batch.write(connection)
        body = receipt(
            signal_id=signal_id,
            reference=head.source_reference,
            version=expected + 1,
            state=answers.RECEIVED,
            region=received.region,
            received_at=now,
            warnings=received.warnings,
            persons=prepared.refs(),
        )
        return Answered(200, body, expected + 1)

    def _keep_aside(
        self, actor: Actor, head: heads.Head, delivery: Delivery, unclear: Unclear
    ) -> Answered:
        """An acute correction with faults waits at the desk; what was understood before stays."""
        now = clock.timestamp(clock.now())
        batch = Batch(now)
        batch.add_aside(
            self.intake.set_aside(delivery, unclear, head.id, expected_version=head.current_version)
        )
        batch.tell(actor, "signal.quarantined", head.id, unclear.region)
        with writing(self.intake.engine).begin() as connection:
            batch.write(connection)
        body = receipt(
            signal_id=head.id,
            reference=head.source_reference,
            version=head.current_version,
            state=answers.QUARANTINED,
            region=unclear.region,
            received_at=now,
            warnings=notices_of(unclear.faults),
        )
        return Answered(202, body, head.current_version)

    def withdraw(self, actor: Actor, signal_id: str, reason: str) -> Answered:
        """Adds a version without content. Withdrawing again for the same reason changes nothing.

        Raises NotFound, Conflict, Unavailable.
        """
        with storage():
            try:
                return self._withdraw(actor, signal_id, reason)
            except IntegrityError:
                raise Conflict("The signal was changed at this very moment. Try again.") from None

    def _withdraw(self, actor: Actor, signal_id: str, reason: str) -> Answered:
        # The HMAC tells a replay apart; a withdrawal has no body worth keeping.
        mark = hashlib.sha256(f"withdrawal {reason}".encode()).hexdigest()
        now = clock.timestamp(clock.now())
        with writing(self.intake.engine).begin() as connection:
            head = _own(heads.find_by_id(connection, actor.subject, signal_id))
            if head.kind == Kind.ADVICE:
                raise Conflict("Advice is only counted: there is nothing to withdraw.")
            last = heads.version_row(connection, signal_id, head.current_version)
            if head.withdrawn_at is not None:
                if last is not None and last.body_hmac != mark:
                    raise Conflict("The signal was withdrawn before, for another reason.")
                return Answered(200, _withdrawn(head, head.withdrawn_at), head.current_version)
            version = head.current_version
            batch = Batch(now)
            heads.mark_withdrawn(connection, signal_id, now)
            if last is not None:
                version += 1
                if not heads.advance(connection, signal_id, version - 1):
                    raise Conflict("The signal was changed at this very moment. Try again.")
                queue.supersede(connection, signal_id, version - 1)
                batch.add_withdrawal(last, version, reason, mark)
            heads.resolve_quarantine(connection, signal_id)
            batch.tell(actor, "signal.withdrawn", signal_id, head.region)
            batch.write(connection)
        return Answered(201, _withdrawn(head, now, version), version)


def _own(head: heads.Head | None) -> heads.Head:
    if head is None:
        raise NotFound
    return head


def _demand_correctable(head: heads.Head, expected: int) -> None:
    if head.kind == Kind.ADVICE:
        raise Conflict("Advice becomes a report only by being entered again, as a new signal.")
    if head.withdrawn_at is not None:
        raise Conflict("The signal was withdrawn. Deliver a new one with a new sourceReference.")
    if head.current_version != expected:
        raise PreconditionFailed(_NOT_CURRENT)


def _identity_faults(head: heads.Head, delivery: Delivery, received: object) -> list[Fault]:
    faults = []
    if delivery.reference != head.source_reference:
        faults.append(
            Fault("/sourceReference", "other-reference", "Give the sourceReference of this signal.")
        )
    if not isinstance(received, (Understood, Unclear)):
        faults.append(Fault("/kind", "kind-change", "A report does not become advice."))
    return faults


def _as_answered(head: heads.Head, row: Row[Any], refs: dict[str, str]) -> Answered:
    body = receipt(
        signal_id=head.id,
        reference=head.source_reference,
        version=row.version,
        state=answers.RECEIVED,
        region=head.region,
        received_at=row.received_at,
        warnings=[Notice(w["pointer"], w["code"], w["detail"]) for w in row.warnings],
        persons=refs,
    )
    return Answered(200, body, row.version)


def _quarantine_answer(head: heads.Head, row: Row[Any]) -> str:
    return receipt(
        signal_id=head.id,
        reference=head.source_reference,
        version=head.current_version,
        state=answers.QUARANTINED,
        region=row.region,
        received_at=row.received_at,
        warnings=[Notice(f["pointer"], f["code"], f["detail"]) for f in row.faults],
    )


def _withdrawn(head: heads.Head, at: str, version: int | None = None) -> str:
    return receipt(
        signal_id=head.id,
        reference=head.source_reference,
        version=head.current_version if version is None else version,
        state=answers.WITHDRAWN,
        region=head.region,
        received_at=at,
    )
