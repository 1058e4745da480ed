"""Signals as a source system writes them, and the steps in which they are delivered.

`Signal.to_json()` is the canonical body of POST /signals/v1/signals. Times are aware datetimes or
dates; a birth date may be partial text ("1987").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Source(StrEnum):
    """The simulated source systems, by their client id."""

    POLICE_UTRECHT = "police-utrecht"
    YOUTH_CARE_UTRECHT = "youthcare-utrecht"
    VEILIG_THUIS_UTRECHT = "vt-utrecht"
    POLICE_GOOI = "police-gooi"
    VEILIG_THUIS_GOOI = "vt-gooi"


REGION_OF = {
    Source.POLICE_UTRECHT: "utrecht",
    Source.YOUTH_CARE_UTRECHT: "utrecht",
    Source.VEILIG_THUIS_UTRECHT: "utrecht",
    Source.POLICE_GOOI: "gooi-en-vechtstreek",
    Source.VEILIG_THUIS_GOOI: "gooi-en-vechtstreek",
}


def _present(**members: Any) -> dict[str, Any]:
    """Only the members that say something: absent, not null, is how nothing is written."""
    return {name: value for name, value in members.items() if value not in (None, "", (), [], {})}


@dataclass(frozen=True)
class Name:
    given: str = ""
    surname: str = ""
    particle: str = ""
    initials: str = ""
    partner_particle: str = ""
    partner_surname: str = ""
    name_use: str = ""  # own | partner | partner_own | own_partner

    @property
    def full(self) -> str:
        """Given name, particle and surname, as a report writes them."""
        return " ".join(part for part in (self.given, self.particle, self.surname) if part)

    def to_json(self) -> dict[str, Any]:
        return _present(
            given=self.given,
            initials=self.initials,
            particle=self.particle,
            surname=self.surname,
            partnerParticle=self.partner_particle,
            partnerSurname=self.partner_surname,
            nameUse=self.name_use,
        )


@dataclass(frozen=True)
class Address:
    street: str
    house_number: int
    postcode: str
    city: str
    suffix: str = ""
    kind: str = "residence"  # residence | postal | registered | shelter | secret

    @property
    def protected(self) -> bool:
        return self.kind in ("shelter", "secret")

    @property
    def line(self) -> str:
        """Street and number, as someone writes it in a narrative."""
        return f"{self.street} {self.house_number}{self.suffix}"

    def to_json(self) -> dict[str, Any]:
        return _present(
            kind=self.kind,
            street=self.street,
            houseNumber=self.house_number,
            houseNumberSuffix=self.suffix,
            postcode=self.postcode,
            city=self.city,
        )


@dataclass(frozen=True)
class Mention:
    """A person as one signal names them. `ref` is the signal's own short name for them."""

    ref: str
    roles: tuple[str, ...]
    name: Name | None = None
    bsn: str = ""
    birth_date: str = ""
    sex: str = ""
    addresses: tuple[Address, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    aliases: tuple[Name, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return _present(
            ref=self.ref,
            roles=list(self.roles),
            bsn=self.bsn,
            name=self.name.to_json() if self.name else None,
            aliases=[alias.to_json() for alias in self.aliases],
            birthDate=self.birth_date,
            sex=self.sex,
            addresses=[address.to_json() for address in self.addresses],
            phones=list(self.phones),
            emails=list(self.emails),
        )


@dataclass(frozen=True)
class Statement:
    """`kind`: fact | statement | suspicion | opinion | unclassified; `by` is a person's ref."""

    kind: str
    text: str
    by: str = ""

    def to_json(self) -> dict[str, Any]:
        return _present(kind=self.kind, text=self.text, by=self.by)


@dataclass(frozen=True)
class Tie:
    """`kind` from `origin` to `target`; of parent_child the origin is the parent."""

    origin: str
    target: str
    kind: str
    since: date | None = None
    until: date | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "from": self.origin,
            "to": self.target,
            "kind": self.kind,
            **_present(
                since=self.since.isoformat() if self.since else "",
                until=self.until.isoformat() if self.until else "",
            ),
        }


@dataclass(frozen=True)
class Reporter:
    kind: str  # professional | private | family | self | agency
    visibility: str = "open"  # open | shielded | anonymous
    profession: str = ""
    name: str = ""
    safety_reason: str = ""
    meldcode_step: int | None = None
    weighing: str = ""  # what the professional weighed: help_possible, unsafe, ...

    def to_json(self) -> dict[str, Any]:
        return _present(
            kind=self.kind,
            visibility=self.visibility,
            profession=self.profession,
            name=self.name,
            safetyReason=self.safety_reason,
            meldcodeStep=self.meldcode_step,
            weighing=self.weighing,
        )


@dataclass(frozen=True)
class Signal:
    """One signal of one source. `occurred` may be a moment, a day or a partial date as text."""

    source: Source
    reference: str
    reported: datetime
    category: str
    severity: str
    occurred: datetime | date | str
    statements: tuple[Statement, ...]
    mentions: tuple[Mention, ...]
    ties: tuple[Tie, ...] = ()
    kind: str = "report"
    addressed_to: str = "VT"
    occurred_to: datetime | date | str | None = None
    place: str = "home"
    violence_forms: tuple[str, ...] = ()
    pattern: str = "unknown"
    origin_incident: str = ""
    relayed_from: tuple[Source, str] | None = None
    reporter: Reporter | None = None
    kindcheck: str = "unknown"
    informal_care_check: str = "unknown"
    informed: bool | None = None
    informed_reason: str = ""
    evidence: tuple[tuple[str, str], ...] = ()
    police_article: str = ""
    first_processed: date | None = None
    conditions: tuple[str, ...] = ()
    compartment: str = ""

    @property
    def incident(self) -> str:
        """What is counted once: the incident it came from, or the signal itself."""
        return self.origin_incident or f"{self.source}:{self.reference}"

    def to_json(self) -> dict[str, Any]:
        relayed = self.relayed_from
        body = _present(
            sourceReference=self.reference,
            kind=self.kind,
            addressedTo=self.addressed_to,
            reportedAt=self.reported.isoformat(timespec="seconds"),
            region=REGION_OF[self.source],
            category=self.category,
            severity=self.severity,
            occurredFrom=_when(self.occurred),
            occurredTo=_when(self.occurred_to) if self.occurred_to else "",
            place=self.place,
            violenceForms=list(self.violence_forms),
            pattern=self.pattern,
            originIncident=self.origin_incident,
            relayedFrom={"sourceSystem": str(relayed[0]), "sourceReference": relayed[1]}
            if relayed
            else None,
            statements=[statement.to_json() for statement in self.statements],
            persons=[mention.to_json() for mention in self.mentions],
            ties=[tie.to_json() for tie in self.ties],
            reporter=self.reporter.to_json() if self.reporter else None,
            kindcheck=self.kindcheck,
            informalCareCheck=self.informal_care_check,
            evidence=[{"kind": kind, "reference": text} for kind, text in self.evidence],
            conditions=list(self.conditions),
            compartment=self.compartment,
        )
        if self.informed is not None:
            body["informed"] = _present(reason=self.informed_reason) | {"informed": self.informed}
        if self.police_article and self.first_processed:
            body["police"] = {
                "article": self.police_article,
                "firstProcessed": self.first_processed.isoformat(),
            }
        return body


def _when(moment: datetime | date | str | None) -> str:
    if isinstance(moment, datetime):
        return moment.isoformat(timespec="seconds")
    if isinstance(moment, date):
        return moment.isoformat()
    return moment or ""


class Step(StrEnum):
    PUSH = "push"
    CORRECT = "correct"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Delivery:
    """One thing a source system does at a moment: push, correct (a whole new version), withdraw."""

    step: Step
    signal: Signal
    at: datetime
    reason: str = ""

    @property
    def key(self) -> str:
        """The same on every run: how a second run knows what was done."""
        return f"{self.signal.source}:{self.signal.reference}:{self.step}"


def pushed(signal: Signal) -> Delivery:
    return Delivery(Step.PUSH, signal, signal.reported)


def corrected(signal: Signal, at: datetime, statements: tuple[Statement, ...]) -> Delivery:
    return Delivery(Step.CORRECT, replace(signal, statements=statements), at)


def withdrawn(signal: Signal, at: datetime, reason: str) -> Delivery:
    return Delivery(Step.WITHDRAW, signal, at, reason)
