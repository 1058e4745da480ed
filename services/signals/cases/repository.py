"""Reading and writing cases. Every function takes a connection: the caller owns the transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from services.signals.cases.model import Assignment, CaseRecord, draw_number
from services.signals.cases.tables import assignments, case_events, cases, compartments, looks
from shared import clock, ids
from shared.vocabulary import LegalContext

_VISIT = timedelta(minutes=30)  # looks closer together than this are one visit
_LOOKS_READ = 200


@dataclass(frozen=True, slots=True)
class Looks:
    """When one person looked at one case. Looks less than 30 minutes apart are one visit."""

    latest: datetime
    before: datetime | None  # the end of the visit before the present one, if there was one


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
            assignments.c.until_at.is_(None),
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
        .where(
            assignments.c.case_id.in_([row.id for row in rows]),
            assignments.c.until_at.is_(None),
        )
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


def named_actors(
    connection: Connection, household_ids: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Who is named for the closed compartment of each household."""
    found: dict[str, list[str]] = defaultdict(list)
    query = (
        select(compartments.c.household_id, compartments.c.subject)
        .where(
            compartments.c.household_id.in_(list(household_ids)),
            compartments.c.removed_at.is_(None),
        )
        .order_by(compartments.c.subject)
    )
    for row in connection.execute(query):
        found[row.household_id].append(row.subject)
    return {household: tuple(subjects) for household, subjects in found.items()}


def add_case(connection: Connection, record: CaseRecord) -> CaseRecord:
    """Stores a new case under a number of its own. Raises IntegrityError when the household has
    an active case in this context already."""
    now = clock.now()
    taken = set(
        connection.execute(
            select(cases.c.number).where(
                cases.c.region == record.region, cases.c.number.like(f"{now.year % 100:02d}-%")
            )
        ).scalars()
    )
    number = draw_number(now.year, taken)
    connection.execute(
        insert(cases).values(
            id=record.id,
            number=number,
            household_id=record.household_id,
            region=record.region,
            legal_context=str(record.legal_context),
            state=record.state,
            phase=record.phase,
            opened_at=record.opened_at,
            closed_at=None,
            sight_on_safety=record.sight_on_safety,
        )
    )
    stored = load_cases(connection, [record.id])
    return stored[record.id]


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


def name_actor(connection: Connection, household_id: str, subject: str, by: str) -> None:
    """Adds a person to the closed compartment of a household."""
    connection.execute(
        insert(compartments).values(
            id=ids.new_id(),
            household_id=household_id,
            subject=subject,
            added_by=by,
            added_at=clock.timestamp(clock.now()),
        )
    )


def carry_named_actors(connection: Connection, household_id: str, survivor: str) -> None:
    """Who is named for a household stays named in the one it was merged into."""
    named = named_actors(connection, [household_id, survivor])
    for subject in named.get(household_id, ()):
        if subject not in named.get(survivor, ()):
            name_actor(connection, survivor, subject, "bundel")


def unname_actor(connection: Connection, household_id: str, subject: str, by: str) -> None:
    """Ends a person's place in the closed compartment."""
    connection.execute(
        update(compartments)
        .where(
            compartments.c.household_id == household_id,
            compartments.c.subject == subject,
            compartments.c.removed_at.is_(None),
        )
        .values(removed_at=clock.timestamp(clock.now()), removed_by=by)
    )


def note_look(connection: Connection, actor: str, case_id: str, version: str, at: datetime) -> None:
    """Keeps that this person looked, at which picture. `at`: before the picture was read, so that
    what came in while it was made is new the next time."""
    connection.execute(
        insert(looks).values(
            actor=actor,
            case_id=case_id,
            looked_at=clock.timestamp(at),
            picture_version=version,
        )
    )


def looks_of(connection: Connection, actor: str, case_ids: Collection[str]) -> dict[str, Looks]:
    """This person's looks by case; a case never opened is not in it.

    A list tells what came since the latest look; a household keeps its marks for the length of a
    visit, so it tells what came since the visit before.
    """
    if not case_ids:
        return {}
    mine = (looks.c.actor == actor, looks.c.case_id.in_(list(case_ids)))
    latest = {
        row.case_id: clock.moment(row.latest)
        for row in connection.execute(
            select(looks.c.case_id, func.max(looks.c.looked_at).label("latest"))
            .where(*mine)
            .group_by(looks.c.case_id)
        )
    }
    before = _visits_before(connection, mine, latest)
    return {case_id: Looks(at, before.get(case_id)) for case_id, at in latest.items()}


def _visits_before(
    connection: Connection, mine: Iterable[ColumnElement[bool]], case_ids: Collection[str]
) -> dict[str, datetime]:
    query = (
        select(looks.c.case_id, looks.c.looked_at)
        .where(*mine)
        .order_by(looks.c.looked_at.desc())
        .limit(_LOOKS_READ * len(case_ids))
    )
    visit = {case_id: clock.now() for case_id in case_ids}
    found: dict[str, datetime] = {}
    for row in connection.execute(query):
        looked = clock.moment(row.looked_at)
        if row.case_id in found:
            continue
        if visit[row.case_id] - looked <= _VISIT:
            visit[row.case_id] = looked
        else:
            found[row.case_id] = looked
    return found


def coordinators_looks(
    connection: Connection, case_ids: Collection[str], until: datetime
) -> dict[str, datetime]:
    """By case the latest look, not after `until`, of the person who coordinates it now."""
    query = (
        select(looks.c.case_id, func.max(looks.c.looked_at).label("latest"))
        .join(
            assignments,
            and_(
                assignments.c.case_id == looks.c.case_id,
                assignments.c.subject == looks.c.actor,
                assignments.c.kind == "coordinator",
                assignments.c.until_at.is_(None),
            ),
        )
        .where(looks.c.case_id.in_(list(case_ids)), looks.c.looked_at <= clock.timestamp(until))
        .group_by(looks.c.case_id)
    )
    return {row.case_id: clock.moment(row.latest) for row in connection.execute(query)}
