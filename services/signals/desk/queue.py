"""The desk's queue: cases without a coordinator and proposals that wait for a human.

Poor in content: who it may be about and how sure the machine is, never what was reported. The desk
may know that signals exist, not what they say; names are there to tell people apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.signals.cases import repository
from services.signals.cases.facts import CaseFile, CaseItem, case_facts, load_files
from services.signals.cases.judging import files_around, mentions_known
from services.signals.desk.deciding import KNOW, TRIAGE, Decider, entry_of, known_items
from services.signals.desk.later import put_off_until
from services.signals.desk.model import Queue, QueuedCase
from services.signals.desk.objecting import Objection, open_objections
from services.signals.desk.proposals import Waiting, proposals
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
from services.signals.picture.decided import PERSONS, KnownItem
from services.signals.picture.names import household_name
from services.signals.picture.timeline import known_by_name
from services.signals.protection.vault import Vault
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.audit import MOST_SUBJECTS
from shared.clients.decisions import Question


@dataclass(frozen=True)
class _Read:
    files: list[CaseFile]
    settled: Mapping[str, datetime]
    candidates: list[CandidateRecord]
    objections: list[Objection]
    of_person: Mapping[str, list[str]]
    around: list[CaseFile]
    proposed: set[str]
    records: Mapping[str, MentionRecord]
    explained: Mapping[str, tuple[str, ...]] = field(repr=False)


class DeskService:
    """The queue of one desk: its own region and legal context."""

    def __init__(self, decider: Decider, vault: Vault) -> None:
        self._decider = decider
        self._vault = vault

    def queue(self, actor: Actor) -> Queue:
        """Raises NotFound when the actor has no desk, Unavailable without consent or the log."""
        decisions = self._decider.decisions
        asked = decisions.ask(actor, Question("list", TRIAGE, "worklist", ids.new_id()))
        if not asked.permitted:
            self._decider.refuse(actor, asked, "queue.listed")
        know = decisions.filter(actor, KNOW, TRIAGE)
        read = self._read(actor)
        files = self._assignable(actor, read.files)
        known = {file.case.id: known_items(file, know) for file in files}
        # Both sides of a pair come from signals the desk may know of; of others nothing is opened.
        usable = _named_in(known.values()) | (read.proposed & mentions_known(read.around, know))
        opened = open_mentions(self._vault, [r for r in read.records.values() if r.id in usable])
        waiting_ids = [c.candidate_id for c in read.candidates] + [o.id for o in read.objections]
        with self._decider.engine.connect() as connection:
            put_off = put_off_until(connection, waiting_ids)
        waiting = Waiting(
            read.candidates,
            read.objections,
            read.records,
            opened,
            read.of_person,
            read.explained,
            put_off,
        )
        queue = Queue(
            listed_at=clock.now(),
            cases=_in_order(
                _queued(file, known[file.case.id], opened, read.settled.get(file.case.id))
                for file in files
            ),
            proposals=proposals(files, known, waiting),
        )
        shown = {one.id for one in queue.proposals}
        subjects = sorted(
            {link.person_id for items in known.values() for item in items for link in item.links}
            | {one.person_id for one in read.candidates if one.candidate_id in shown}
        )
        self._decider.audit.record(
            [
                entry_of(
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

    def _read(self, actor: Actor) -> _Read:
        with self._decider.engine.connect() as connection, connection.begin():
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
            made = load_links(connection, {link.link_id for link in links if not link.confirmed})
            return _Read(
                files=files,
                settled=settled,
                candidates=candidates,
                objections=open_objections(connection, actor.region, str(actor.legal_context)),
                of_person=of_person,
                around=files_around(connection, proposed, actor.region, actor.legal_context),
                proposed=proposed,
                records=load_mentions_by_id(connection, arrived | proposed),
                explained={link.link_id: link.explanation for link in made},
            )

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
        answers = self._decider.decisions.evaluate(actor, questions)
        return [file for file, answer in zip(files, answers, strict=True) if answer.permitted]


def _named_in(known: Iterable[Sequence[CaseItem]]) -> set[str]:
    return {link.mention_id for items in known for item in items for link in item.links}


def _queued(
    file: CaseFile,
    known: Sequence[CaseItem],
    opened: Mapping[str, MentionContent],
    settled_until: datetime | None,
) -> QueuedCase:
    case = file.case
    shown = [KnownItem(item, frozenset({PERSONS}), None, "") for item in known]
    persons = known_persons(shown, opened, clock.today())
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
        acute=any(is_acute(item.signal, settled_until) for item in known),
        signal_count=len(known),
        coordinator_name=coordinator.name if coordinator else "",
        deputy_names=tuple(deputy.name for deputy in case.deputies),
        closed_compartment=file.closed_compartment,
        closed_part=file.closed_part,
        withheld_count=sum(item.signal.withheld for item in known),
    )


def _in_order(cases: Iterable[QueuedCase]) -> tuple[QueuedCase, ...]:
    return tuple(
        sorted(
            cases,
            key=lambda one: (bool(one.coordinator_name), not one.acute, one.opened_at, one.number),
        )
    )
