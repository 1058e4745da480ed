"""The values a desk is shown: its queue, a doubted pair, what an act would bring about.

Poor in content: who it may be about, never what was reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

LINK, CANDIDATE, OBJECTION = "link", "candidate", "objection"


@dataclass(frozen=True, slots=True)
class QueuedCase:
    """An open case of the desk. `acute`: one of its signals is (picture/acute.py). `closed_part`:
    a closed compartment lies in it, for which the desk names who may see it; how much, or what, is
    not told. `withheld_count`: signals whose text the desk must redact first."""

    case_id: str
    number: str
    household_id: str
    name: str
    region: str
    legal_context: str
    state: str
    phase: str
    opened_at: datetime
    acute: bool
    signal_count: int
    coordinator_name: str
    deputy_names: tuple[str, ...]
    closed_compartment: bool
    closed_part: bool = False
    withheld_count: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A person that the machine recognised, or whom a coordinator says it mistook, to be judged.

    kind link: confirm it by its link id. candidate: it may be one person or two. objection: a
    coordinator says the link is wrong. `reasons` are codes for linking.explain: why the machine
    hesitates, and for each field that could be compared what it saw ("surname:equal"): worked out
    from what the desk may know of alone. `urgency`: acute | objection | doubt | later, in words on
    the page; `later_until` the day on which it comes back.
    """

    kind: str
    id: str
    case_id: str
    number: str
    signal_id: str
    agency: str
    reported_at: str
    this_name: str = field(repr=False)
    this_birth_date: str = field(repr=False)
    known_name: str = field(repr=False)
    known_birth_date: str = field(repr=False)
    band: str
    reasons: tuple[str, ...]
    made_at: str = ""
    urgency: str = "doubt"
    later_until: str = ""
    later_reason: str = ""
    link_id: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """Cases without a coordinator first, acute ones before the others, oldest first; proposals the
    most urgent first."""

    listed_at: datetime
    cases: tuple[QueuedCase, ...]
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class MentionView:
    """A person as one signal names them, as far as it helps to tell people apart. `place`: of an
    open address only; `address_note`: why there is none. The BSN itself is never shown: `bsn` says
    stated | disputed | invalid | none."""

    mention_id: str
    link_id: str
    signal_id: str
    case_id: str
    number: str
    agency: str
    reported_at: str
    name: str = field(repr=False)
    aliases: tuple[str, ...] = field(repr=False)
    birth_date: str = field(repr=False)
    sex: str
    roles: tuple[str, ...]
    place: str = field(repr=False)
    address_note: str
    bsn: str
    band: str
    confirmed: bool
    acute: bool


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person as the signals that the desk may know of name them."""

    person_id: str
    name: str = field(repr=False)
    birth_date: str = field(repr=False)
    mentions: tuple[MentionView, ...]


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """What was seen of one field of both sides: a code of linking.explain, or `unknown`. `weight`
    says in words how it counts; no sum is made of them (I10)."""

    field: str
    seen: str
    weight: str  # strong-for | for | nothing | against


@dataclass(frozen=True, slots=True)
class Pair:
    """A mention beside the person it may be. `doubts`: codes, why a human is asked."""

    kind: str
    id: str
    case_id: str
    number: str
    opened_at: datetime
    this: PersonRecord
    known: PersonRecord
    fields: tuple[FieldSeen, ...]
    doubts: tuple[str, ...]
    later_until: str
    later_reason: str


@dataclass(frozen=True, slots=True)
class CaseOutlook:
    """What becomes of a case. fate: stays | joins | opens. `joins`: the number of the case it goes
    on in. Counts are of signals that the desk may know of."""

    case_id: str
    number: str
    coordinator_name: str
    signals_now: int
    signals_then: int
    fate: str
    joins: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an act would bring about, worked out by doing it and taking it back. `obstacle`: a code
    when it cannot be done: two-bsns | parted | merged-again."""

    cases: tuple[CaseOutlook, ...]
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class MergeView:
    """Two persons that became one and can be taken apart again. `by_desk`: the id of who did it.
    `undoable`: no later merge stands in the way."""

    merge_id: str
    made_at: str
    name: str = field(repr=False)
    birth_date: str = field(repr=False)
    into_name: str = field(repr=False)
    undoable: bool


@dataclass(frozen=True, slots=True)
class CasePersons:
    """The persons of a case with every mention that makes them up."""

    case_id: str
    number: str
    name: str = field(repr=False)
    opened_at: datetime
    persons: tuple[PersonRecord, ...]
    merges: tuple[MergeView, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What was decided: on which case, and the ids by which it can be undone or accounted for."""

    id: str
    case_id: str
    merge_id: str = ""
    separation_id: str = ""
