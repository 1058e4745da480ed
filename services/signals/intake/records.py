"""What other rooms get from intake: signals and mentions as they are stored, and opened.

Records hold codes and dates; contents hold what was sealed (names, BSN, addresses, narratives).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import msgspec

from services.signals.protection.vault import Sealed
from shared.clock import epoch_days
from shared.vocabulary import Severity

ACUTE = frozenset({Severity.ACUTE, Severity.SPONTANEOUS_DISCLOSURE})


@dataclass(frozen=True)
class Notice:
    """What a source should look at, though the signal was accepted."""

    pointer: str
    code: str
    detail: str


@dataclass(frozen=True)
class Relay:
    """Where the sender had it from: one incident may reach us through several (row 4)."""

    source_system: str
    source_reference: str


class SignalRecord(msgspec.Struct, frozen=True):
    """The current version of a signal. Dates from the source keep its precision and offset."""

    id: str
    version: int
    state: str  # accepted | withdrawn
    kind: str  # report
    source_system: str
    source_organisation: str
    source_agency: str
    source_reference: str
    region: str
    created_at: str
    received_at: str
    reported_at: str  # RFC 3339 with the source's offset
    occurred_from: str  # 2026 | 2026-03 | 2026-03-03 | date-time with offset
    occurred_to: str | None
    place: str
    addressed_to: str  # VT | ZVH | NAZ
    severity: str
    category: str
    violence_forms: tuple[str, ...]
    pattern: str
    origin_incident: str | None
    relayed_from: Relay | None
    compartment: str  # none | honour
    conditions: tuple[str, ...]
    wpg_article: str  # none | 8 | 13
    first_processed: str | None  # 2026-03-03
    kindcheck: str  # yes | no | unknown
    informal_care_check: str
    informed: str  # yes | no | unknown
    reporter_kind: str
    reporter_visibility: str
    minor_involved: bool
    feedback_wanted: bool
    warnings: tuple[Notice, ...]
    narrative_state: str  # clear | withheld | redacted
    withdrawn_at: str | None
    sealed: Sealed | None

    def __repr__(self) -> str:
        return f"SignalRecord({self.id!r}, version={self.version})"

    @property
    def acute(self) -> bool:
        return self.severity in ACUTE

    @property
    def withdrawn(self) -> bool:
        return self.state == "withdrawn"

    @property
    def withheld(self) -> bool:
        """The narrative may not be shown: a protected address was found in it (I8)."""
        return self.narrative_state == "withheld"

    @property
    def first_processed_days(self) -> int:
        """Epoch days of the police's first processing; 0 when it is no police signal."""
        if self.first_processed is None:
            return 0
        return epoch_days(date.fromisoformat(self.first_processed))


@dataclass(frozen=True)
class Statement:
    """One assertion, its kind kept apart: fact, statement, suspicion, opinion, unclassified."""

    kind: str
    text: str = field(repr=False)
    by: str | None = None  # MentionRecord.ref of who said it


@dataclass(frozen=True)
class Reporter:
    kind: str  # professional | private | family | self | agency
    visibility: str  # open | shielded | anonymous
    profession: str | None = None
    name: str | None = field(default=None, repr=False)
    safety_reason: str | None = field(default=None, repr=False)
    meldcode_step: int | None = None
    weighing: str | None = None


@dataclass(frozen=True)
class Evidence:
    kind: str
    reference: str = field(repr=False)


@dataclass(frozen=True)
class Request:
    """A question of the JZV interface with its answer, e.g. VT-002."""

    question: str
    answer: str = field(repr=False)


@dataclass(frozen=True)
class SignalContent:
    """What was sealed with a signal."""

    reporter: Reporter
    statements: tuple[Statement, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    requests: tuple[Request, ...] = ()
    informed_reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Name:
    given: str | None = None
    initials: str | None = None
    particle: str | None = None
    surname: str | None = None
    partner_particle: str | None = None
    partner_surname: str | None = None
    name_use: str | None = None  # own | partner | own_partner | partner_own


@dataclass(frozen=True)
class Address:
    """Never a shelter or a secret address: those are kept as register entries only (I8)."""

    kind: str  # residence | postal | registered
    street: str | None = None
    house_number: int | None = None
    house_number_suffix: str | None = None
    postcode: str | None = None  # 1234AB
    city: str | None = None


class MentionRecord(msgspec.Struct, frozen=True):
    """A person as one signal names them. Immutable; `version` is where it first appeared."""

    id: str
    signal_id: str
    version: int
    ref: str
    roles: tuple[str, ...]
    birth_date: str | None  # 2010 | 2010-05 | 2010-05-17
    sex: str
    bsn_state: str  # ok | invalid | disputed | none; only "ok" may become a match key
    addresses_withheld: bool  # an address turned out to be protected: none of them is given
    sealed: Sealed

    def __repr__(self) -> str:
        return f"MentionRecord({self.id!r})"


@dataclass(frozen=True)
class MentionContent:
    """What was sealed with a mention. `protected_address`: there is one, and it is kept nowhere;
    `told_protected`: this signal itself says so, not another that who reads this may not know."""

    bsn: str | None = field(default=None, repr=False)
    name: Name | None = field(default=None, repr=False)
    aliases: tuple[Name, ...] = field(default=(), repr=False)
    addresses: tuple[Address, ...] = field(default=(), repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    emails: tuple[str, ...] = field(default=(), repr=False)
    protected_address: bool = False
    told_protected: bool = False


@dataclass(frozen=True)
class DeclaredTie:
    """A tie as the current version of a signal declares it. parent_child: from = parent."""

    signal_id: str
    version: int
    from_mention: str
    to_mention: str
    kind: str
    since: str | None
    until: str | None
