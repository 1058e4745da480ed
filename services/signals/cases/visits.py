"""Who looked at which case when: what came since is new."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select

from services.signals.cases.tables import assignments, looks
from shared import clock

_VISIT = timedelta(minutes=30)  # looks closer together than this are one visit
_LOOKS_READ = 200


@dataclass(frozen=True, slots=True)
class Looks:
    """When one person looked at one case. Looks less than 30 minutes apart are one visit."""

    latest: datetime
    before: datetime | None  # the end of the visit before the present one, if there was one


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
