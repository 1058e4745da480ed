"""From words to the signals that count: the index proposes, the database and the policy decide.

What is proposed is read again as it stands in the database and judged by the very filter that
lists use. Only what remains is counted, sorted and cut into pages (I3, I4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from services.signals.cases import repository
from services.signals.cases.facts import CLOSED_COMPARTMENT, load_files, told_facts
from services.signals.cases.model import CaseRecord
from services.signals.intake.outlines import SignalOutline, load_outlines
from services.signals.linking.reading import HouseholdItem, household_items, surviving_households
from services.signals.picture.decided import INCIDENT, filter_items
from services.signals.picture.decided import PERSONS as PERSONS_FIELD
from services.signals.picture.decided import STATEMENTS as STATEMENTS_FIELD
from services.signals.picture.words import start_of
from services.signals.search.index import (
    PERSONS,
    STATEMENTS,
    Key,
    Kind,
    Matches,
    Question,
    SearchIndex,
)
from services.signals.search.sieve import DENIED, Judgement, judge, possible
from shared.clients.decisions import Filter, MatchedRule
from shared.clients.facts import FactValue
from shared.vocabulary import LegalContext

# Asked about when there is nothing to ask about: the same queries run in either case (I4).
_NOBODY = ""
_INDEX_FIELDS = {STATEMENTS_FIELD: STATEMENTS, PERSONS_FIELD: PERSONS}


@dataclass(frozen=True, slots=True)
class Found:
    """A signal that may be viewed and in whose visible fields all words occur."""

    case: CaseRecord
    signal: SignalOutline
    rule_id: str
    fields: frozenset[str]

    @property
    def agency(self) -> str:
        return self.signal.source_agency

    @property
    def category(self) -> str:
        return self.signal.category if INCIDENT in self.fields else ""

    @property
    def day(self) -> str:
        return self.signal.occurred_from[:10]

    @property
    def year(self) -> str:
        return self.signal.occurred_from[:4]

    @property
    def order(self) -> tuple[float, str]:
        """Newest first, then by id: no score, so nothing hidden can move it."""
        return (-start_of(self.day).timestamp(), self.signal.id)


def find(
    connection: Connection,
    index: SearchIndex,
    subject: str,
    words: frozenset[str],
    know: Filter,
    view: Filter,
) -> list[Found]:
    """All that `subject` finds in the cases they direct, each signal once. Raises Unavailable when
    the index does not answer."""
    cases = repository.cases_of_person(connection, subject)
    survivors = surviving_households(connection, {case.household_id for case in cases})
    open_ways = _OpenWays(cases, survivors, know, view)
    matches = index.find(
        connection,
        Question(
            words=words,
            households=frozenset(survivors.values()),
            permits=open_ways.permits,
            field_sets=field_sets(view),
        ),
    )
    return _Count(connection, cases, survivors, matches, know, view).found()


def field_sets(view: Filter) -> frozenset[frozenset[str]]:
    """The fields in which words may be looked for, for each rule that lets something be viewed.
    Words of masked fields find nothing."""
    return frozenset(index_fields(clause.visible_fields) for clause in view.any_of) - {frozenset()}


def index_fields(visible: Collection[str]) -> frozenset[str]:
    return frozenset(name for field, name in _INDEX_FIELDS.items() if field in visible)


class _OpenWays:
    """Which documents an index may look into: those of which the policy may let something be
    viewed, from what is known of them beforehand. Only these can be proposed; each is judged again
    with all its facts."""

    def __init__(
        self,
        cases: Collection[CaseRecord],
        survivors: Mapping[str, str],
        know: Filter,
        view: Filter,
    ) -> None:
        self._rules = (know, view)
        self._standing: dict[str, set[_Standing]] = defaultdict(set)
        for case in cases:
            self._standing[survivors[case.household_id]].add(
                _Standing(str(case.legal_context), case.state, case.directing, case.named_actors)
            )
        self._judged: dict[tuple[_Standing, Kind], bool] = {}

    def permits(self, household_id: str, kind: Kind) -> bool:
        return any(self._may(standing, kind) for standing in self._standing[household_id])

    def _may(self, standing: _Standing, kind: Kind) -> bool:
        """The same for all cases that stand alike."""
        judged = self._judged.get((standing, kind))
        if judged is None:
            reserved = frozenset(kind.reserved.split())
            told: dict[str, FactValue] = {
                "sourceAgency": kind.agency,
                "category": kind.category,
                "closedCompartment": CLOSED_COMPARTMENT in reserved,
                "conditions": reserved - {CLOSED_COMPARTMENT},
                "caseContext": standing.context,
                "caseState": standing.state,
                "coordinators": frozenset(standing.directing),
                "namedActors": frozenset(standing.named),
            }
            judged = all(possible(rules, told) for rules in self._rules)
            self._judged[standing, kind] = judged
        return judged


class _Standing(NamedTuple):
    """What the rules ask about a case."""

    context: str
    state: str
    directing: tuple[str, ...]
    named: tuple[str, ...]


class _Count:
    """What counts of that which an index proposed. A few queries, however much that is."""

    def __init__(
        self,
        connection: Connection,
        cases: Collection[CaseRecord],
        survivors: Mapping[str, str],
        matches: Matches,
        know: Filter,
        view: Filter,
    ) -> None:
        self._connection = connection
        self._matches = matches
        self._know = know
        self._view = view
        self._survivors = survivors
        proposed: dict[str, set[str]] = defaultdict(set)
        for keys in matches.values():
            for key in keys:
                proposed[key.household_id].add(key.signal_id)
        self._proposed = proposed
        self._all_cases = list(cases)
        self._cases = [case for case in cases if survivors[case.household_id] in proposed]
        self._outlines = load_outlines(
            connection,
            {signal for signals in proposed.values() for signal in signals} or {_NOBODY},
        )
        self._judged: dict[object, Judgement] = {}

    def found(self) -> list[Found]:
        links = self._links()
        found: dict[str, Found] = {}
        unsure: dict[str, set[str]] = defaultdict(set)
        for case in self._cases:
            for signal_id, own in links.get(case.id, {}).items():
                outline = self._outlines.get(signal_id)
                if outline is None:
                    continue
                judgement = self._judgement(case, outline, own)
                if judgement.open:
                    unsure[case.id].add(signal_id)
                else:
                    self._add(found, case, outline, judgement.rule)
        self._add_unsure(found, unsure)
        return list(found.values())

    def _add(
        self,
        found: dict[str, Found],
        case: CaseRecord,
        outline: SignalOutline,
        rule: MatchedRule | None,
    ) -> None:
        if rule is None:
            return
        key = Key(outline.id, self._survivors[case.household_id])
        if key in self._matches.get(index_fields(rule.visible_fields), frozenset()):
            found.setdefault(outline.id, Found(case, outline, rule.rule_id, rule.visible_fields))

    def _add_unsure(self, found: dict[str, Found], unsure: Mapping[str, set[str]]) -> None:
        """What depends on the persons concerned: with all facts, one by one."""
        cases = [case for case in self._all_cases if case.id in unsure] or self._all_cases[:1]
        signals = {signal for asked in unsure.values() for signal in asked} or {_NOBODY}
        for file in load_files(self._connection, cases, signals):
            asked = unsure.get(file.case.id, set())
            items = [item for item in file.items if item.signal.id in asked]
            for known in filter_items(self._know, self._view, items):
                outline = self._outlines[known.item.signal.id]
                if known.viewed:
                    rule = MatchedRule(known.rule_id, "", "", known.fields)
                    self._add(found, file.case, outline, rule)

    def _judgement(
        self, case: CaseRecord, outline: SignalOutline, links: Collection[HouseholdItem]
    ) -> Judgement:
        """One judgement for all signals of which the rules ask the same."""
        alike = (
            case.id,
            all(link.confirmed for link in links),
            outline.source_agency,
            outline.source_organisation,
            outline.region,
            outline.category,
            outline.addressed_to,
            outline.wpg_article,
            outline.first_processed,
            outline.compartment,
            outline.conditions,
            outline.acute,
            outline.minor_involved,
            outline.withheld,
        )
        judged = self._judged.get(alike)
        if judged is None:
            facts = told_facts(case, outline, links)
            known = judge(self._know, facts)
            judged = judge(self._view, facts) if known.open or known.rule else DENIED
            if known.open and judged.rule:
                judged = Judgement(open=True)
            self._judged[alike] = judged
        return judged

    def _links(self) -> dict[str, dict[str, list[HouseholdItem]]]:
        """Links by case and signal: only what the case's own context bundles there now."""
        by_context: dict[LegalContext, list[CaseRecord]] = defaultdict(list)
        for case in self._cases or self._all_cases[:1]:
            by_context[case.legal_context].append(case)
        links: dict[str, dict[str, list[HouseholdItem]]] = {}
        for context, cases in by_context.items():
            homes: dict[str, dict[str, list[HouseholdItem]]] = defaultdict(
                lambda: defaultdict(list)
            )
            for item in self._items(cases, context):
                homes[item.household_id][item.signal_id].append(item)
            links.update({case.id: homes[case.household_id] for case in cases})
        return links

    def _items(
        self, cases: Collection[CaseRecord], context: LegalContext
    ) -> Iterable[HouseholdItem]:
        return household_items(
            self._connection,
            {case.household_id for case in cases},
            context,
            set(self._outlines) or {_NOBODY},
        )
