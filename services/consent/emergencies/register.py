"""Keeping grants: events and sealed details, append-only. The caller owns the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from services.consent.consents.ledger import append_grant
from services.consent.emergencies.model import OPENED, REVIEWED, Grant, GrantEvent, fold
from services.consent.tables import grant_details, grant_events
from shared import clock

_MOST_READ = 500


@dataclass(frozen=True)
class Kept:
    """A grant with its sealed details and the mentions it is about (never told to people)."""

    grant: Grant
    sealed: bytes = field(repr=False)
    mentions: tuple[str, ...] = field(repr=False)


def open_grant(
    connection: Connection, grant: Grant, mentions: Sequence[str], sealed: bytes
) -> None:
    append_grant(
        connection, grant_id=grant.id, kind=OPENED, at=clock.timestamp(grant.opened_at),
        by=grant.opener, for_subject=grant.opener, mentions=mentions, reason=grant.reason,
    )  # fmt: skip
    connection.execute(
        grant_details.insert().values(
            grant_id=grant.id,
            region=grant.region,
            organisation=grant.organisation,
            entry_id=grant.entry_id,
            sealed=sealed,
        )
    )


def add_event(connection: Connection, grant: Grant, event: GrantEvent) -> None:
    append_grant(
        connection, grant_id=grant.id, kind=event.kind, at=event.at, by=event.by,
        for_subject=grant.opener, mentions=(), reason=event.reason,
    )  # fmt: skip


def load(
    connection: Connection,
    *,
    grant_id: str = "",
    region: str = "",
    opener: str = "",
    unreviewed: bool = False,
) -> list[Kept]:
    """Grants by what is given, the latest first; at most 500."""
    query = (
        select(grant_events, grant_details)
        .join(grant_details, grant_details.c.grant_id == grant_events.c.grant_id)
        .where(grant_events.c.kind == OPENED)
        .order_by(grant_events.c.revision.desc())
        .limit(_MOST_READ)
    )
    if grant_id:
        query = query.where(grant_events.c.grant_id == grant_id)
    if region:
        query = query.where(grant_details.c.region == region)
    if opener:
        query = query.where(grant_events.c.for_subject == opener)
    if unreviewed:
        reviewed = select(grant_events.c.grant_id).where(grant_events.c.kind == REVIEWED)
        query = query.where(grant_events.c.grant_id.not_in(reviewed))
    rows = connection.execute(query).all()
    later: dict[str, list[GrantEvent]] = {row.grant_id: [] for row in rows}
    events = (
        select(grant_events)
        .where(grant_events.c.grant_id.in_(list(later)), grant_events.c.kind != OPENED)
        .order_by(grant_events.c.revision)
    )
    for row in connection.execute(events):
        later[row.grant_id].append(
            GrantEvent(row.grant_id, row.kind, row.at, row.by_subject, row.reason_code)
        )
    return [
        Kept(
            grant=fold(
                Grant(
                    id=row.grant_id,
                    opened_at=clock.moment(row.at),
                    opener=row.for_subject,
                    reason=row.reason_code,
                    region=row.region,
                    organisation=row.organisation,
                    entry_id=row.entry_id,
                ),
                later[row.grant_id],
            ),
            sealed=row.sealed,
            mentions=tuple(row.mention_ids.split()),
        )
        for row in rows
    ]


def unended(connection: Connection) -> list[Grant]:
    """Grants that nobody ended yet, of every region."""
    ended = select(grant_events.c.grant_id).where(grant_events.c.kind == "ended")
    names = connection.execute(
        select(grant_events.c.grant_id).where(
            grant_events.c.kind == OPENED, grant_events.c.grant_id.not_in(ended)
        )
    ).scalars()
    return [kept.grant for name in names.all() for kept in load(connection, grant_id=name)]
