"""Reading and writing cases. Every function takes a connection: the caller owns the transaction.

The door of this room's storage: other rooms import from here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, Row, insert, select, update

from services.signals.cases.compartments import (
    carry_named_actors,
    name_actor,
    named_actors,
    unname_actor,
)
from services.signals.cases.directing import (
    add_assignment,
    end_assignments,
    in_force,
    known_staff,
)
from services.signals.cases.model import Assignment, CaseRecord, draw_number
from services.signals.cases.tables import assignments, case_events, cases
from services.signals.cases.visits import Looks, coordinators_looks, looks_of, note_look
from shared import clock, ids
from shared.vocabulary import LegalContext

__all__ = [
    "Looks",
    "add_assignment",
    "add_cases",
    "carry_named_actors",
    "cases_of_households",
    "cases_of_person",
    "coordinators_looks",
    "end_assignments",
    "known_staff",
    "last_event",
    "load_cases",
    "looks_of",
    "move_case",
    "name_actor",
    "named_actors",
    "note_event",
    "note_look",
    "open_cases_of_desk",
    "set_state",
    "unname_actor",
]


def load_cases(connection: Connection, case_ids: Collection[str]) -> dict[str, CaseRecord]:
    """The cases that exist among `case_ids`, by id."""
    if not case_ids:
        return {}
    rows = connection.execute(select(cases).where(cases.c.id.in_(list(case_ids)))).all()
    return {record.id: record for record in _complete(connection, rows)}


def cases_of_person(connection: Connection, subject: str) -> list[CaseRecord]:
    """Open cases that `subject` directs or stands in for, oldest first."""
    mine = (
        select(cases)
        .join(assignments, assignments.c.case_id == cases.c.id)
        .where(
            assignments.c.subject == subject,
            in_force(),
            cases.c.closed_at.is_(None),
        )
        .order_by(cases.c.opened_at, cases.c.id)
    )
    return _complete(connection, connection.execute(mine).all())


def open_cases_of_desk(
    connection: Connection, region: str, context: LegalContext
) -> list[CaseRecord]:
    """Open cases of one region and legal context, oldest first."""
    query = (
        select(cases)
        .where(
            cases.c.region == region,
            cases.c.legal_context == str(context),
            cases.c.closed_at.is_(None),
        )
        .order_by(cases.c.opened_at, cases.c.id)
    )
    return _complete(connection, connection.execute(query).all())


def cases_of_households(connection: Connection, household_ids: Collection[str]) -> list[CaseRecord]:
    """All cases of these households, closed ones too, newest first."""
    if not household_ids:
        return []
    query = (
        select(cases)
        .where(cases.c.household_id.in_(list(household_ids)))
        .order_by(cases.c.opened_at.desc(), cases.c.id)
    )
    return _complete(connection, connection.execute(query).all())


def _complete(connection: Connection, rows: Iterable[Row[tuple[object, ...]]]) -> list[CaseRecord]:
    # No early end for no rows: the same queries run whether a case exists or not (I4).
    rows = list(rows)
    by_case: dict[str, list[Assignment]] = defaultdict(list)
    directing = (
        select(assignments)
        .where(assignments.c.case_id.in_([row.id for row in rows]), in_force())
        .order_by(assignments.c.from_at, assignments.c.id)
    )
    for found in connection.execute(directing):
        by_case[found.case_id].append(
            Assignment(
                id=found.id,
                case_id=found.case_id,
                subject=found.subject,
                name=found.name,
                organisation=found.organisation,
                kind=found.kind,
                from_at=found.from_at,
                until_at=found.until_at or "",
                ends_at=found.ends_at or "",
            )
        )
    named = named_actors(connection, {row.household_id for row in rows})
    return [
        CaseRecord(
            id=row.id,
            number=row.number,
            household_id=row.household_id,
            region=row.region,
            legal_context=LegalContext(row.legal_context),
            state=row.state,
            phase=row.phase,
            opened_at=row.opened_at,
            closed_at=row.closed_at or "",
            sight_on_safety=row.sight_on_safety,
            assignments=tuple(by_case[row.id]),
            named_actors=named.get(row.household_id, ()),
        )
        for row in rows
    ]


def add_cases(connection: Connection, records: Sequence[CaseRecord]) -> list[CaseRecord]:
    """Stores new cases that Bundel opens, each under a number of its own and with the event
    that it was opened. Raises IntegrityError when a household has an active case in its context."""
    if not records:
        return []
    at = clock.now()
    by_region: dict[str, list[CaseRecord]] = defaultdict(list)
    for record in records:
        by_region[record.region].append(record)
    numbered = [
        replace(record, number=number)
        for region, group in by_region.items()
        for record, number in zip(
            group, _free_numbers(connection, region, at.year, len(group)), strict=True
        )
    ]
    connection.execute(
        insert(cases),
        [
            {
                "id": record.id,
                "number": record.number,
                "household_id": record.household_id,
                "region": record.region,
                "legal_context": str(record.legal_context),
                "state": record.state,
                "phase": record.phase,
                "opened_at": record.opened_at,
                "closed_at": None,
                "sight_on_safety": record.sight_on_safety,
            }
            for record in numbered
        ],
    )
    connection.execute(
        insert(case_events),
        [
            {
                "id": ids.new_id(),
                "case_id": record.id,
                "at": clock.timestamp(at),
                "kind": "opened",
                "state": record.state,
                "by": "bundel",
                "entry_id": "",
                "reason": "",
            }
            for record in numbered
        ],
    )
    named = named_actors(connection, {record.household_id for record in numbered})
    return [replace(record, named_actors=named.get(record.household_id, ())) for record in numbered]


def _free_numbers(connection: Connection, region: str, year: int, count: int) -> list[str]:
    """Numbers that no case of the region has. They grow by a digit when a year fills up."""
    free: list[str] = []
    digits = 4
    while len(free) < count:
        drawn = {draw_number(year, digits) for _ in range(min(2 * count, 300) + 20)} - set(free)
        taken = set(
            connection.scalars(
                select(cases.c.number).where(
                    cases.c.region == region, cases.c.number.in_(sorted(drawn))
                )
            )
        )
        free.extend(sorted(drawn - taken))
        if len(taken) * 10 > len(drawn) * 9:
            digits += 1
    return free[:count]


def set_state(
    connection: Connection,
    case_id: str,
    state: str,
    *,
    kind: str,
    by: str,
    entry_id: str = "",
    reason: str = "",
) -> None:
    """Gives a case another state and keeps what happened (append-only, I6)."""
    now = clock.timestamp(clock.now())
    connection.execute(
        update(cases)
        .where(cases.c.id == case_id)
        .values(state=state, closed_at=now if state == "closed" else None)
    )
    note_event(connection, case_id, state, kind=kind, by=by, entry_id=entry_id, reason=reason)


def note_event(
    connection: Connection,
    case_id: str,
    state: str,
    *,
    kind: str,
    by: str,
    entry_id: str = "",
    reason: str = "",
) -> None:
    """Keeps one event of a case."""
    connection.execute(
        insert(case_events).values(
            id=ids.new_id(),
            case_id=case_id,
            at=clock.timestamp(clock.now()),
            kind=kind,
            state=state,
            by=by,
            entry_id=entry_id,
            reason=reason,
        )
    )


def last_event(connection: Connection, case_id: str, kind: str) -> str:
    """When the case last had an event of this kind, or ""."""
    query = (
        select(case_events.c.at)
        .where(case_events.c.case_id == case_id, case_events.c.kind == kind)
        .order_by(case_events.c.at.desc())
        .limit(1)
    )
    return str(connection.execute(query).scalar() or "")


def move_case(connection: Connection, case_id: str, household_id: str) -> None:
    """The case follows its household when that was merged into another."""
    connection.execute(update(cases).where(cases.c.id == case_id).values(household_id=household_id))
