"""Who directs a case or stands in: assignments, kept as they were.

An assignment is in force until it was ended (`until_at`) or its last moment, named beforehand, is
over (`ends_at`, for a deputy).
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from services.signals.cases.model import Assignment
from services.signals.cases.tables import assignments
from shared import clock


def in_force() -> ColumnElement[bool]:
    """The condition on assignments that count at this moment."""
    now = clock.timestamp(clock.now())
    return and_(
        assignments.c.until_at.is_(None),
        or_(assignments.c.ends_at.is_(None), assignments.c.ends_at > now),
    )


def end_assignments(
    connection: Connection, case_id: str, *, kind: str = "", subject: str = ""
) -> None:
    """Ends active assignments of a kind, or of a person, at this moment."""
    chosen = [assignments.c.case_id == case_id, assignments.c.until_at.is_(None)]
    matches = []
    if kind:
        matches.append(assignments.c.kind == kind)
    if subject:
        matches.append(assignments.c.subject == subject)
    connection.execute(
        update(assignments)
        .where(and_(*chosen), or_(*matches))
        .values(until_at=clock.timestamp(clock.now()))
    )


def add_assignment(connection: Connection, assignment: Assignment, by: str, entry_id: str) -> None:
    """Stores an active assignment. Raises IntegrityError beside another active coordinator."""
    connection.execute(
        insert(assignments).values(
            id=assignment.id,
            case_id=assignment.case_id,
            subject=assignment.subject,
            name=assignment.name,
            organisation=assignment.organisation,
            kind=assignment.kind,
            from_at=assignment.from_at,
            until_at=None,
            ends_at=assignment.ends_at or None,
            assigned_by=by,
            entry_id=entry_id,
        )
    )


def known_staff(connection: Connection, organisation: str) -> list[tuple[str, str]]:
    """(subject, name) of everyone of this organisation who was ever assigned, by name."""
    query = (
        select(assignments.c.subject, assignments.c.name)
        .where(assignments.c.organisation == organisation)
        .distinct()
        .order_by(assignments.c.name, assignments.c.subject)
    )
    return [(row.subject, row.name) for row in connection.execute(query)]
