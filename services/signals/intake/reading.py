"""The door of intake for rooms that read: current versions, their mentions and ties.

`load_*` reads rows (codes, dates); `open_*` decrypts, with one query for all keys. Nothing here
decides who may see it: that is the caller's duty (I1, I2).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, func, select

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
from shared.database import among

REDACTED = "redacted"  # the desk took something out: its version is the one that is read
_CHUNK = 500  # ids per query: SQLite limits the number of parameters


def load_signals(connection: Connection, signal_ids: Iterable[str]) -> dict[str, SignalRecord]:
    """Current versions by id, withdrawn ones included (`.withdrawn`). Unknown ids, advice and what
    still lies in quarantine are absent."""
    wanted = set(signal_ids)
    if not wanted:
        return {}
    states = _narrative_states(connection, wanted)
    redacted = [signal for signal, state in states.items() if state == REDACTED]
    texts = _redactions(connection, redacted) if redacted else {}
    rows = connection.execute(_CURRENT.where(among(signals.c.id, wanted))).all()
    records = (_signal_record(row, states.get(row.id, "clear")) for row in rows)
    return {
        record.id: _as_redacted(record, texts) if record.narrative_state == REDACTED else record
        for record in records
    }


def _as_redacted(record: SignalRecord, texts: Mapping[tuple[str, int], Sealed]) -> SignalRecord:
    """The record with the desk's version of its text; withheld when there is none of this one."""
    sealed = texts.get((record.id, record.version))
    if sealed is None:
        return structs.replace(record, narrative_state="withheld")
    return structs.replace(record, sealed=sealed)


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
    query = _MENTIONS if every_version else _CURRENT_MENTIONS
    query = query.where(among(mentions.c.signal_id, set(signal_ids)))
    found = [_mention_record(row) for row in connection.execute(query).all()]
    return sorted(found, key=lambda mention: (mention.signal_id, mention.ref, mention.id))


def load_mentions_by_id(
    connection: Connection, mention_ids: Iterable[str]
) -> dict[str, MentionRecord]:
    """Mentions by their own ids, of whichever version."""
    found: dict[str, MentionRecord] = {}
    for chunk in chunks(set(mention_ids)):
        for row in connection.execute(_MENTIONS.where(mentions.c.id.in_(chunk))):
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


_CURRENT = select(
    signals.c.id,
    signal_versions.c.version,
    signal_versions.c.state,
    signals.c.kind,
    signals.c.source_system,
    signals.c.source_organisation,
    signals.c.source_agency,
    signals.c.source_reference,
    signals.c.region,
    signals.c.created_at,
    signal_versions.c.received_at,
    signal_versions.c.reported_at,
    signal_versions.c.occurred_from,
    signal_versions.c.occurred_to,
    signal_versions.c.place,
    signal_versions.c.addressed_to,
    signal_versions.c.severity,
    signal_versions.c.category,
    signal_versions.c.violence_forms,
    signal_versions.c.pattern,
    signal_versions.c.origin_incident,
    signal_versions.c.relayed_from,
    signal_versions.c.compartment,
    signal_versions.c.conditions,
    signal_versions.c.wpg_article,
    signal_versions.c.first_processed,
    signal_versions.c.kindcheck,
    signal_versions.c.informal_care_check,
    signal_versions.c.informed,
    signal_versions.c.reporter_kind,
    signal_versions.c.reporter_visibility,
    signal_versions.c.minor_involved,
    signal_versions.c.feedback_wanted,
    signal_versions.c.warnings,
    signals.c.withdrawn_at,
    signal_versions.c.key_id,
    signal_versions.c.blob,
).join(
    signal_versions,
    (signal_versions.c.signal_id == signals.c.id)
    & (signal_versions.c.version == signals.c.current_version),
)
_MENTIONS = select(
    mentions.c.id,
    mentions.c.signal_id,
    mentions.c.version,
    mentions.c.ref,
    mentions.c.roles,
    mentions.c.birth_date,
    mentions.c.sex,
    mentions.c.bsn_state,
    mention_flags.c.flagged_at,
    mentions.c.key_id,
    mentions.c.blob,
).outerjoin(mention_flags, mention_flags.c.mention_id == mentions.c.id)
_CURRENT_MENTIONS = _MENTIONS.join(signals, signals.c.id == mentions.c.signal_id).join(
    version_mentions,
    (version_mentions.c.mention_id == mentions.c.id)
    & (version_mentions.c.version == signals.c.current_version),
)


def _narrative_states(connection: Connection, signal_ids: Collection[str]) -> dict[str, str]:
    newest = (
        select(func.max(narrative_states.c.id))
        .where(among(narrative_states.c.signal_id, signal_ids))
        .group_by(narrative_states.c.signal_id)
    )
    rows = connection.execute(
        select(narrative_states.c.signal_id, narrative_states.c.state).where(
            narrative_states.c.id.in_(newest)
        )
    )
    return {row.signal_id: row.state for row in rows}


def _signal_record(row: Sequence[Any], narrative_state: str) -> SignalRecord:
    # By position, which is a fraction of asking a row by name.
    (
        signal_id, version, state, kind, system, organisation, agency, reference, region,
        created_at, received_at, reported_at, occurred_from, occurred_to, place, addressed_to,
        severity, category, forms, pattern, origin_incident, relay, compartment, conditions,
        wpg_article, first_processed, kindcheck, informal_care_check, informed, reporter_kind,
        reporter_visibility, minor, feedback, warnings, withdrawn_at, key_id, blob,
    ) = row  # fmt: skip
    return SignalRecord(
        id=signal_id,
        version=version,
        state=state,
        kind=kind,
        source_system=system,
        source_organisation=organisation,
        source_agency=agency,
        source_reference=reference,
        region=region,
        created_at=created_at,
        received_at=received_at,
        reported_at=reported_at,
        occurred_from=occurred_from,
        occurred_to=occurred_to,
        place=place,
        addressed_to=addressed_to,
        severity=severity,
        category=category,
        violence_forms=tuple(forms),
        pattern=pattern,
        origin_incident=origin_incident,
        relayed_from=Relay(relay["sourceSystem"], relay["sourceReference"]) if relay else None,
        compartment=compartment,
        conditions=tuple(conditions),
        wpg_article=wpg_article,
        first_processed=first_processed,
        kindcheck=kindcheck,
        informal_care_check=informal_care_check,
        informed=informed,
        reporter_kind=reporter_kind,
        reporter_visibility=reporter_visibility,
        minor_involved=bool(minor),
        feedback_wanted=bool(feedback),
        warnings=tuple(Notice(w["pointer"], w["code"], w["detail"]) for w in warnings),
        narrative_state=narrative_state,
        withdrawn_at=withdrawn_at,
        sealed=Sealed(key_id, blob) if key_id else None,
    )


def _mention_record(row: Sequence[Any]) -> MentionRecord:
    # Taken apart at once: several for each signal are read on every look.
    name, signal, version, ref, roles, birth_date, sex, bsn_state, flagged, key, blob = row
    return MentionRecord(
        id=name,
        signal_id=signal,
        version=version,
        ref=ref,
        roles=tuple(roles),
        birth_date=birth_date,
        sex=sex,
        bsn_state=bsn_state,
        addresses_withheld=flagged is not None,
        sealed=Sealed(key, blob),
    )
