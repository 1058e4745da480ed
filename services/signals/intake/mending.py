"""A message that was not understood, mended by the desk: the same document with some members set
anew, judged by the same rules as at the door. Nothing of the original bytes is lost (I6, I7)."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, select, update

from services.signals.intake import heads, queue
from services.signals.intake.batch import Batch
from services.signals.intake.preparing import Prepared, Wanted
from services.signals.intake.reception import Unclear, Understood, open_delivery, receive
from services.signals.intake.records import Notice
from services.signals.intake.schemas import SIGNAL, faults_in
from services.signals.intake.sealing import quarantine_aad
from services.signals.intake.service import Intake
from services.signals.intake.signal import Source
from services.signals.intake.tables import quarantine, signals
from services.signals.intake.vocabulary import PROTECTED_KINDS
from services.signals.protection.addresses import protected_among
from services.signals.protection.vault import Sealed
from shared import clock
from shared.problems import Conflict, Fault, InvalidInput

MENDED = Notice("", "mended-at-desk", "The desk mended what was not understood in this message.")


@dataclass(frozen=True)
class Change:
    """One member set anew; `value` None leaves it out."""

    pointer: str  # RFC 6901
    value: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Leaf:
    """One value in the document. `masked`: it belongs to a protected address, or is a text that
    holds one (I8); then there is no value."""

    pointer: str
    value: str = field(repr=False)
    masked: bool


@dataclass(frozen=True)
class Mended:
    """Understood at last, ready to write."""

    row: Row[Any]
    source_system: str
    prepared: Prepared


class Mending:
    """Opens and mends held messages. The caller has asked whether it may."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._vault = intake.preparer.vault
        self._keyer = intake.preparer.keyer

    def row(self, connection: Connection, held_id: str) -> Row[Any] | None:
        """A held message that was not resolved, with its head; None when there is none."""
        return connection.execute(
            select(
                quarantine,
                signals.c.source_system,
                signals.c.source_organisation,
                signals.c.source_agency,
            )
            .join(signals, signals.c.id == quarantine.c.signal_id)
            .where(quarantine.c.id == held_id, quarantine.c.resolved_at.is_(None))
        ).one_or_none()

    def leaves(self, connection: Connection, row: Row[Any]) -> list[Leaf]:
        """What the message says, member by member, protected addresses masked."""
        document = self._open(row)
        found = list(_leaves("", document))
        tokens = {
            pointer: self._keyer.tokens_in(value)
            for pointer, value in found
            if isinstance(value, str)
        }
        known = protected_among(connection, frozenset().union(*tokens.values()))
        inside = _protected_places(document)
        return [
            Leaf(pointer, "" if hidden else _shown(value), hidden)
            for pointer, value in found
            for hidden in [
                pointer.startswith(inside) or bool(tokens.get(pointer, frozenset()) & known)
            ]
        ]

    def mend(
        self, row: Row[Any], changes: Sequence[Change], *, drop_unknown: bool = False
    ) -> Mended:
        """The message with these changes, judged anew. Raises InvalidInput with every fault that is
        left; then nothing changed."""
        document = copy.deepcopy(self._open(row))
        for change in changes:
            _set(document, change)
        if drop_unknown:
            _drop_unknown(document)
        raw = json.dumps(document, ensure_ascii=False).encode()
        source = Source(row.source_system, row.source_organisation, row.source_agency, row.region)
        received = receive(open_delivery(raw), source)
        if isinstance(received, Unclear):
            raise InvalidInput("Mend every fault named in errors.", faults=received.faults)
        if not isinstance(received, Understood):
            raise InvalidInput("A report does not become advice.")
        received = replace(received, warnings=(*received.warnings, MENDED))
        with self._intake.engine.connect() as connection:
            kept = heads.kept_mentions(connection, row.signal_id, row.expected_version)
        wanted = Wanted(row.signal_id, row.expected_version + 1, raw, received, kept)
        return Mended(row, row.source_system, self._intake.prepare([wanted])[0])

    def write(self, connection: Connection, mended: Mended, by: str) -> None:
        """Adds the version; it walks on to linking. Raises Conflict when the source was faster."""
        row, prepared = mended.row, mended.prepared
        region = prepared.understood.region
        if not heads.advance(connection, row.signal_id, row.expected_version, region):
            raise Conflict("The source sent another version just now. Look again.")
        queue.supersede(connection, row.signal_id, row.expected_version)
        connection.execute(
            update(quarantine).where(quarantine.c.id == row.id).values(resolved_by=by)
        )
        heads.resolve_quarantine(connection, row.signal_id)
        batch = Batch(clock.timestamp(clock.now()))
        batch.add_version(prepared)
        batch.write(connection)

    def send_back(self, connection: Connection, held_id: str, reason: str, by: str) -> bool:
        """Marks it as sent back: its source is told by its status. It stays, and stays counted,
        until the source mends or withdraws it (I7). False when it was sent back before."""
        changed = connection.execute(
            update(quarantine)
            .where(quarantine.c.id == held_id, quarantine.c.returned_at.is_(None))
            .values(returned_at=clock.timestamp(clock.now()), returned_by=by, return_reason=reason)
        )
        return bool(changed.rowcount)

    def _open(self, row: Row[Any]) -> dict[str, Any]:
        raw = self._vault.open_many([(Sealed(row.key_id, row.blob), quarantine_aad(row.id))])[0]
        return dict(open_delivery(raw).document)


def _leaves(pointer: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        parts = [(f"{pointer}/{_escaped(name)}", item) for name, item in value.items()]
    elif isinstance(value, list):
        parts = [(f"{pointer}/{number}", item) for number, item in enumerate(value)]
    else:
        return [(pointer, value)]
    return [leaf for place, item in parts for leaf in _leaves(place, item)]


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _protected_places(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Pointers of addresses that say of themselves that they are protected, or do not say what
    they are: those may be."""
    open_kinds = {"residence", "postal", "registered"}
    found = []
    persons = document.get("persons")
    for number, person in enumerate(persons if isinstance(persons, list) else ()):
        addresses = person.get("addresses") if isinstance(person, Mapping) else None
        for place, address in enumerate(addresses if isinstance(addresses, list) else ()):
            kind = address.get("kind") if isinstance(address, Mapping) else None
            if kind in PROTECTED_KINDS or kind not in open_kinds:
                found.append(f"/persons/{number}/addresses/{place}/")
    return tuple(found) or ("\n",)  # no pointer begins like this


def _set(document: dict[str, Any], change: Change) -> None:
    """Raises InvalidInput when there is no such place."""
    *path, last = [
        part.replace("~1", "/").replace("~0", "~") for part in change.pointer.split("/")[1:]
    ] or [""]
    place: Any = document
    try:
        for part in path:
            place = place[int(part)] if isinstance(place, list) else place[part]
        if isinstance(place, list):
            if change.value is None:
                del place[int(last)]
            else:
                place[int(last)] = change.value
        elif not isinstance(place, dict) or not last:
            raise TypeError
        elif change.value is None:
            place.pop(last, None)
        else:
            place[last] = change.value
    except (KeyError, IndexError, ValueError, TypeError):
        raise InvalidInput(
            "Mend every fault named in errors.",
            faults=[Fault(change.pointer, "no-such-place", "There is nothing here to set.")],
        ) from None


def _drop_unknown(document: dict[str, Any]) -> None:
    for fault in faults_in(SIGNAL.validate(document)):
        if fault.code == "unknown-member":
            _set(document, Change(fault.pointer))
