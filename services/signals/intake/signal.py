"""The canonical signal as understood, before it is stored: values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.signals.intake.partial_dates import read_moment, surely_younger_than
from services.signals.intake.records import Evidence, Name, Relay, Reporter, Request, Statement
from services.signals.intake.regions import region_for
from services.signals.intake.vocabulary import CHILD_ROLES, PROTECTED_KINDS
from services.signals.protection.addresses import AddressParts
from shared.clock import DUTCH_TIME

ADULT = 18  # years


@dataclass(frozen=True)
class Source:
    """The source system that delivers, as its token says."""

    system: str  # client id
    organisation: str
    agency: str
    region: str


@dataclass(frozen=True)
class GivenAddress:
    """An address as delivered; protected ones (shelter, secret) go no further than the register."""

    kind: str
    street: str | None = field(default=None, repr=False)
    house_number: int | None = field(default=None, repr=False)
    house_number_suffix: str | None = field(default=None, repr=False)
    postcode: str | None = field(default=None, repr=False)
    city: str | None = field(default=None, repr=False)

    @property
    def protected(self) -> bool:
        return self.kind in PROTECTED_KINDS

    @property
    def parts(self) -> AddressParts:
        return AddressParts(self.street or "", self.house_number, self.postcode or "")


@dataclass(frozen=True)
class Person:
    """A person as this signal names them."""

    ref: str
    roles: tuple[str, ...]
    sex: str
    bsn_disputed: bool
    bsn: str | None = field(repr=False)
    name: Name | None = field(repr=False)
    aliases: tuple[Name, ...] = field(repr=False)
    birth_date: str | None = field(repr=False)
    addresses: tuple[GivenAddress, ...] = field(repr=False)
    phones: tuple[str, ...] = field(repr=False)
    emails: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class GivenTie:
    from_ref: str
    to_ref: str
    kind: str
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True)
class Informed:
    informed: bool
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Police:
    article: str
    first_processed: str


@dataclass(frozen=True)
class Signal:
    """A report that holds no fault. Dates as the source wrote them."""

    source_reference: str
    kind: str
    addressed_to: str
    reported_at: str
    category: str
    severity: str
    occurred_from: str
    occurred_to: str | None
    place: str
    violence_forms: tuple[str, ...]
    pattern: str
    origin_incident: str | None
    relayed_from: Relay | None
    region: str | None
    statements: tuple[Statement, ...]
    persons: tuple[Person, ...]
    ties: tuple[GivenTie, ...]
    reporter: Reporter
    kindcheck: str
    informal_care_check: str
    informed: Informed | None
    evidence: tuple[Evidence, ...]
    police: Police | None
    conditions: tuple[str, ...]
    compartment: str
    requests: tuple[Request, ...]
    feedback_wanted: bool

    @property
    def reported(self) -> datetime:
        return read_moment(self.reported_at)

    @property
    def minor_involved(self) -> bool:
        """Someone is surely under 18 at the time of the report, or has a child's role."""
        on = self.reported.astimezone(DUTCH_TIME).date()
        return any(
            CHILD_ROLES & set(person.roles)
            or (person.birth_date is not None and surely_younger_than(ADULT, person.birth_date, on))
            for person in self.persons
        )

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything people wrote: where a protected address could stand."""
        reason = (self.informed.reason,) if self.informed and self.informed.reason else ()
        return (
            *(statement.text for statement in self.statements),
            *(request.answer for request in self.requests),
            *(piece.reference for piece in self.evidence),
            *reason,
            *(
                text
                for text in (
                    self.reporter.name,
                    self.reporter.profession,
                    self.reporter.safety_reason,
                    self.origin_incident,
                )
                if text
            ),
            *(
                " ".join(part for part in (name.given, name.surname, name.partner_surname) if part)
                for person in self.persons
                for name in (person.name, *person.aliases)
                if name is not None
            ),
        )

    def region_at(self, source: Source) -> str:
        """As told, else by the first unprotected address, else the source's own."""
        postcodes = (
            address.postcode
            for person in self.persons
            for address in person.addresses
            if address.postcode and not address.protected
        )
        return region_for(self.region, postcodes, source.region)
