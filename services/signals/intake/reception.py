"""From bytes to one of three: a signal understood, a count of advice, or something for quarantine.

Raises InvalidInput with every fault at once; then nothing is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from services.signals.intake import rules
from services.signals.intake.records import Notice
from services.signals.intake.schemas import SIGNAL, SOURCE_REFERENCE, faults_in
from services.signals.intake.signal import Signal, Source
from services.signals.intake.vocabulary import AddressedTo, Kind
from shared.problems import Fault, InvalidInput
from shared.strict_json import bad_text, read_object
from shared.vocabulary import Region


@dataclass(frozen=True)
class Understood:
    """A report without a fault."""

    signal: Signal
    region: str
    warnings: tuple[Notice, ...]
    persons: dict[str, dict[str, Any]] = field(repr=False)  # ref -> the person as delivered


@dataclass(frozen=True)
class Counted:
    """Advice: it happened, and that is all that is kept of it."""

    region: str


@dataclass(frozen=True)
class Unclear:
    """Acute, and with faults: kept whole, at the desk (I7). Faults name places, not values."""

    region: str
    severity: str
    faults: tuple[Fault, ...]
    addressed_to: str = ""  # VT | ZVH | NAZ, when that can be read


Received = Understood | Counted | Unclear


@dataclass(frozen=True)
class Delivery:
    """One document of a source, read but not yet judged."""

    raw: bytes = field(repr=False)
    document: dict[str, Any] = field(repr=False)

    @property
    def reference(self) -> str | None:
        """The source's own reference, when it can serve as one."""
        value = self.document.get("sourceReference")
        usable = isinstance(value, str) and SOURCE_REFERENCE.fullmatch(value) is not None
        return str(value) if usable else None


def open_delivery(raw: bytes) -> Delivery:
    """Raises InvalidInput when the bytes are not one strict JSON object."""
    return Delivery(raw, read_object(raw))


def receive(delivery: Delivery, source: Source) -> Received:
    """Judges a delivery. Raises InvalidInput naming every fault, unless it may wait at the desk."""
    document = delivery.document
    found = rules.check(document, source.agency)
    # Such characters only come written as an escape.
    faults = [*(bad_text(document) if b"\\u" in delivery.raw else ()), *found.faults]
    signal: Signal | None = None
    try:
        signal = SIGNAL.load(document)
    except ValidationError as error:
        faults = [*faults_in(error.messages), *faults]
    if not faults and signal is not None:
        return _accept(signal, document, source, found)
    if _may_wait(delivery, faults):
        return Unclear(
            region=_region_told(document) or source.region,
            severity=str(document["severity"]),
            faults=tuple(_without_values(faults)),
            addressed_to=_addressee_told(document),
        )
    raise InvalidInput("Mend every fault named in errors and send the signal again.", faults=faults)


def _accept(
    signal: Signal, document: dict[str, Any], source: Source, found: rules.Findings
) -> Received:
    region = signal.region_at(source)
    if signal.kind == Kind.ADVICE:
        return Counted(region)
    persons = {person["ref"]: person for person in document.get("persons", ())}
    return Understood(signal, region, tuple(found.warnings), persons)


def _may_wait(delivery: Delivery, faults: list[Fault]) -> bool:
    return (
        delivery.reference is not None
        and rules.is_acute(delivery.document)
        and delivery.document.get("kind") != Kind.ADVICE
        and not any(fault.code in rules.LEGAL_BARS for fault in faults)
    )


def _region_told(document: dict[str, Any]) -> str | None:
    region = document.get("region")
    return str(region) if isinstance(region, str) and region in set(Region) else None


def _addressee_told(document: dict[str, Any]) -> str:
    addressee = document.get("addressedTo")
    known = isinstance(addressee, str) and addressee in set(AddressedTo)
    return str(addressee) if known else ""


def _without_values(faults: list[Fault]) -> list[Fault]:
    # The name of an unknown member is text of the source: only its place is kept.
    return [
        Fault(fault.pointer.rpartition("/")[0], fault.code, fault.detail)
        if fault.code == "unknown-member"
        else fault
        for fault in faults
    ]
