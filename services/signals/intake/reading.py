"""The door of intake for rooms that read: current versions, their mentions and ties.

`load_*` reads rows (codes, dates); `open_*` decrypts, with one query for all keys. Nothing here
decides who may see it: that is the caller's duty (I1, I2).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from services.signals.intake.records import (
    DeclaredTie,
    MentionContent,
    MentionRecord,
    Notice,
    Relay,
    SignalContent,
    SignalRecord,
)
from services.signals.intake.sealing import (
    mention_aad,
    mention_content,
    signal_aad,
    signal_content,
)
from services.signals.intake.tables import (
    declared_ties,
    mention_flags,
    mentions,
    narrative_states,
    redactions,
    signal_versions,
    signals,
    version_mentions,
)
from services.signals.protection.vault import Sealed, Vault

REDACTED = "redacted"  # the desk took something out: its version is the one that is read
_CHUNK = 500  # ids per query: SQLite limits the number of parameters


def load_signals(connection: Connection, signal_ids: Iterable[str]) -> dict[str, SignalRecord]:
    """Current versions by id, withdrawn ones included (`.withdrawn`). Unknown ids, advice and what
    still lies in quarantine are absent."""
    found: dict[str, SignalRecord] = {}
    for chunk in chunks(set(signal_ids)):
        states = _narrative_states(connection, chunk)
        redacted = [signal for signal, state in states.items() if state == REDACTED]
        texts = _redactions(connection, redacted) if redacted else {}
        for row in connection.execute(_current().where(signals.c.id.in_(chunk))):
            record = _signal_record(row, states.get(row.id, "clear"))
            found[row.id] = _as_redacted(record, texts) if row.id in redacted else record
    return found


def _as_redacted(record: SignalRecord, texts: Mapping[tuple[str, int], Sealed]) -> SignalRecord:
    """The record with the desk's version of its text; withheld when there is none of this one."""
    sealed = texts.get((record.id, record.version))
    if sealed is None:
        return replace(record, narrative_state="withheld")
    return replace(record, sealed=sealed)


def _redactions(connection: Connection, signal_ids: Sequence[str]) -> dict[tuple[str, int], Sealed]:
    """The newest redaction of each version of these signals."""
    rows = connection.execute(
        select(redactions)
        .where(redactions.c.signal_id.in_(signal_ids))
        .order_by(redactions.c.made_at, redactions.c.id)
    )
    return {(row.signal_id, row.version): Sealed(row.key_id, row.blob) for row in rows}


def current_versions(connection: Connection, signal_ids: Iterable[str]) -> dict[str, int]:
    """Signal → number of its current version, for those that have one."""
    found: dict[str, int] = {}
    for chunk in chunks(set(signal_ids)):
        for row in connection.execute(
            select(signals.c.id, signals.c.current_version).where(
                signals.c.id.in_(chunk), signals.c.current_version > 0
            )
        ):
            found[row.id] = row.current_version
    return found


def open_contents(vault: Vault, records: Iterable[SignalRecord]) -> dict[str, SignalContent]:
    """Contents by signal id; a withdrawn signal has none. Raises CannotOpen."""
    wanted = [(r, r.sealed) for r in records if r.sealed is not None]
    opened = vault.open_many([(sealed, signal_aad(r.id, r.version)) for r, sealed in wanted])
    return {r.id: signal_content(raw) for (r, _), raw in zip(wanted, opened, strict=True)}


def load_mentions(
    connection: Connection, signal_ids: Iterable[str], *, every_version: bool = False
) -> list[MentionRecord]:
    """Mentions of the signals' current versions, in the order of signal and ref.

    `every_version` adds those that a correction or withdrawal took away: to end their links.
    """
    found: list[MentionRecord] = []
    for chunk in chunks(set(signal_ids)):
        query = _mentions().where(mentions.c.signal_id.in_(chunk))
        if not every_version:
            query = query.join(signals, signals.c.id == mentions.c.signal_id).join(
                version_mentions,
                (version_mentions.c.mention_id == mentions.c.id)
                & (version_mentions.c.version == signals.c.current_version),
            )
        found.extend(_mention_record(row) for row in connection.execute(query))
    return sorted(found, key=lambda mention: (mention.signal_id, mention.ref, mention.id))


def load_mentions_by_id(
    connection: Connection, mention_ids: Iterable[str]
) -> dict[str, MentionRecord]:
    """Mentions by their own ids, of whichever version."""
    found: dict[str, MentionRecord] = {}
    for chunk in chunks(set(mention_ids)):
        for row in connection.execute(_mentions().where(mentions.c.id.in_(chunk))):
            found[row.id] = _mention_record(row)
    return found


def open_mentions(vault: Vault, records: Iterable[MentionRecord]) -> dict[str, MentionContent]:
    """Contents by mention id. Raises CannotOpen."""
    wanted = list(records)
    opened = vault.open_many([(mention.sealed, mention_aad(mention.id)) for mention in wanted])
    return {
        mention.id: mention_content(raw, without_addresses=mention.addresses_withheld)
        for mention, raw in zip(wanted, opened, strict=True)
    }


def load_ties(connection: Connection, signal_ids: Iterable[str]) -> list[DeclaredTie]:
    """Ties that the signals' current versions declare."""
    found: list[DeclaredTie] = []
    for chunk in chunks(set(signal_ids)):
        query = (
            select(declared_ties)
            .join(
                signals,
                (signals.c.id == declared_ties.c.signal_id)
                & (signals.c.current_version == declared_ties.c.version),
            )
            .where(declared_ties.c.signal_id.in_(chunk))
            .order_by(declared_ties.c.signal_id, declared_ties.c.id)
        )
        found.extend(
            DeclaredTie(
                row.signal_id,
                row.version,
                row.from_mention,
                row.to_mention,
                row.kind,
                row.since,
                row.until,
            )
            for row in connection.execute(query)
        )
    return found


def chunks(values: Collection[str]) -> list[Sequence[str]]:
    """The values, sorted, in parts small enough for one query."""
    ordered = sorted(values)
    return [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]


def _current() -> Select[Any]:
    return select(
        signals.c.id,
        signals.c.source_system,
        signals.c.source_organisation,
        signals.c.source_agency,
        signals.c.source_reference,
        signals.c.region,
        signals.c.kind,
        signals.c.created_at,
        signals.c.withdrawn_at,
        signal_versions,
    ).join(
        signal_versions,
        (signal_versions.c.signal_id == signals.c.id)
        & (signal_versions.c.version == signals.c.current_version),
    )


def _narrative_states(connection: Connection, signal_ids: Sequence[str]) -> dict[str, str]:
    newest = (
        select(func.max(narrative_states.c.id))
        .where(narrative_states.c.signal_id.in_(signal_ids))
        .group_by(narrative_states.c.signal_id)
    )
    rows = connection.execute(
        select(narrative_states.c.signal_id, narrative_states.c.state).where(
            narrative_states.c.id.in_(newest)
        )
    )
    return {row.signal_id: row.state for row in rows}


def _mentions() -> Select[Any]:
    return select(mentions, mention_flags.c.flagged_at).outerjoin(
        mention_flags, mention_flags.c.mention_id == mentions.c.id
    )


def _signal_record(row: Row[Any], narrative_state: str) -> SignalRecord:
    relay = row.relayed_from
    return SignalRecord(
        id=row.id,
        version=row.version,
        state=row.state,
        kind=row.kind,
        source_system=row.source_system,
        source_organisation=row.source_organisation,
        source_agency=row.source_agency,
        source_reference=row.source_reference,
        region=row.region,
        created_at=row.created_at,
        received_at=row.received_at,
        reported_at=row.reported_at,
        occurred_from=row.occurred_from,
        occurred_to=row.occurred_to,
        place=row.place,
        addressed_to=row.addressed_to,
        severity=row.severity,
        category=row.category,
        violence_forms=tuple(row.violence_forms),
        pattern=row.pattern,
        origin_incident=row.origin_incident,
        relayed_from=Relay(relay["sourceSystem"], relay["sourceReference"]) if relay else None,
        compartment=row.compartment,
        conditions=tuple(row.conditions),
        wpg_article=row.wpg_article,
        first_processed=row.first_processed,
        kindcheck=row.kindcheck,
        informal_care_check=row.informal_care_check,
        informed=row.informed,
        reporter_kind=row.reporter_kind,
        reporter_visibility=row.reporter_visibility,
        minor_involved=bool(row.minor_involved),
        feedback_wanted=bool(row.feedback_wanted),
        warnings=tuple(Notice(w["pointer"], w["code"], w["detail"]) for w in row.warnings),
        narrative_state=narrative_state,
        withdrawn_at=row.withdrawn_at,
        sealed=Sealed(row.key_id, row.blob) if row.key_id else None,
    )


def _mention_record(row: Row[Any]) -> MentionRecord:
    return MentionRecord(
        id=row.id,
        signal_id=row.signal_id,
        version=row.version,
        ref=row.ref,
        roles=tuple(row.roles),
        birth_date=row.birth_date,
        sex=row.sex,
        bsn_state=row.bsn_state,
        addresses_withheld=row.flagged_at is not None,
        sealed=Sealed(row.key_id, row.blob),
    )
