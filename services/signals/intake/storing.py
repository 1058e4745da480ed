"""Writes signals: heads, versions, mentions, ties, and what follows from their addresses.

Every function works inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from services.signals.intake import queue
from services.signals.intake.flagging import flag_address, flag_mentions, set_narrative_state
from services.signals.intake.preparing import Prepared
from services.signals.intake.reading import load_signals
from services.signals.intake.records import Notice
from services.signals.intake.signal import Source
from services.signals.intake.tables import (
    declared_ties,
    mentions,
    quarantine,
    signal_versions,
    signals,
    version_mentions,
)
from services.signals.protection.addresses import (
    IN_NARRATIVE,
    Trace,
    leave_traces,
    protected_among,
)
from services.signals.protection.vault import Sealed
from shared import clock, ids
from shared.problems import Fault


@dataclass(frozen=True)
class Head:
    """A signal as such, whatever its versions."""

    id: str
    source_system: str
    source_reference: str
    region: str
    kind: str
    current_version: int
    created_at: str
    withdrawn_at: str | None
    first_body_hmac: str
    first_status: int
    first_answer: str


def find_by_reference(
    connection: Connection, source_system: str, references: Collection[str]
) -> dict[str, Head]:
    """Heads of this source's own signals, by its own references (at most some hundreds)."""
    rows = connection.execute(
        select(signals).where(
            signals.c.source_system == source_system,
            signals.c.source_reference.in_(sorted(references)),
        )
    )
    return {row.source_reference: _head(row) for row in rows}


def find_by_id(connection: Connection, source_system: str, signal_id: str) -> Head | None:
    """The head of this source's own signal; None for anyone else's."""
    row = connection.execute(
        select(signals).where(signals.c.id == signal_id, signals.c.source_system == source_system)
    ).one_or_none()
    return _head(row) if row else None


def insert_head(
    connection: Connection,
    source: Source,
    *,
    signal_id: str,
    reference: str,
    region: str,
    kind: str,
    version: int,
    body_hmac: str,
    status: int,
    answer: str,
) -> None:
    """Raises IntegrityError when another delivery of the same reference was faster."""
    connection.execute(
        signals.insert().values(
            id=signal_id,
            source_system=source.system,
            source_organisation=source.organisation,
            source_agency=source.agency,
            source_reference=reference,
            region=region,
            kind=kind,
            current_version=version,
            created_at=clock.timestamp(clock.now()),
            first_body_hmac=body_hmac,
            first_status=status,
            first_answer=answer,
        )
    )


def advance(connection: Connection, signal_id: str, expected: int, region: str = "") -> bool:
    """Moves the head from version `expected` to the next; False when it is elsewhere by now."""
    changes: dict[str, Any] = {"current_version": expected + 1}
    if region:
        changes["region"] = region
    result = connection.execute(
        update(signals)
        .where(signals.c.id == signal_id, signals.c.current_version == expected)
        .values(**changes)
    )
    return result.rowcount == 1


def insert_version(connection: Connection, prepared: Prepared, received_at: str) -> None:
    """The version with its mentions and ties; it waits for linking from now on."""
    signal = prepared.signal
    connection.execute(
        signal_versions.insert().values(
            signal_id=prepared.signal_id,
            version=prepared.version,
            state="accepted",
            received_at=received_at,
            reported_at=signal.reported_at,
            occurred_from=signal.occurred_from,
            occurred_to=signal.occurred_to,
            place=signal.place,
            addressed_to=signal.addressed_to,
            severity=signal.severity,
            category=signal.category,
            violence_forms=list(dict.fromkeys(signal.violence_forms)),
            pattern=signal.pattern,
            origin_incident=signal.origin_incident,
            relayed_from=(
                {
                    "sourceSystem": signal.relayed_from.source_system,
                    "sourceReference": signal.relayed_from.source_reference,
                }
                if signal.relayed_from
                else None
            ),
            compartment=signal.compartment,
            conditions=list(dict.fromkeys(signal.conditions)),
            wpg_article=signal.police.article if signal.police else "none",
            first_processed=signal.police.first_processed if signal.police else None,
            kindcheck=signal.kindcheck,
            informal_care_check=signal.informal_care_check,
            informed=_informed(prepared),
            reporter_kind=signal.reporter.kind,
            reporter_visibility=signal.reporter.visibility,
            minor_involved=signal.minor_involved,
            feedback_wanted=signal.feedback_wanted,
            warnings=notices_json(prepared.understood.warnings),
            body_hmac=prepared.body_hmac,
            key_id=prepared.sealed.key_id,
            blob=prepared.sealed.blob,
        )
    )
    _insert_mentions(connection, prepared)
    _mind_addresses(connection, prepared)
    queue.put(connection, prepared.signal_id, prepared.version)


def _informed(prepared: Prepared) -> str:
    informed = prepared.signal.informed
    if informed is None:
        return "unknown"
    return "yes" if informed.informed else "no"


def _insert_mentions(connection: Connection, prepared: Prepared) -> None:
    rows = [
        {
            "id": mention.id,
            "signal_id": prepared.signal_id,
            "version": prepared.version,
            "ref": mention.person.ref,
            "roles": list(dict.fromkeys(mention.person.roles)),
            "birth_date": mention.person.birth_date,
            "sex": mention.person.sex,
            "bsn_state": mention.bsn_state,
            "body_hmac": mention.fingerprint,
            "key_id": mention.sealed.key_id,
            "blob": mention.sealed.blob,
        }
        for mention in prepared.mentions
        if mention.sealed is not None
    ]
    if rows:
        connection.execute(mentions.insert(), rows)
    where = {"signal_id": prepared.signal_id, "version": prepared.version}
    if prepared.mentions:
        connection.execute(
            version_mentions.insert(), [{**where, "mention_id": m.id} for m in prepared.mentions]
        )
    ties = [
        {
            **where,
            "id": ids.new_id(),
            "from_mention": from_mention,
            "to_mention": to_mention,
            "kind": tie.kind,
            "since": tie.since,
            "until": tie.until,
        }
        for from_mention, to_mention, tie in dict.fromkeys(prepared.ties())
    ]
    if ties:
        connection.execute(declared_ties.insert(), ties)


def _mind_addresses(connection: Connection, prepared: Prepared) -> None:
    """Registers protected addresses, withholds what holds them, remembers where the others are."""
    flag_address(connection, prepared.protected)
    everything = prepared.narrative_tokens.union(*(m.tokens for m in prepared.mentions))
    known = protected_among(connection, everything)
    withheld = bool(known & prepared.narrative_tokens)
    before = (
        prepared.version > 1
        and load_signals(connection, [prepared.signal_id])[prepared.signal_id].withheld
    )
    if withheld != before:
        set_narrative_state(
            connection,
            prepared.signal_id,
            "withheld" if withheld else "clear",
            "address-found" if withheld else "corrected",
        )
    flag_mentions(connection, {m.id for m in prepared.mentions if m.tokens & known})
    for mention_id, tokens in (
        (IN_NARRATIVE, prepared.narrative_tokens),
        *((m.id, m.tokens) for m in prepared.mentions),
    ):
        leave_traces(
            connection, Trace(prepared.signal_id, prepared.version, mention_id), tokens - known
        )


def kept_mentions(connection: Connection, signal_id: str, version: int) -> dict[str, str]:
    """Mentions of a version by fingerprint: the next version keeps those that stay the same."""
    rows = connection.execute(
        select(mentions.c.body_hmac, mentions.c.id)
        .join(version_mentions, version_mentions.c.mention_id == mentions.c.id)
        .where(version_mentions.c.signal_id == signal_id, version_mentions.c.version == version)
    )
    return {row.body_hmac: row.id for row in rows}


def mention_refs(connection: Connection, signal_id: str, version: int) -> dict[str, str]:
    """The source's own ref of each person in a version -> mention id."""
    rows = connection.execute(
        select(mentions.c.ref, mentions.c.id)
        .join(version_mentions, version_mentions.c.mention_id == mentions.c.id)
        .where(version_mentions.c.signal_id == signal_id, version_mentions.c.version == version)
    )
    return {row.ref: row.id for row in rows}


def version_row(connection: Connection, signal_id: str, version: int) -> Row[Any] | None:
    return connection.execute(
        select(signal_versions).where(
            signal_versions.c.signal_id == signal_id, signal_versions.c.version == version
        )
    ).one_or_none()


def insert_withdrawal(
    connection: Connection, last: Row[Any], version: int, reason: str, body_hmac: str, at: str
) -> None:
    """A version that says nothing but that the signal is withdrawn; codes stay as they were."""
    values = dict(last._mapping)
    values.update(
        version=version,
        state="withdrawn",
        withdrawal_reason=reason,
        received_at=at,
        warnings=[],
        body_hmac=body_hmac,
        key_id=None,
        blob=None,
    )
    connection.execute(signal_versions.insert().values(**values))
    mark_withdrawn(connection, last.signal_id, at)
    queue.put(connection, last.signal_id, version)


def mark_withdrawn(connection: Connection, signal_id: str, at: str) -> None:
    connection.execute(update(signals).where(signals.c.id == signal_id).values(withdrawn_at=at))


def insert_quarantine(
    connection: Connection,
    *,
    quarantine_id: str,
    signal_id: str,
    region: str,
    severity: str,
    expected_version: int,
    faults: Sequence[Fault],
    body_hmac: str,
    sealed: Sealed,
    at: str,
) -> None:
    connection.execute(
        quarantine.insert().values(
            id=quarantine_id,
            signal_id=signal_id,
            region=region,
            severity=severity,
            received_at=at,
            expected_version=expected_version,
            faults=[{"pointer": f.pointer, "code": f.code, "detail": f.detail} for f in faults],
            body_hmac=body_hmac,
            key_id=sealed.key_id,
            blob=sealed.blob,
        )
    )


def resolve_quarantine(connection: Connection, signal_id: str) -> None:
    """A later delivery was understood, or the signal is withdrawn: the desk need not look."""
    connection.execute(
        update(quarantine)
        .where(quarantine.c.signal_id == signal_id, quarantine.c.resolved_at.is_(None))
        .values(resolved_at=clock.timestamp(clock.now()))
    )


def waiting_in_quarantine(
    connection: Connection, signal_id: str, body_hmac: str = ""
) -> Row[Any] | None:
    """The newest unresolved row of a signal, if any; only with this body when one is given."""
    query = select(quarantine).where(
        quarantine.c.signal_id == signal_id, quarantine.c.resolved_at.is_(None)
    )
    if body_hmac:
        query = query.where(quarantine.c.body_hmac == body_hmac)
    return connection.execute(
        query.order_by(quarantine.c.received_at.desc(), quarantine.c.id).limit(1)
    ).one_or_none()


def notices_json(notices: Sequence[Notice]) -> list[dict[str, str]]:
    return [{"pointer": n.pointer, "code": n.code, "detail": n.detail} for n in notices]


def _head(row: Row[Any]) -> Head:
    return Head(
        row.id,
        row.source_system,
        row.source_reference,
        row.region,
        row.kind,
        row.current_version,
        row.created_at,
        row.withdrawn_at,
        row.first_body_hmac,
        row.first_status,
        row.first_answer,
    )
