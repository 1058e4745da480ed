"""New rows of one transaction: collected first, then written table by table.

One statement per table, however many signals there are: a bulk delivery costs little more than a
single one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Table

from services.signals.delivery.outbox import new_message
from services.signals.delivery.tables import outbox
from services.signals.intake.answers import notices_json
from services.signals.intake.flagging import mind_addresses
from services.signals.intake.preparing import Prepared
from services.signals.intake.queue import new_row
from services.signals.intake.reception import Unclear
from services.signals.intake.signal import Signal, Source
from services.signals.intake.tables import (
    declared_ties,
    link_queue,
    mentions,
    quarantine,
    signal_versions,
    signals,
    version_mentions,
)
from services.signals.protection.vault import Sealed
from shared import ids
from shared.authentication.actor import Actor
from shared.clients.audit import entry_for
from shared.vocabulary import Purpose

# A row refers to rows of tables before its own.
_ORDER = (
    signals,
    signal_versions,
    mentions,
    version_mentions,
    declared_ties,
    link_queue,
    quarantine,
    outbox,
)


class Trace(NamedTuple):
    """W3C trace and span of a request."""

    trace_id: str
    span_id: str


NO_TRACE = Trace("", "")


@dataclass(frozen=True)
class NewHead:
    """What a first delivery writes about the signal as such."""

    signal_id: str
    reference: str
    region: str
    kind: str
    version: int
    body_hmac: str
    status: int
    answer: str


@dataclass(frozen=True)
class Aside:
    """A delivery for quarantine, sealed."""

    id: str
    signal_id: str
    expected_version: int
    unclear: Unclear
    body_hmac: str
    sealed: Sealed = field(repr=False)


@dataclass
class Batch:
    """Rows of one transaction at one moment (`now`, RFC 3339)."""

    now: str
    _rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _prepared: list[Prepared] = field(default_factory=list)

    def add_head(self, source: Source, head: NewHead) -> None:
        """Writing raises IntegrityError when another delivery of the reference was faster."""
        self._add(
            signals,
            id=head.signal_id,
            source_system=source.system,
            source_organisation=source.organisation,
            source_agency=source.agency,
            source_reference=head.reference,
            region=head.region,
            kind=head.kind,
            current_version=head.version,
            created_at=self.now,
            first_body_hmac=head.body_hmac,
            first_status=head.status,
            first_answer=head.answer,
        )

    def add_version(self, prepared: Prepared) -> None:
        """The version with its mentions and ties; it waits for linking from now on."""
        self._prepared.append(prepared)
        self._add(
            signal_versions,
            signal_id=prepared.signal_id,
            version=prepared.version,
            state="accepted",
            withdrawal_reason=None,
            received_at=self.now,
            warnings=notices_json(prepared.understood.warnings),
            body_hmac=prepared.body_hmac,
            key_id=prepared.sealed.key_id,
            blob=prepared.sealed.blob,
            **_told(prepared.signal),
        )
        self._add_mentions(prepared)
        self._rows.setdefault(link_queue.name, []).append(
            new_row(prepared.signal_id, prepared.version)
        )

    def add_withdrawal(self, last: Row[Any], version: int, reason: str, mark: str) -> None:
        """A version that says nothing but that it is withdrawn; codes stay as they were."""
        values = dict(last._mapping)
        values.update(
            version=version,
            state="withdrawn",
            withdrawal_reason=reason,
            received_at=self.now,
            warnings=[],
            body_hmac=mark,
            key_id=None,
            blob=None,
        )
        self._add(signal_versions, **values)
        self._rows.setdefault(link_queue.name, []).append(new_row(last.signal_id, version))

    def add_aside(self, aside: Aside) -> None:
        """Something for quarantine."""
        self._add(
            quarantine,
            id=aside.id,
            signal_id=aside.signal_id,
            region=aside.unclear.region,
            addressed_to=aside.unclear.addressed_to,
            severity=aside.unclear.severity,
            received_at=self.now,
            expected_version=aside.expected_version,
            faults=[
                {"pointer": f.pointer, "code": f.code, "detail": f.detail}
                for f in aside.unclear.faults
            ],
            body_hmac=aside.body_hmac,
            key_id=aside.sealed.key_id,
            blob=aside.sealed.blob,
        )

    def tell(
        self, actor: Actor, event: str, signal_id: str, region: str, trace: Trace = NO_TRACE
    ) -> None:
        """The entry for the log, in the transaction of what it tells. `trace`: of the request that
        it belongs to, when another one writes it."""
        of_request = (
            {"trace_id": trace.trace_id, "span_id": trace.span_id} if trace.trace_id else {}
        )
        entry = entry_for(
            actor,
            event,
            **of_request,
            occurred_at=self.now,
            purpose=str(Purpose.INTAKE),
            region=region,
            signal_ids=[signal_id],
            reason="registered-source",
            processing_activity="intake",
        )
        self._rows.setdefault(outbox.name, []).append(
            new_message("audit", entry.to_json(), entry.entry_id)
        )

    def write(self, connection: Connection) -> None:
        """Writes everything, and minds the addresses. Raises IntegrityError."""
        for table in _ORDER:
            rows = self._rows.get(table.name)
            if rows:
                connection.execute(table.insert(), rows)
        if self._prepared:
            mind_addresses(connection, self._prepared)

    def _add(self, table: Table, **values: Any) -> None:
        self._rows.setdefault(table.name, []).append(values)

    def _add_mentions(self, prepared: Prepared) -> None:
        where = {"signal_id": prepared.signal_id, "version": prepared.version}
        for mention in prepared.mentions:
            if mention.sealed is not None:
                self._add(
                    mentions,
                    **where,
                    id=mention.id,
                    ref=mention.person.ref,
                    roles=list(dict.fromkeys(mention.person.roles)),
                    birth_date=mention.person.birth_date,
                    sex=mention.person.sex,
                    bsn_state=mention.bsn_state,
                    body_hmac=mention.fingerprint,
                    key_id=mention.sealed.key_id,
                    blob=mention.sealed.blob,
                )
            self._add(version_mentions, **where, mention_id=mention.id)
        for from_mention, to_mention, tie in dict.fromkeys(prepared.ties()):
            self._add(
                declared_ties,
                **where,
                id=ids.new_id(),
                from_mention=from_mention,
                to_mention=to_mention,
                kind=tie.kind,
                since=tie.since,
                until=tie.until,
            )


def _told(signal: Signal) -> dict[str, Any]:
    """The columns that hold what the source told in codes and dates."""
    relay, police, informed = signal.relayed_from, signal.police, signal.informed
    return {
        "reported_at": signal.reported_at,
        "occurred_from": signal.occurred_from,
        "occurred_to": signal.occurred_to,
        "place": signal.place,
        "addressed_to": signal.addressed_to,
        "severity": signal.severity,
        "category": signal.category,
        "violence_forms": list(dict.fromkeys(signal.violence_forms)),
        "pattern": signal.pattern,
        "origin_incident": signal.origin_incident,
        "relayed_from": relay
        and {"sourceSystem": relay.source_system, "sourceReference": relay.source_reference},
        "compartment": signal.compartment,
        "conditions": list(dict.fromkeys(signal.conditions)),
        "wpg_article": police.article if police else "none",
        "first_processed": police.first_processed if police else None,
        "kindcheck": signal.kindcheck,
        "informal_care_check": signal.informal_care_check,
        "informed": "unknown" if informed is None else "yes" if informed.informed else "no",
        "reporter_kind": signal.reporter.kind,
        "reporter_visibility": signal.reporter.visibility,
        "minor_involved": signal.minor_involved,
        "feedback_wanted": signal.feedback_wanted,
    }
