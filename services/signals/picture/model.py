"""The values a picture and a work list are made of.

Moments of Bundel itself are aware datetimes (UTC). Times told by a source (`occurred_*`,
`reported_at`, `since`, `until`, `latest`) are text as the source gave them: a partial date
("2026", "2026-03", "2026-03-03") or an RFC 3339 date-time with the source's offset.

Nothing in here is there unless consent granted it: an item without `know` leaves no trace, an item
with `know` but without `view` carries a `Mask` and empty content (I4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Ground:
    """The rule a decision relied on: its id (R01), the law article and one sentence."""

    rule_id: str
    article: str
    summary: str


@dataclass(frozen=True, slots=True)
class Mask:
    """Why the content of an item is not shown. `lifted_by` says who could change that, or ""."""

    title: str
    reason: str
    rule_id: str
    article: str
    lifted_by: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """The head of a case. `name` is the household's display name, made when shown."""

    id: str
    number: str
    legal_context: str
    state: str
    phase: str
    household_id: str
    name: str
    region: str
    coordinator_name: str
    deputy_names: tuple[str, ...]
    assigned_since: datetime | None
    sight_on_safety: str


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that asks for attention now, with the signals behind it.

    kind: acute | new | review | term. A rule found it, never a score (I10). `quoted`: the headline
    is in the words of a source, whose language is Dutch.
    """

    kind: str
    headline: str
    why: str
    signal_ids: tuple[str, ...]
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person of the household, as far as the viewed signals name them.

    `age` in whole years or None. `roles` are roles told in signals; `household_role` the place in
    the circle. `former`: no member any more. `unconfirmed`: an identity link no human confirmed.
    `agencies`: codes of the agencies whose visible signals are about this person. `called`: what
    Item.about calls this person, e.g. the given name when nobody else has it.
    """

    id: str
    name: str
    age: int | None
    sex: str
    roles: tuple[str, ...]
    household_role: str
    former: bool
    unconfirmed: bool
    address_note: str
    agencies: tuple[str, ...]
    called: str = ""


@dataclass(frozen=True, slots=True)
class TieView:
    """A tie between two persons of the picture. parent_child runs from parent to child."""

    from_id: str
    to_id: str
    kind: str
    since: str
    until: str
    former: bool


@dataclass(frozen=True, slots=True)
class StatementView:
    """One statement. kind: fact | statement | suspicion | opinion | unclassified. `by`: who said
    it, when that was told. `through`: the organisation (code) that passed the incident on."""

    kind: str
    text: str
    by: str
    through: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One signal on the timeline. With a mask: agency, dates and the mask, all else empty.

    `organisation` is empty when masked: an organisation's name can give its content away.
    `relays`: how many other signals tell the same incident (counted once, shown in this item).
    """

    signal_id: str
    agency: str
    organisation: str
    occurred_from: str
    occurred_to: str
    reported_at: str
    severity: str
    category: str
    place: str
    violence_forms: tuple[str, ...]
    about: tuple[str, ...]
    statements: tuple[StatementView, ...]
    reporter: str
    mask: Mask | None
    is_new: bool
    origin_incident: str
    relays: int
    unconfirmed: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Involvement:
    """An organisation seen in the visible signals: for whom, since when, latest when."""

    organisation: str
    agency: str
    for_whom: str
    since: str
    latest: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The combined picture of one household for one person, purpose and moment.

    `version` names exactly what was shown: a hash over item ids, versions and link ids.
    `emergency_until`: something in it is open under a break-glass that ends then.
    """

    case: CaseView
    opened_at: datetime
    purpose: str
    ground: Ground
    last_look: datetime | None
    version: str
    attention: tuple[Attention, ...]
    persons: tuple[PersonView, ...]
    ties: tuple[TieView, ...]
    timeline: tuple[Item, ...]
    involvement: tuple[Involvement, ...]
    visible_count: int
    masked_count: int
    emergency_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One case on the list. reason: acute | new | term | quiet; `sentence` says it in words. When
    it begins in the words of a source, `quote` is that beginning."""

    case: CaseView
    reason: str
    sentence: str
    new_count: int
    latest: str
    as_deputy: bool
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Worklist:
    """The cases of one coordinator, in the order of the readable rule (`worklist.ORDER`)."""

    listed_at: datetime
    purpose: str
    rows: tuple[WorklistRow, ...]
