"""The desk's queue: cases without a coordinator and proposals that wait for a human.

Poor in content: who it may be about and how sure the machine is, never what was reported. The desk
may know that signals exist, not what they say; names are there to tell people apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from services.signals.cases import repository
from services.signals.cases.facts import CaseFile, CaseItem, case_facts, load_files
from services.signals.cases.judging import files_around, mentions_known
from services.signals.intake.reading import load_mentions_by_id, open_mentions
from services.signals.intake.records import MentionContent, MentionRecord
from services.signals.linking.reading import (
    CandidateRecord,
    load_links,
    open_candidates,
    person_mentions,
)
from services.signals.picture import acute
from services.signals.picture.acute import is_acute
from services.signals.picture.circle import known_persons
from services.signals.picture.decided import KNOW, PERSONS, KnownItem
from services.signals.picture.names import best_name, full_name, household_name
from services.signals.picture.timeline import known_by_name
from services.signals.protection.vault import Vault
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.audit import DENY, MOST_SUBJECTS, AuditClient, Entry, entry_for
from shared.clients.decisions import Decision, DecisionClient, Filter, Question
from shared.problems import NotFound
from shared.vocabulary import LegalContext, Purpose

TRIAGE = str(Purpose.TRIAGE)
LINK, CANDIDATE = "link", "candidate"


@dataclass(frozen=True, slots=True)
class QueuedCase:
    """An open case of the desk. `acute`: one of its signals is (picture/acute.py). `closed_part`:
    a closed compartment lies in it, for which the desk names who may see it; how much, or what, is
    not told."""

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


@dataclass(frozen=True, slots=True)
class Proposal:
    """A person that the machine recognised, to be judged by a human.

    kind link: confirm it by its link id. kind candidate: `id` names the candidate; it may be one
    person or two. `reasons` are codes for linking.explain: why the machine hesitates, and for each
    field that it could compare what it saw ("surname:equal").
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


@dataclass(frozen=True, slots=True)
class Queue:
    """Cases without a coordinator first, acute ones before the others, oldest first."""

    listed_at: datetime
    cases: tuple[QueuedCase, ...]
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class _Mentions:
    records: Mapping[str, MentionRecord]
    contents: Mapping[str, MentionContent] = field(repr=False)
    of_person: Mapping[str, Sequence[str]]
    explained: Mapping[str, tuple[str, ...]]  # link id → why the machine made it

    def others(self, person_id: str, mention_id: str) -> list[str]:
        """What else names this person, as far as the desk may know of it."""
        return [
            mention
            for mention in self.of_person.get(person_id, ())
            if mention != mention_id and mention in self.contents
        ]

    def why(self, link_id: str, person_id: str) -> tuple[str, ...]:
        """Why a link was made; nothing when it may rest on what the desk may not know of."""
        if self.contents.keys() >= set(self.of_person.get(person_id, ())):
            return self.explained.get(link_id, ())
        return ()


class DeskService:
    """The queue of one desk: its own region and legal context."""

    def __init__(
        self, engine: Engine, vault: Vault, decisions: DecisionClient, audit: AuditClient
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._decisions = decisions
        self._audit = audit

    def queue(self, actor: Actor) -> Queue:
        """Raises NotFound when the actor has no desk, Unavailable without consent or the log."""
        asked = self._decisions.ask(actor, Question("list", TRIAGE, "worklist", ids.new_id()))
        if not asked.permitted:
            self._audit.record([_entry(actor, asked, "decision.refused", decision=DENY)])
            raise NotFound
        know = self._decisions.filter(actor, KNOW, TRIAGE)
        with self._engine.connect() as connection, connection.begin():
            mine = repository.open_cases_of_desk(connection, actor.region, actor.legal_context)
            files = load_files(connection, mine)
            settled = acute.settled(connection, [case.id for case in mine], clock.now())
            candidates = open_candidates(connection, actor.region, actor.legal_context)
            links = [link for file in files for item in file.items for link in item.links]
            of_person = person_mentions(
                connection,
                {link.person_id for link in links} | {one.person_id for one in candidates},
            )
            arrived = {link.mention_id for link in links}
            proposed = {
                mention
                for one in candidates
                if one.mention_id in arrived
                for mention in of_person[one.person_id]
            }
            around = files_around(connection, proposed, actor.region, actor.legal_context)
            records = load_mentions_by_id(connection, arrived | proposed)
            made = load_links(connection, {link.link_id for link in links if not link.confirmed})
        files = self._assignable(actor, files)
        known = {file.case.id: _known(file, know) for file in files}
        # Both sides of a pair come from signals the desk may know of; of others nothing is opened.
        usable = _named_in(known.values()) | (proposed & mentions_known(around, know))
        opened = open_mentions(self._vault, [r for r in records.values() if r.id in usable])
        mentions = _Mentions(
            records, opened, of_person, {link.link_id: link.explanation for link in made}
        )
        queue = Queue(
            listed_at=clock.now(),
            cases=_in_order(
                _queued(file, known[file.case.id], opened, settled.get(file.case.id))
                for file in files
            ),
            proposals=tuple(_proposals(files, known, candidates, mentions)),
        )
        shown = {one.id for one in queue.proposals}
        subjects = sorted(
            {link.person_id for items in known.values() for one in items for link in one.item.links}
            | {one.person_id for one in candidates if one.candidate_id in shown}
        )
        self._audit.record(
            [
                _entry(
                    actor,
                    asked,
                    "queue.listed",
                    subjects=subjects[start : start + MOST_SUBJECTS],
                    result_count=len(files),
                )
                for start in range(0, max(1, len(subjects)), MOST_SUBJECTS)
            ]
        )
        return queue

    def _assignable(self, actor: Actor, files: Sequence[CaseFile]) -> list[CaseFile]:
        questions = [
            Question(
                "assign",
                TRIAGE,
                "case",
                file.case.id,
                case_facts(file.case, file.closed_compartment),
            )
            for file in files
        ]
        answers = self._decisions.evaluate(actor, questions)
        return [file for file, answer in zip(files, answers, strict=True) if answer.permitted]


def _entry(actor: Actor, asked: Decision, event: str, **fields: object) -> Entry:
    return entry_for(
        actor,
        event,
        purpose=TRIAGE,
        ground=asked.ground.rule_id if asked.ground else "",
        decision_id=asked.decision_id,
        policy_version=asked.policy_version,
        revision=asked.revision,
        region=actor.region,
        **fields,
    )


def _known(file: CaseFile, know: Filter) -> list[KnownItem]:
    found = []
    for item in file.items:
        rule = know.matches(item.facts)
        if rule is not None:
            found.append(KnownItem(item, frozenset({PERSONS}), None, rule.rule_id))
    return found


def _named_in(known: Iterable[Sequence[KnownItem]]) -> set[str]:
    return {link.mention_id for items in known for one in items for link in one.item.links}


def _queued(
    file: CaseFile,
    known: Sequence[KnownItem],
    opened: Mapping[str, MentionContent],
    settled_until: datetime | None,
) -> QueuedCase:
    case = file.case
    persons = known_persons(known, opened, clock.today())
    coordinator = case.coordinator
    return QueuedCase(
        case_id=case.id,
        number=case.number,
        household_id=case.household_id,
        name=household_name(known_by_name(persons), case.number),
        region=case.region,
        legal_context=str(case.legal_context),
        state=case.state,
        phase=case.phase,
        opened_at=clock.moment(case.opened_at),
        acute=any(is_acute(one.item.signal, settled_until) for one in known),
        signal_count=len(known),
        coordinator_name=coordinator.name if coordinator else "",
        deputy_names=tuple(deputy.name for deputy in case.deputies),
        closed_compartment=file.closed_compartment,
        closed_part=file.closed_part,
    )


def _in_order(cases: Iterable[QueuedCase]) -> tuple[QueuedCase, ...]:
    return tuple(
        sorted(
            cases,
            key=lambda one: (bool(one.coordinator_name), not one.acute, one.opened_at, one.number),
        )
    )


def _proposals(
    files: Sequence[CaseFile],
    known: Mapping[str, Sequence[KnownItem]],
    candidates: Sequence[CandidateRecord],
    mentions: _Mentions,
) -> Iterable[Proposal]:
    by_mention: dict[str, list[CandidateRecord]] = {}
    for candidate in candidates:
        by_mention.setdefault(candidate.mention_id, []).append(candidate)
    for file in files:
        for one in known[file.case.id]:
            for link in one.item.links:
                for candidate in by_mention.get(link.mention_id, ()):
                    if not mentions.contents.keys().isdisjoint(
                        mentions.of_person[candidate.person_id]
                    ):
                        yield _candidate(file, one.item, candidate, mentions)
                if not link.confirmed and _to_confirm(file.case.legal_context, link.band):
                    yield _proposal(
                        file,
                        one.item,
                        LINK,
                        link.link_id,
                        link.mention_id,
                        link.person_id,
                        link.band,
                        mentions.why(link.link_id, link.person_id),
                        mentions,
                    )


def _to_confirm(context: LegalContext, band: str) -> bool:
    """Under the WGS a human confirms every link before anything leaves (1.9.2); elsewhere those
    by which a machine joined a mention to somebody known."""
    return context is LegalContext.ZVH_WGS or band == "auto"


def _candidate(
    file: CaseFile, item: CaseItem, candidate: CandidateRecord, mentions: _Mentions
) -> Proposal:
    return _proposal(
        file,
        item,
        CANDIDATE,
        candidate.candidate_id,
        candidate.mention_id,
        candidate.person_id,
        "review",
        (*candidate.reasons, *_compared(candidate)),
        mentions,
    )


def _compared(candidate: CandidateRecord) -> Iterable[str]:
    return (f"{field}:{seen}" for field, _bits, seen in candidate.scores if seen != "unknown")


def _proposal(
    file: CaseFile,
    item: CaseItem,
    kind: str,
    proposal_id: str,
    mention_id: str,
    person_id: str,
    band: str,
    reasons: tuple[str, ...],
    mentions: _Mentions,
) -> Proposal:
    others = mentions.others(person_id, mention_id)
    births = sorted({mentions.records[other].birth_date or "" for other in others} - {""})
    this = mentions.contents[mention_id]
    return Proposal(
        kind=kind,
        id=proposal_id,
        case_id=file.case.id,
        number=file.case.number,
        signal_id=item.signal.id,
        agency=item.signal.source_agency,
        reported_at=item.signal.reported_at[:10],
        this_name=full_name(this.name),
        this_birth_date=mentions.records[mention_id].birth_date or "",
        known_name=full_name(best_name([mentions.contents[other] for other in others]))
        if others
        else "",
        known_birth_date=" / ".join(births),
        band=band,
        reasons=reasons,
    )
