"""The door of this room: searching what one may view.

Filter first, then count: the words go to the index together with the searcher's own households
and what the consent service's filter can let through; finding.py says what counts of it. Words of
masked fields find nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from services.signals.cases.facts import load_files
from services.signals.cases.model import CaseRecord
from services.signals.picture.builder import Opened, View, case_view
from services.signals.picture.decided import INCIDENT, KNOW, VIEW, KnownItem, filter_items
from services.signals.picture.decided import PERSONS as PERSONS_FIELD
from services.signals.picture.decided import STATEMENTS as STATEMENTS_FIELD
from services.signals.picture.reader import open_viewed
from services.signals.picture.service import demand_purpose
from services.signals.picture.words import start_of
from services.signals.protection.vault import Vault
from services.signals.search import analyser
from services.signals.search.excerpt import excerpt
from services.signals.search.finding import Found, find
from services.signals.search.index import SearchIndex
from services.signals.search.model import PAGE, Facet, Hit, SearchQuery, SearchResult
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.audit import DENY, AuditClient, entry_for
from shared.clients.decisions import Decision, DecisionClient, Filter, Question
from shared.problems import Fault, InvalidInput, NotFound

ACTIVITY = "urn:bundel:processing:search"
_MOST_WORDS = 12


class SearchService:
    """Searches for one actor at a time. Raises NotFound when the actor may not search at all,
    InvalidInput for a question without words, Unavailable when consent, the index or the log are
    silent."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        decisions: DecisionClient,
        audit: AuditClient,
        index: SearchIndex,
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._decisions = decisions
        self._audit = audit
        self._index = index

    def search(self, actor: Actor, query: SearchQuery) -> SearchResult:
        """One page of what was found; an entry names the found signals of that page, no words."""
        demand_purpose(query.purpose)
        words = _words(query)
        sifted = self._decisions.sift(
            actor, query.purpose, [Question("search", query.purpose, "signals", ids.new_id())]
        )
        (asked,) = sifted.decisions
        if not asked.permitted:
            self._refuse(actor, query.purpose, asked)
        know, view = sifted.filter(KNOW), sifted.filter(VIEW)
        with self._engine.connect() as connection, connection.begin():
            found = find(connection, self._index, actor.subject, words, know, view)
            in_time = [one for one in found if _within(one.day, query.since, query.until)]
            narrowed = sorted(
                (one for one in in_time if _narrowed(one, query)), key=lambda one: one.order
            )
            start = (query.page - 1) * PAGE
            page = narrowed[start : start + PAGE]
            told = _Page(connection, self._vault, know, view, page)
        hits = [told.hit(one, query.text) for one in page]
        rule = asked.ground.rule_id if asked.ground else ""
        self._audit.record(
            [
                entry_for(
                    actor,
                    "search.done",
                    purpose=query.purpose,
                    ground="+".join([rule, *sorted({one.rule_id for one in page})]),
                    decision_id=sifted.decision_id,
                    policy_version=sifted.policy_version,
                    revision=sifted.revision,
                    subjects=told.persons(),
                    signal_ids=[one.signal.id for one in page],
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

    def _refuse(self, actor: Actor, purpose: str, asked: Decision) -> None:
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


class _Page:
    """The signals of one page with what may be seen of them, and the names of their households."""

    def __init__(
        self,
        connection: Connection,
        vault: Vault,
        know: Filter,
        view: Filter,
        page: Sequence[Found],
    ) -> None:
        self._names: dict[str, str] = {}
        self._known: dict[str, KnownItem] = {}
        now = clock.now()
        for file in load_files(connection, _cases_of(page)):
            known = filter_items(know, view, file.items)
            seen = View(file.case, known, open_viewed(vault, known, contents=False), None, now)
            self._names[file.case.id] = case_view(file.case, seen.persons()).name
            mine = {one.signal.id for one in page if one.case.id == file.case.id}
            self._known.update(
                {one.item.signal.id: one for one in known if one.item.signal.id in mine}
            )
        self._opened = open_viewed(vault, self._known.values())

    def hit(self, found: Found, text: str) -> Hit:
        return _hit(
            self._known[found.signal.id], found, self._names[found.case.id], self._opened, text
        )

    def persons(self) -> list[str]:
        """Whom the signals of the page are about, as far as their persons may be seen."""
        return list(
            dict.fromkeys(
                link.person_id
                for one in self._known.values()
                if one.shows(PERSONS_FIELD)
                for link in one.item.links
            )
        )


def _words(query: SearchQuery) -> frozenset[str]:
    words = analyser.word_set(query.text)
    if not words:
        raise _fault("/text", "no-words", "Give at least one word that says something.")
    if len(words) > _MOST_WORDS:
        raise _fault("/text", "too-many-words", f"Give at most {_MOST_WORDS} words.")
    return words


def _hit(known: KnownItem, found: Found, name: str, opened: Opened, text: str) -> Hit:
    signal = known.item.signal
    content = opened.signals.get(signal.id)
    readable = content is not None and known.shows(STATEMENTS_FIELD)
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
        severity=signal.severity if known.shows(INCIDENT) else "",
        category=found.category,
        excerpt=excerpt([statement.text for statement in statements], text),
    )


def _within(day: str, since: str, until: str) -> bool:
    """A partial date counts by its first day."""
    moment = start_of(day)
    return (not since or moment >= _day(since)) and (not until or moment <= _day(until))


def _day(text: str) -> datetime:
    return start_of(text)


def _narrowed(found: Found, query: SearchQuery) -> bool:
    return query.agency in ("", found.agency) and query.category in ("", found.category)


def _cases_of(page: Sequence[Found]) -> list[CaseRecord]:
    return list({one.case.id: one.case for one in page}.values())


def _facets(found: Collection[Found]) -> list[Facet]:
    """Counts by agency, category and year of all that was found before narrowing to one."""
    kinds = {
        "agency": Counter(one.agency for one in found),
        "category": Counter(one.category for one in found if one.category),
        "year": Counter(one.year for one in found),
    }
    return [
        Facet(kind, code, counts[code]) for kind, counts in kinds.items() for code in sorted(counts)
    ]


def _fault(pointer: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput("Mend every fault named in errors.", faults=[Fault(pointer, code, detail)])
