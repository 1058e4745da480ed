"""The door of this room: searching what one may view.

Filter first, then count: the consent service's filter and the tokens of one's own households go
into the index query, every hit is checked again with its facts through that very filter, and only
what remains is counted, sorted, cut into pages (I3, I4). Words of masked fields find nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from services.signals.cases import repository
from services.signals.cases.facts import CaseFile, load_files
from services.signals.cases.model import CaseRecord
from services.signals.linking.reading import surviving_households
from services.signals.picture.builder import Opened, View, case_view
from services.signals.picture.decided import INCIDENT, KNOW, VIEW, KnownItem, filter_items
from services.signals.picture.decided import PERSONS as PERSONS_FIELD
from services.signals.picture.decided import STATEMENTS as STATEMENTS_FIELD
from services.signals.picture.reader import open_viewed
from services.signals.picture.service import demand_purpose
from services.signals.picture.words import start_of
from services.signals.protection.vault import Vault
from services.signals.search import documents
from services.signals.search.excerpt import excerpt
from services.signals.search.index import FIELDS, PERSONS, STATEMENTS, Key, SearchIndex
from services.signals.search.model import PAGE, Facet, Hit, SearchQuery, SearchResult
from services.signals.search.tokens import Tokeniser
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.audit import DENY, AuditClient, entry_for
from shared.clients.decisions import DecisionClient, Filter, Question
from shared.problems import Fault, InvalidInput, NotFound

ACTIVITY = "urn:bundel:processing:search"
_MOST_WORDS = 12
_INDEX_FIELDS = {STATEMENTS_FIELD: STATEMENTS, PERSONS_FIELD: PERSONS}


@dataclass(frozen=True, slots=True)
class _Found:
    """A signal that may be viewed and in whose visible fields all words occur."""

    case: CaseRecord
    known: KnownItem

    @property
    def category(self) -> str:
        return self.known.item.signal.category if self.known.shows(INCIDENT) else ""

    @property
    def year(self) -> str:
        return self.known.item.signal.occurred_from[:4]

    @property
    def day(self) -> str:
        return self.known.item.signal.occurred_from[:10]

    @property
    def order(self) -> tuple[float, str]:
        """Newest first, then by id: no score, so nothing hidden can move it."""
        return (-start_of(self.day).timestamp(), self.known.item.signal.id)


class SearchService:
    """Searches for one actor at a time. Raises NotFound when the actor may not search at all,
    InvalidInput for a question without words, Unavailable when consent or the log are silent."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        decisions: DecisionClient,
        audit: AuditClient,
        index: SearchIndex,
        tokeniser: Tokeniser,
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._decisions = decisions
        self._audit = audit
        self._index = index
        self._tokeniser = tokeniser

    def search(self, actor: Actor, query: SearchQuery) -> SearchResult:
        """One page of what was found; an entry names the found signals of that page, no words."""
        demand_purpose(query.purpose)
        tokens = self._tokens(query)
        rule = self._demand_search(actor, query.purpose)
        know = self._decisions.filter(actor, KNOW, query.purpose)
        view = self._decisions.filter(actor, VIEW, query.purpose)
        with self._engine.connect() as connection, connection.begin():
            cases = repository.cases_of_person(connection, actor.subject)
            found = self._candidates(connection, cases, tokens, know, view)
            in_time = [one for one in found if _within(one.day, query.since, query.until)]
            narrowed = sorted(
                (one for one in in_time if _narrowed(one, query)), key=lambda one: one.order
            )
            start = (query.page - 1) * PAGE
            page = narrowed[start : start + PAGE]
            files = load_files(connection, _cases_of(page))
        hits, persons = self._hits(page, files, know, view, query.text)
        self._audit.record(
            [
                entry_for(
                    actor,
                    "search.done",
                    purpose=query.purpose,
                    ground="+".join([rule, *sorted({one.known.rule_id for one in page})]),
                    decision_id=view.decision_id,
                    policy_version=view.policy_version,
                    revision=view.revision,
                    subjects=persons,
                    signal_ids=[one.known.item.signal.id for one in page],
                    region=actor.region,
                    result_count=len(narrowed),
                    processing_activity=ACTIVITY,
                )
            ]
        )
        return SearchResult(
            count=len(narrowed),
            page=query.page,
            pages=max(1, -(-len(narrowed) // PAGE)),
            hits=tuple(hits),
            facets=tuple(_facets(in_time)),
        )

    def _tokens(self, query: SearchQuery) -> frozenset[str]:
        tokens = self._tokeniser.words(query.text)
        if not tokens:
            raise _fault("/text", "no-words", "Give at least one word that says something.")
        if len(tokens) > _MOST_WORDS:
            raise _fault("/text", "too-many-words", f"Give at most {_MOST_WORDS} words.")
        return tokens

    def _demand_search(self, actor: Actor, purpose: str) -> str:
        """The rule that lets the actor search, so that a look with no result has a ground too."""
        asked = self._decisions.ask(actor, Question("search", purpose, "signals", ids.new_id()))
        if asked.permitted:
            return asked.ground.rule_id if asked.ground else ""
        self._audit.record(
            [
                entry_for(
                    actor,
                    "decision.refused",
                    decision=DENY,
                    purpose=purpose,
                    decision_id=asked.decision_id,
                    policy_version=asked.policy_version,
                    revision=asked.revision,
                    region=actor.region,
                    reason="search.done",
                    processing_activity=ACTIVITY,
                )
            ]
        )
        raise NotFound

    def _candidates(
        self,
        connection: Connection,
        cases: Sequence[CaseRecord],
        tokens: frozenset[str],
        know: Filter,
        view: Filter,
    ) -> list[_Found]:
        households = surviving_households(connection, {case.household_id for case in cases})
        access = {
            way.access
            for way in documents.ways(connection, set(households.values()))
            if _possible(view, way.agency, way.category)
        }
        by_fields = {
            fields: self._index.query(connection, tokens, access, fields)
            for fields in (frozenset(FIELDS), frozenset({STATEMENTS}), frozenset({PERSONS}))
        }
        candidates = {key.signal_id for key in by_fields[frozenset(FIELDS)]}
        found: dict[str, _Found] = {}
        for file in load_files(connection, cases, candidates):
            for known in filter_items(know, view, file.items):
                fields = frozenset(
                    name for field, name in _INDEX_FIELDS.items() if known.shows(field)
                )
                key = Key(known.item.signal.id, households[file.case.household_id])
                if key in by_fields.get(fields, frozenset()):
                    found.setdefault(key.signal_id, _Found(file.case, known))
        return list(found.values())

    def _hits(
        self,
        page: Sequence[_Found],
        files: Sequence[CaseFile],
        know: Filter,
        view: Filter,
        text: str,
    ) -> tuple[list[Hit], list[str]]:
        """Hits with the name of their household, and the persons they are about."""
        now = clock.now()
        names = {}
        for file in files:
            known = filter_items(know, view, file.items)
            opened = open_viewed(self._vault, known, contents=False)
            seen = View(file.case, known, opened, None, now)
            names[file.case.id] = case_view(file.case, seen.persons()).name
        opened = open_viewed(self._vault, [one.known for one in page])
        hits = [_hit(one, names[one.case.id], opened, text) for one in page]
        persons = dict.fromkeys(
            link.person_id
            for one in page
            if one.known.shows(PERSONS_FIELD)
            for link in one.known.item.links
        )
        return hits, list(persons)


def _hit(found: _Found, name: str, opened: Opened, text: str) -> Hit:
    signal = found.known.item.signal
    content = opened.signals.get(signal.id)
    readable = content is not None and found.known.shows(STATEMENTS_FIELD)
    statements = content.statements if content is not None and readable else ()
    return Hit(
        case_id=found.case.id,
        household_id=found.case.household_id,
        name=name,
        signal_id=signal.id,
        agency=signal.source_agency,
        organisation=signal.source_organisation,
        occurred_from=signal.occurred_from,
        reported_at=signal.reported_at,
        severity=signal.severity if found.known.shows(INCIDENT) else "",
        category=found.category,
        excerpt=excerpt([statement.text for statement in statements], text),
    )


def _possible(view: Filter, agency: str, category: str) -> bool:
    """Can any rule let through something of this source and category? Only spares the index work:
    what it leaves in is checked again."""
    told = {"sourceAgency": agency, "category": category}
    return any(
        all(
            condition.holds({condition.field: told[condition.field]}, ())
            for condition in clause.all_of
            if condition.field in told
        )
        for clause in view.any_of
    )


def _within(day: str, since: str, until: str) -> bool:
    """A partial date counts by its first day."""
    moment = start_of(day)
    return (not since or moment >= _day(since)) and (not until or moment <= _day(until))


def _day(text: str) -> datetime:
    return start_of(text)


def _narrowed(found: _Found, query: SearchQuery) -> bool:
    agency = found.known.item.signal.source_agency
    return query.agency in ("", agency) and query.category in ("", found.category)


def _cases_of(page: Iterable[_Found]) -> list[CaseRecord]:
    return list({one.case.id: one.case for one in page}.values())


def _facets(found: Collection[_Found]) -> list[Facet]:
    """Counts by agency, category and year of all that was found before narrowing to one."""
    kinds = {
        "agency": Counter(one.known.item.signal.source_agency for one in found),
        "category": Counter(one.category for one in found if one.category),
        "year": Counter(one.year for one in found),
    }
    return [
        Facet(kind, code, counts[code]) for kind, counts in kinds.items() for code in sorted(counts)
    ]


def _fault(pointer: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput("Mend every fault named in errors.", faults=[Fault(pointer, code, detail)])
