"""The timeline: one item for each incident that may be known, newest first.

Counts of incidents, never of relays: the same incident told by several agencies is one item that
says how often it was passed on. Only viewed items are joined; a masked one stands alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.signals.intake.records import Reporter, SignalContent
from services.signals.picture.circle import Known
from services.signals.picture.decided import INCIDENT, PERSONS, REPORTER, STATEMENTS, KnownItem
from services.signals.picture.model import Involvement, Item, StatementView
from services.signals.picture.wording import say
from services.signals.picture.words import start_of
from shared import clock

NARRATIVE_UNAVAILABLE = "narrative-unavailable"  # a warning code; why is not told (I8)
_DATE = len("2026-03-03")
_BYSTANDER = frozenset({"bystander"})


@dataclass(frozen=True, slots=True)
class Told:
    """What opening the viewed items gave, with the names of visible persons."""

    contents: Mapping[str, SignalContent] = field(repr=False)
    names: Mapping[str, str] = field(repr=False)  # person id → name in a sentence
    last_look: datetime | None
    settled_until: datetime | None = None

    def is_new(self, known: KnownItem) -> bool:
        """Came after the last look; at a first look everything is new."""
        return (
            self.last_look is None or clock.moment(known.item.signal.received_at) > self.last_look
        )


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident: the signal that told it first-hand, and those that passed it on."""

    first: KnownItem
    relays: tuple[KnownItem, ...] = ()

    @property
    def all(self) -> tuple[KnownItem, ...]:
        return (self.first, *self.relays)


def incidents(items: Iterable[KnownItem]) -> list[Incident]:
    """Groups items by the incident they tell; in the order of the timeline."""
    items = list(items)
    keys: dict[str, str] = {known.item.signal.id: known.item.signal.id for known in items}

    def root(key: str) -> str:
        while keys[key] != key:
            key = keys[key]
        return key

    by_reference = {
        (known.item.signal.source_system, known.item.signal.source_reference): known.item.signal.id
        for known in items
        if known.shows(INCIDENT)
    }
    by_incident: dict[str, str] = {}
    for known in items:
        signal = known.item.signal
        if not known.shows(INCIDENT):
            continue
        others = []
        if signal.origin_incident:
            others.append(by_incident.setdefault(signal.origin_incident, signal.id))
        if signal.relayed_from:
            relay = signal.relayed_from
            others.append(by_reference.get((relay.source_system, relay.source_reference), ""))
        for other in others:
            if other:
                keys[root(other)] = root(signal.id)
    groups: dict[str, list[KnownItem]] = defaultdict(list)
    for known in items:
        groups[root(known.item.signal.id)].append(known)
    found = []
    for group in groups.values():
        group.sort(key=_first_hand)
        found.append(Incident(group[0], tuple(group[1:])))
    return sorted(found, key=lambda incident: _newest(incident.first), reverse=True)


def _first_hand(known: KnownItem) -> tuple[bool, datetime, str, str]:
    signal = known.item.signal
    relayed = signal.relayed_from is not None
    return (relayed, start_of(signal.reported_at), signal.created_at, signal.id)


def _newest(known: KnownItem) -> tuple[datetime, datetime, str]:
    signal = known.item.signal
    # A masked item is placed by the day: its hour is not shown either.
    cut = None if known.viewed else _DATE
    return (start_of(signal.occurred_from[:cut]), start_of(signal.reported_at[:cut]), signal.id)


def item_of(incident: Incident, told: Told) -> Item:
    """The item as it is shown."""
    known = incident.first
    if not known.viewed:
        return _masked(known, told)
    signal = known.item.signal
    happened = known.shows(INCIDENT)
    return Item(
        signal_id=signal.id,
        agency=signal.source_agency,
        organisation=signal.source_organisation,
        occurred_from=signal.occurred_from,
        occurred_to=signal.occurred_to or "" if happened else "",
        reported_at=signal.reported_at,
        severity=signal.severity if happened else "",
        category=signal.category if happened else "",
        place=signal.place if happened else "",
        violence_forms=signal.violence_forms if happened else (),
        about=about(incident.all, told.names),
        statements=tuple(_statements(incident, told)),
        reporter=_reporter(known, told.contents),
        mask=None,
        is_new=any(told.is_new(one) for one in incident.all),
        origin_incident=(signal.origin_incident or "") if happened else "",
        relays=len(incident.relays),
        unconfirmed=any(one.item.unconfirmed for one in incident.all),
        warnings=_warnings(known),
    )


def _masked(known: KnownItem, told: Told) -> Item:
    signal = known.item.signal
    return Item(
        signal_id=signal.id,
        agency=signal.source_agency,
        organisation="",
        occurred_from=signal.occurred_from[:_DATE],
        occurred_to="",
        reported_at=signal.reported_at[:_DATE],
        severity="",
        category="",
        place="",
        violence_forms=(),
        about=(),
        statements=(),
        reporter="",
        mask=known.mask,
        is_new=told.is_new(known),
        origin_incident="",
        relays=0,
        unconfirmed=False,
        warnings=(),
    )


def about(items: Iterable[KnownItem], names: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the people that these items are about, bystanders left out."""
    found: dict[str, None] = {}
    for known in items:
        if not known.shows(PERSONS):
            continue
        roles = {mention.id: frozenset(mention.roles) for mention in known.item.mentions}
        for link in known.item.links:
            if link.person_id in names and roles.get(link.mention_id) != _BYSTANDER:
                found[names[link.person_id]] = None
    return tuple(sorted(found))


def _statements(incident: Incident, told: Told) -> Iterable[StatementView]:
    seen: set[str] = set()
    for known in incident.all:
        if not known.shows(STATEMENTS):
            continue
        content = told.contents.get(known.item.signal.id)
        speakers = _speakers(known, told.names) if known.shows(PERSONS) else {}
        passed_on = known is not incident.first
        for statement in content.statements if content else ():
            if statement.text in seen:
                continue
            seen.add(statement.text)
            yield StatementView(
                kind=statement.kind,
                text=statement.text,
                by=speakers.get(statement.by or "", ""),
                through=known.item.signal.source_organisation if passed_on else "",
            )


def _speakers(known: KnownItem, names: Mapping[str, str]) -> dict[str, str]:
    person_of = {link.mention_id: link.person_id for link in known.item.links}
    return {
        mention.ref: names.get(person_of.get(mention.id, ""), "") for mention in known.item.mentions
    }


def _reporter(known: KnownItem, contents: Mapping[str, SignalContent]) -> str:
    if known.item.signal.reporter_kind == "agency":
        return ""  # the agency itself saw it
    content = contents.get(known.item.signal.id)
    if not known.shows(REPORTER) or content is None:
        return say("beschermde melder")
    return _reporter_label(content.reporter)


def _reporter_label(reporter: Reporter) -> str:
    if reporter.visibility == "anonymous":
        return say("anonieme melder")
    if reporter.visibility == "shielded":
        # Kept apart inside Veilig Thuis too (Uitvoeringsbesluit Wmo 4.1.8(3)): never the name.
        return reporter.profession or say("beschermde melder")
    named = ", ".join(part for part in (reporter.name, reporter.profession) if part)
    return named or say("beschermde melder")


def _warnings(known: KnownItem) -> tuple[str, ...]:
    codes = dict.fromkeys(notice.code for notice in known.item.signal.warnings)
    if not known.shows(STATEMENTS):
        codes[NARRATIVE_UNAVAILABLE] = None
    return tuple(codes)


def involvement(items: Sequence[KnownItem], names: Mapping[str, str]) -> tuple[Involvement, ...]:
    """Which organisations the viewed signals come from, for whom, since when; latest first."""
    by_organisation: dict[tuple[str, str], list[KnownItem]] = defaultdict(list)
    for known in items:
        if known.viewed:
            signal = known.item.signal
            by_organisation[signal.source_organisation, signal.source_agency].append(known)
    found = []
    for (organisation, agency), group in by_organisation.items():
        dates = sorted((known.item.signal.reported_at for known in group), key=start_of)
        found.append(
            Involvement(
                organisation=organisation,
                agency=agency,
                for_whom=", ".join(about(group, names)),
                since=dates[0],
                latest=dates[-1],
            )
        )
    return tuple(
        sorted(found, key=lambda one: (start_of(one.latest), one.organisation), reverse=True)
    )


def known_by_name(persons: Mapping[str, Known]) -> tuple[tuple[str, int], ...]:
    """Surnames of the adults among them with how many signals name each, for the household."""
    return tuple((known.surname, known.signals) for known in persons.values() if known.adult)
