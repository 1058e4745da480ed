"""What the policy must know of every item of a case, read in bulk: a fixed number of queries for
any number of signals. Whether an item may be shown is decided elsewhere, from these facts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from services.signals.cases.ages import whole_years
from services.signals.cases.model import CaseRecord
from services.signals.intake.outlines import SignalOutline
from services.signals.intake.reading import load_mentions, load_signals
from services.signals.intake.records import MentionRecord, SignalRecord
from services.signals.linking.reading import HouseholdItem, household_items, person_mentions
from shared import clock
from shared.clients.decisions import CaseFacts, SignalFacts, Subject
from shared.vocabulary import LegalContext

# Roles of the people whose file a signal is. Others are named in it, but it is not their file:
# their consent is not asked. A signal that names none of these is about everyone but bystanders.
CONCERNED = frozenset({"victim", "both", "child_victim", "child_witness"})
_BYSTANDER = frozenset({"bystander"})
CLOSED_COMPARTMENT = "honour"


@dataclass(frozen=True, slots=True)
class CaseItem:
    """One signal in one case, with the links that bring it there and the facts for the policy."""

    signal: SignalRecord
    links: tuple[HouseholdItem, ...]
    mentions: tuple[MentionRecord, ...]
    facts: SignalFacts = field(repr=False)

    @property
    def unconfirmed(self) -> bool:
        """A machine joined it and no human has looked (I10)."""
        return any(not link.confirmed and link.band in ("auto", "review") for link in self.links)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with everything the links of its context bring into it, known to the viewer or not."""

    case: CaseRecord
    items: tuple[CaseItem, ...]

    @property
    def closed_compartment(self) -> bool:
        """Everything in it is closed: then the case itself is known to named people only."""
        return bool(self.items) and all(item.facts.closed_compartment for item in self.items)

    @property
    def closed_part(self) -> bool:
        """Something in it is closed: somebody must be named, or nobody ever sees it."""
        return any(item.facts.closed_compartment for item in self.items)


def case_facts(case: CaseRecord, closed_compartment: bool) -> CaseFacts:
    """The facts about the case itself."""
    return CaseFacts(
        case_context=str(case.legal_context),
        case_state=case.state,
        region=case.region,
        coordinators=frozenset(case.directing),
        closed_compartment=closed_compartment,
        named_actors=frozenset(case.named_actors),
    )


def facts_of_nothing() -> CaseFacts:
    """Facts of a case that does not exist: asked and refused like any other (I4)."""
    return CaseFacts("none", "closed", "", frozenset(), False, frozenset())


def load_files(
    connection: Connection,
    cases: Iterable[CaseRecord],
    signal_ids: Collection[str] | None = None,
) -> list[CaseFile]:
    """The files of several cases in their order, with as many queries as for one. With
    `signal_ids` only these signals: such a file does not know if everything is closed."""
    cases = list(cases)
    items_by_case: dict[str, list[HouseholdItem]] = {case.id: [] for case in cases}
    by_context: dict[LegalContext, list[CaseRecord]] = defaultdict(list)
    for case in cases:
        by_context[case.legal_context].append(case)
    for context, group in by_context.items():
        found: dict[str, list[HouseholdItem]] = defaultdict(list)
        for item in household_items(connection, {c.household_id for c in group}, context):
            if signal_ids is None or item.signal_id in signal_ids:
                found[item.household_id].append(item)
        for case in group:
            items_by_case[case.id] = found[case.household_id]
    links = [link for items in items_by_case.values() for link in items]
    signals = load_signals(connection, {link.signal_id for link in links})
    mentions: dict[str, list[MentionRecord]] = defaultdict(list)
    for mention in load_mentions(connection, signals):
        mentions[mention.signal_id].append(mention)
    clusters = person_mentions(connection, {link.person_id for link in links})
    people = _People(clusters, clock.today())
    return [
        CaseFile(
            case,
            tuple(_case_items(case, items_by_case[case.id], signals, mentions, people)),
        )
        for case in cases
    ]


def _case_items(
    case: CaseRecord,
    links: Sequence[HouseholdItem],
    signals: dict[str, SignalRecord],
    mentions: dict[str, list[MentionRecord]],
    people: _People,
) -> Iterable[CaseItem]:
    by_signal: dict[str, list[HouseholdItem]] = defaultdict(list)
    for link in links:
        by_signal[link.signal_id].append(link)
    for signal_id in sorted(by_signal):
        signal = signals.get(signal_id)
        if signal is None or signal.withdrawn:
            continue
        own = tuple(by_signal[signal_id])
        linked = {link.mention_id for link in own}
        named = tuple(m for m in mentions[signal_id] if m.id in linked)
        yield CaseItem(
            signal=signal,
            links=own,
            mentions=named,
            facts=_signal_facts(case, signal, own, named, people),
        )


def told_facts(
    case: CaseRecord, signal: SignalOutline, links: Collection[HouseholdItem]
) -> SignalFacts:
    """The facts of one signal without the persons it is about: enough where no rule asks them."""
    return _signal_facts(case, signal, links, (), _People({}, clock.today()))


def _signal_facts(
    case: CaseRecord,
    signal: SignalRecord | SignalOutline,
    links: Collection[HouseholdItem],
    mentions: Sequence[MentionRecord],
    people: _People,
) -> SignalFacts:
    """The facts of one signal, looked at from one case."""
    return SignalFacts(
        source_agency=signal.source_agency,
        source_organisation=signal.source_organisation,
        category=signal.category,
        region=signal.region,
        addressed_to=signal.addressed_to,
        wpg_article=signal.wpg_article,
        first_processed_days=signal.first_processed_days,
        case_context=str(case.legal_context),
        case_state=case.state,
        coordinators=frozenset(case.directing),
        closed_compartment=signal.compartment == CLOSED_COMPARTMENT,
        named_actors=frozenset(case.named_actors),
        withheld=signal.withheld,
        restricted=False,
        conditions=frozenset(signal.conditions),
        minor_involved=signal.minor_involved,
        human_confirmed=all(link.confirmed for link in links),
        acute=signal.acute,
        subjects=_subjects(links, mentions, people),
    )


def _subjects(
    links: Collection[HouseholdItem],
    mentions: Sequence[MentionRecord],
    people: _People,
) -> tuple[Subject, ...]:
    person_of = {link.mention_id: link.person_id for link in links}
    concerned = [m for m in mentions if CONCERNED & set(m.roles)]
    if not concerned:
        concerned = [m for m in mentions if not set(m.roles) or set(m.roles) - _BYSTANDER]
    ages: dict[str, int | None] = {}
    for mention in concerned:
        person = person_of[mention.id]
        # The signal's own word on the age: another signal may be unknown to who looks.
        if ages.get(person) is None:
            ages[person] = people.age(mention.birth_date)
    return tuple(people.subject(person, age) for person, age in sorted(ages.items()))


class _People:
    """Persons as subjects of the rules: one value for all signals that tell of them alike."""

    def __init__(self, clusters: dict[str, list[str]], today: date) -> None:
        self._clusters = clusters
        self._today = today
        self._ages: dict[str | None, int | None] = {}
        self._mentions: dict[str, tuple[str, ...]] = {}
        self._subjects: dict[tuple[str, int | None], Subject] = {}

    def age(self, birth_date: str | None) -> int | None:
        if birth_date not in self._ages:
            self._ages[birth_date] = whole_years(birth_date, self._today)
        return self._ages[birth_date]

    def subject(self, person: str, age: int | None) -> Subject:
        found = self._subjects.get((person, age))
        if found is None:
            mentions = self._mentions.get(person)
            if mentions is None:
                mentions = tuple(sorted(self._clusters.get(person, ())))
                self._mentions[person] = mentions
            found = self._subjects[person, age] = Subject(mentions, age)
        return found
