"""How a signal stands: for the source that sent it, and what lies in quarantine for the desk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from services.signals.intake import answers, heads
from services.signals.intake.answers import Status
from services.signals.intake.queue import AGAIN
from services.signals.intake.records import Notice
from services.signals.intake.tables import link_queue, quarantine, signals
from services.signals.intake.vocabulary import Kind
from shared.problems import NotFound

PAGE = 100


def status_by_id(connection: Connection, source_system: str, signal_id: str) -> Status:
    """Raises NotFound, also for another source's signal."""
    head = heads.find_by_id(connection, source_system, signal_id)
    if head is None:
        raise NotFound
    return status_of(connection, head)


def status_by_reference(connection: Connection, source_system: str, reference: str) -> Status:
    """Raises NotFound."""
    found = heads.find_by_reference(connection, source_system, [reference])
    if reference not in found:
        raise NotFound
    return status_of(connection, found[reference])


def status_of(connection: Connection, head: heads.Head) -> Status:
    """How this signal stands, for the source that sent it."""
    row = heads.version_row(connection, head.id, head.current_version)
    waiting = heads.waiting_in_quarantine(connection, head.id)
    queued = connection.execute(
        select(link_queue).where(
            link_queue.c.signal_id == head.id, link_queue.c.version == head.current_version
        )
    ).one_or_none()
    told = row.warnings if row is not None else []
    return Status(
        signal_id=head.id,
        source_reference=head.source_reference,
        version=head.current_version,
        state=_state(head, waiting, queued),
        received_at=row.received_at if row is not None else head.created_at,
        withdrawn_at=head.withdrawn_at,
        warnings=tuple(
            Notice(w["pointer"], w["code"], w["detail"])
            for w in (waiting.faults if waiting is not None else told)
        ),
        persons=heads.mention_refs(connection, head.id, head.current_version),
    )


def _state(head: heads.Head, waiting: Row[Any] | None, queued: Row[Any] | None) -> str:
    if head.kind == Kind.ADVICE:
        return answers.COUNTED
    if head.withdrawn_at is not None:
        return answers.WITHDRAWN
    if waiting is not None:
        return answers.RETURNED if waiting.returned_at else answers.QUARANTINED
    if queued is None:
        return answers.RECEIVED
    if queued.state == "done" or queued.reason == AGAIN:
        # Whether somebody alike was known, or is looked at anew, is about other people's signals.
        return answers.LINKED
    return answers.WAITING if queued.attempts else answers.RECEIVED


@dataclass(frozen=True)
class Held:
    """A delivery in quarantine, as the desk sees it: codes only, the content stays sealed."""

    id: str
    signal_id: str
    source_agency: str
    source_organisation: str
    source_reference: str
    severity: str
    received_at: str
    version: int  # of what was understood before; 0 = nothing yet
    faults: tuple[Notice, ...]
    addressed_to: str = ""  # VT | ZVH | NAZ; "" = cannot be read, so all desks of the region see it
    returned_at: str = ""  # when the desk sent it back; it waits for its source

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "signalId": self.signal_id,
            "sourceAgency": self.source_agency,
            "sourceOrganisation": self.source_organisation,
            "sourceReference": self.source_reference,
            "severity": self.severity,
            "receivedAt": self.received_at,
            "version": self.version,
            "addressedTo": self.addressed_to,
            "returnedAt": self.returned_at or None,
            "faults": [
                {"pointer": f.pointer, "code": f.code, "detail": f.detail} for f in self.faults
            ],
        }


def held_in(
    connection: Connection,
    region: str,
    page: int = 1,
    addressed_to: Collection[str] | None = None,
    held_id: str = "",
) -> tuple[int, list[Held]]:
    """(how many there are, one page of PAGE): unresolved, of one region, for these addressees when
    given. Those sent back come last, each oldest first."""
    here = (quarantine.c.region == region) & quarantine.c.resolved_at.is_(None)
    if addressed_to is not None:
        here &= quarantine.c.addressed_to.in_(sorted(addressed_to))
    if held_id:
        here &= quarantine.c.id == held_id
    count = connection.execute(
        select(func.count()).select_from(quarantine).where(here)
    ).scalar_one()
    rows = connection.execute(
        select(
            quarantine,
            signals.c.source_agency,
            signals.c.source_organisation,
            signals.c.source_reference,
        )
        .join(signals, signals.c.id == quarantine.c.signal_id)
        .where(here)
        .order_by(quarantine.c.returned_at.is_not(None), quarantine.c.received_at, quarantine.c.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return count, [
        Held(
            id=row.id,
            signal_id=row.signal_id,
            source_agency=row.source_agency,
            source_organisation=row.source_organisation,
            source_reference=row.source_reference,
            severity=row.severity,
            received_at=row.received_at,
            version=row.expected_version,
            faults=tuple(Notice(f["pointer"], f["code"], f["detail"]) for f in row.faults),
            addressed_to=row.addressed_to,
            returned_at=row.returned_at or "",
        )
        for row in rows
    ]


def count_held(connection: Connection) -> int:
    """How many deliveries lie in quarantine, in all regions: a metric."""
    return int(
        connection.execute(
            select(func.count()).select_from(quarantine).where(quarantine.c.resolved_at.is_(None))
        ).scalar_one()
    )
