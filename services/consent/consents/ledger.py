"""The append-only record of consents, restrictions and emergency grants, and reading it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select, text

from services.consent.consents.coverage import Coverage
from services.consent.consents.model import (
    Consent,
    Event,
    EventKind,
    Evidence,
    GivenBy,
    Reason,
    Terms,
    fold,
)
from services.consent.tables import consent_events, grant_events, restriction_events, revisions
from shared import clock
from shared.database import among

# One number for the whole service: writers wait for each other, so revisions commit in order.
_POSTGRES_LOCK = 0x62756E64
_MOST_IN_A_LIST = 900
CONFIRM_WITHIN = timedelta(minutes=60)
ENDS_AFTER = timedelta(hours=24)


def current_revision(connection: Connection) -> int:
    """The number of the last change; 0 when there is none."""
    return int(connection.execute(select(func.max(revisions.c.revision))).scalar() or 0)


def _take_revision(connection: Connection, kind: str, at: str) -> int:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK})
    revision = current_revision(connection) + 1
    connection.execute(revisions.insert().values(revision=revision, kind=kind, at=at))
    return revision


def append(connection: Connection, event: Event) -> int:
    """Adds one event in a writing transaction; gives its revision."""
    revision = _take_revision(connection, f"consent-{event.kind}", event.at)
    values: dict[str, Any] = {
        "revision": revision,
        "consent_id": event.consent_id,
        "kind": event.kind.value,
        "at": event.at,
        "by_subject": event.by_subject,
        "mention_id": event.mention_id,
        "region": event.region,
        "reason_code": event.reason.value,
    }
    if event.terms is not None:
        terms = event.terms
        values |= {
            "purpose": terms.purpose,
            "recipient_context": terms.recipient_context,
            "recipient_organisation": terms.recipient_organisation,
            "categories": " ".join(sorted(terms.categories)),
            "given_by": terms.given_by.value,
            "incapable": terms.incapable,
            "band": terms.band,
            "reason_code": terms.reason.value,
            "evidence": terms.evidence.value,
            "valid_from": terms.valid_from.isoformat(),
            "valid_until": terms.valid_until.isoformat(),
        }
    connection.execute(consent_events.insert().values(**values))
    return revision


def _event(row: Row[Any]) -> Event:
    terms = None
    if row.purpose is not None:
        terms = Terms(
            mention_id=row.mention_id,
            region=row.region,
            purpose=row.purpose,
            recipient_context=row.recipient_context,
            recipient_organisation=row.recipient_organisation,
            categories=frozenset(row.categories.split()),
            given_by=GivenBy(row.given_by),
            incapable=bool(row.incapable),
            band=row.band,
            reason=Reason(row.reason_code),
            evidence=Evidence(row.evidence),
            valid_from=date.fromisoformat(row.valid_from),
            valid_until=date.fromisoformat(row.valid_until),
        )
    return Event(
        consent_id=row.consent_id,
        kind=EventKind(row.kind),
        at=row.at,
        by_subject=row.by_subject,
        mention_id=row.mention_id,
        region=row.region,
        reason=Reason(row.reason_code),
        terms=terms,
        revision=int(row.revision),
    )


def _events(connection: Connection, query: Select[Any]) -> list[Event]:
    rows = connection.execute(query.order_by(consent_events.c.revision))
    return [_event(row) for row in rows]


def consents_of_mentions(connection: Connection, mentions: Sequence[str]) -> list[Consent]:
    """All consents of these mentions, whatever their state."""
    found: list[Event] = []
    for part in _parts(mentions):
        query = select(consent_events).where(consent_events.c.mention_id.in_(part))
        found.extend(_events(connection, query))
    return fold(found)


def consents_of_region(connection: Connection, region: str, limit: int) -> list[Consent]:
    """The most recently changed consents of a region, newest change first."""
    latest = (
        select(consent_events.c.consent_id)
        .where(consent_events.c.region == region)
        .group_by(consent_events.c.consent_id)
        .order_by(func.max(consent_events.c.revision).desc())
        .limit(limit)
    )
    names = [str(name) for name in connection.execute(latest).scalars()]
    found: list[Event] = []
    for part in _parts(names):
        query = select(consent_events).where(consent_events.c.consent_id.in_(part))
        found.extend(_events(connection, query))
    return sorted(fold(found), key=lambda consent: -consent.revision)


def events_of_consent(connection: Connection, consent_id: str) -> list[Event]:
    """The history of one consent, oldest first; empty when there is none."""
    query = select(consent_events).where(consent_events.c.consent_id == consent_id)
    return _events(connection, query)


def coverage_for(
    connection: Connection,
    *,
    actor: str,
    context: str,
    organisation: str,
    region: str,
    purpose: str,
    at: datetime,
    mentions: Collection[str] | None = None,
    revision: int | None = None,
) -> Coverage:
    """What holds for this recipient and purpose at `at`. `mentions` None = for all of them.

    Only what was recorded in the recipient's own region counts: an officer elsewhere can neither
    open a signal nor lift a restriction here, and no list names a mention of another region.
    `revision` looks back: only what had been recorded up to then.
    """
    table = consent_events.c
    # Which consents were ever given to this recipient; their later events come with them.
    given = select(table.consent_id).where(
        and_(
            table.region == region,
            table.purpose == purpose,
            or_(table.recipient_context == context, table.recipient_context == ""),
            or_(table.recipient_organisation == organisation, table.recipient_organisation == ""),
        )
    )
    today = at.astimezone(clock.DUTCH_TIME).date()
    query = select(consent_events).where(table.consent_id.in_(given))
    limits = (
        select(restriction_events.c.kind, restriction_events.c.mention_id)
        .where(restriction_events.c.region == region)
        .order_by(restriction_events.c.revision)
    )
    if mentions is not None:
        query = query.where(among(table.mention_id, mentions))
        limits = limits.where(among(restriction_events.c.mention_id, mentions))
    if revision is not None:
        query = query.where(table.revision <= revision)
        limits = limits.where(restriction_events.c.revision <= revision)
    nobody = mentions is not None and not mentions
    events = [] if nobody else _events(connection, query)
    restricted: set[str] = set()
    for kind, mention in () if nobody else connection.execute(limits):
        (restricted.add if kind == "imposed" else restricted.discard)(mention)
    terms = [
        consent.terms
        for consent in fold(events)
        if consent.holds_on(today)
        and consent.terms.purpose == purpose
        and consent.terms.recipient_context in ("", context)
        and consent.terms.recipient_organisation in ("", organisation)
    ]
    granted = granted_mentions(connection, actor, at, revision)
    return Coverage.of(terms, frozenset(restricted), granted)


def granted_mentions(
    connection: Connection, actor: str, at: datetime, revision: int | None = None
) -> frozenset[str]:
    """Mentions that a break-glass in force opens for this actor (R21).

    In force: a second person confirmed within 60 minutes, not ended, 24 hours not over.
    """
    query = select(grant_events).where(grant_events.c.for_subject == actor)
    if revision is not None:
        query = query.where(grant_events.c.revision <= revision)
    opened: dict[str, Row[Any]] = {}
    confirmed: set[str] = set()
    for row in connection.execute(query.order_by(grant_events.c.revision)):
        if row.kind == "opened":
            opened.setdefault(row.grant_id, row)
        elif row.kind == "ended":
            opened.pop(row.grant_id, None)
        elif (
            row.kind == "confirmed"
            and row.grant_id in opened
            and _confirms(opened[row.grant_id], row)
        ):
            confirmed.add(row.grant_id)
    return frozenset(
        mention
        for grant_id, row in opened.items()
        if grant_id in confirmed and at < _moment(row.at) + ENDS_AFTER
        for mention in row.mention_ids.split()
    )


def _confirms(opened: Row[Any], confirmation: Row[Any]) -> bool:
    second_person = confirmation.by_subject not in (opened.by_subject, opened.for_subject)
    return second_person and _moment(confirmation.at) <= _moment(opened.at) + CONFIRM_WITHIN


def _moment(text_: str) -> datetime:
    return datetime.fromisoformat(text_)


def append_restriction(
    connection: Connection, *, mention_id: str, kind: str, at: str, by: str, region: str,
    reason: str,
) -> int:  # fmt: skip
    """Adds "imposed" or "lifted" (AVG art. 18) in a writing transaction; gives its revision."""
    revision = _take_revision(connection, f"restriction-{kind}", at)
    connection.execute(
        restriction_events.insert().values(
            revision=revision, mention_id=mention_id, kind=kind, at=at, by_subject=by,
            region=region, reason_code=reason,
        )
    )  # fmt: skip
    return revision


def append_grant(
    connection: Connection, *, grant_id: str, kind: str, at: str, by: str, for_subject: str,
    mentions: Iterable[str], reason: str,
) -> int:  # fmt: skip
    """Adds "opened", "confirmed", "ended" or "reviewed" to a break-glass; gives its revision."""
    revision = _take_revision(connection, f"grant-{kind}", at)
    connection.execute(
        grant_events.insert().values(
            revision=revision, grant_id=grant_id, kind=kind, at=at, by_subject=by,
            for_subject=for_subject, mention_ids=" ".join(mentions), reason_code=reason,
        )
    )  # fmt: skip
    return revision


def _parts(items: Sequence[str]) -> Iterable[list[str]]:
    for start in range(0, len(items), _MOST_IN_A_LIST):
        yield list(items[start : start + _MOST_IN_A_LIST])
