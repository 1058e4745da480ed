"""Keeping proposals to hand a case over. The caller owns the transaction."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Row, insert, or_, select, update

from services.signals.cases.handover import OPEN, OVERTAKEN, Transfer
from services.signals.cases.tables import cases, transfers
from services.signals.protection.vault import Sealed
from shared import clock
from shared.vocabulary import LegalContext


def add(connection: Connection, transfer: Transfer, note: Sealed) -> None:
    """Stores an open proposal. Raises IntegrityError beside another open one of the same case."""
    connection.execute(
        insert(transfers).values(
            id=transfer.id,
            case_id=transfer.case_id,
            kind=transfer.kind,
            reason=transfer.reason,
            from_subject=transfer.from_subject,
            from_name=transfer.from_name,
            to_subject=transfer.to_subject,
            to_name=transfer.to_name,
            proposed_by=transfer.proposed_by,
            proposed_at=transfer.proposed_at,
            note_key=note.key_id,
            note=note.blob,
            entry_id=transfer.entry_id,
            giver_agreed_at=transfer.proposed_at if transfer.giver_agreed else None,
        )
    )


def find(connection: Connection, transfer_id: str) -> Transfer | None:
    """The proposal, whatever its state."""
    row = connection.execute(select(transfers).where(transfers.c.id == transfer_id)).first()
    return _transfer(row) if row else None


def note_of(connection: Connection, transfer_id: str) -> Sealed:
    """The sealed note of a proposal that exists."""
    row = connection.execute(
        select(transfers.c.note_key, transfers.c.note).where(transfers.c.id == transfer_id)
    ).one()
    return Sealed(row.note_key, row.note)


def open_of_person(connection: Connection, subject: str) -> list[Transfer]:
    """Open proposals in which this person gives, takes, or proposed; oldest first."""
    return _open(
        connection,
        or_(
            transfers.c.from_subject == subject,
            transfers.c.to_subject == subject,
            transfers.c.proposed_by == subject,
        ),
    )


def open_of_desk(connection: Connection, region: str, context: LegalContext) -> list[Transfer]:
    """Open proposals of the cases of one desk, oldest first."""
    mine = select(cases.c.id).where(cases.c.region == region, cases.c.legal_context == str(context))
    return _open(connection, transfers.c.case_id.in_(mine))


def _open(connection: Connection, condition: object) -> list[Transfer]:
    query = (
        select(transfers)
        .where(transfers.c.ended_at.is_(None), condition)  # type: ignore[arg-type]
        .order_by(transfers.c.proposed_at, transfers.c.id)
    )
    return [_transfer(row) for row in connection.execute(query)]


def agree(connection: Connection, transfer_id: str, *, taker: bool) -> Transfer | None:
    """Notes that one of both agrees; the proposal after that, None when it is open no more."""
    column = transfers.c.taker_agreed_at if taker else transfers.c.giver_agreed_at
    changed = connection.execute(
        update(transfers)
        .where(transfers.c.id == transfer_id, transfers.c.ended_at.is_(None))
        .values({column: clock.timestamp(clock.now())})
    )
    return find(connection, transfer_id) if changed.rowcount == 1 else None


def end(connection: Connection, transfer_id: str, outcome: str, by: str, reason: str = "") -> bool:
    """Ends an open proposal for good; False when it was ended before."""
    changed = connection.execute(
        update(transfers)
        .where(transfers.c.id == transfer_id, transfers.c.ended_at.is_(None))
        .values(
            ended_at=clock.timestamp(clock.now()),
            outcome=outcome,
            outcome_reason=reason,
            ended_by=by,
        )
    )
    return bool(changed.rowcount == 1)


def overtake(connection: Connection, case_ids: Collection[str], by: str) -> None:
    """Who directs these cases was changed otherwise: what was proposed holds no more."""
    connection.execute(
        update(transfers)
        .where(transfers.c.case_id.in_(list(case_ids)), transfers.c.ended_at.is_(None))
        .values(
            ended_at=clock.timestamp(clock.now()),
            outcome=OVERTAKEN,
            outcome_reason="",
            ended_by=by,
        )
    )


def _transfer(row: Row[tuple[object, ...]]) -> Transfer:
    return Transfer(
        id=row.id,
        case_id=row.case_id,
        kind=row.kind,
        reason=row.reason,
        from_subject=row.from_subject,
        from_name=row.from_name,
        to_subject=row.to_subject,
        to_name=row.to_name,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        entry_id=row.entry_id,
        giver_agreed=row.giver_agreed_at is not None,
        taker_agreed=row.taker_agreed_at is not None,
        state=row.outcome or OPEN,
        outcome_reason=row.outcome_reason or "",
    )
