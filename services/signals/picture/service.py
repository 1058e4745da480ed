"""The door of this room: opening a picture, listing one's cases.

Each look goes the same way: facts in one read transaction → consent decides → only what may be
seen is decrypted → the log gives a receipt → the answer. Without receipt no answer (I1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NoReturn

from sqlalchemy import Engine

from services.signals.cases import repository
from services.signals.cases.facts import (
    CaseFile,
    case_facts,
    facts_of_nothing,
    load_files,
)
from services.signals.cases.model import CaseRecord
from services.signals.linking.reading import TieRecord, ties_between
from services.signals.picture import acute
from services.signals.picture.builder import View, build_picture
from services.signals.picture.decided import (
    KNOW,
    VIEW,
    Verdict,
    decide_items,
    filter_items,
    persons_of,
)
from services.signals.picture.model import Picture, Worklist, WorklistRow
from services.signals.picture.reader import open_viewed
from services.signals.picture.worklist import in_order, row_of
from services.signals.protection.vault import Vault
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.audit import DENY, MOST_SUBJECTS, AuditClient, Entry, entry_for
from shared.clients.decisions import CaseFacts, Decision, DecisionClient, Question
from shared.clients.emergencies import EmergencyGrants, GrantInForce
from shared.database import writing
from shared.problems import Fault, InvalidInput, NotFound, Unavailable
from shared.vocabulary import Purpose

# The purposes a coordinator can open a household for.
PURPOSES = (
    str(Purpose.SAFETY_ASSESSMENT),
    str(Purpose.CASE_COORDINATION),
    str(Purpose.ACUTE_PROTECTION),
)
ACTIVITY = "urn:bundel:processing:picture"
_ASKED_WITH_THE_LIST = 400  # cases; the rest is asked apart, as one call takes no more
BREAK_GLASS = "R21"


@dataclass(frozen=True, slots=True)
class _Read:
    file: CaseFile
    ties: tuple[TieRecord, ...]


class PictureService:
    """Pictures and work lists for one actor at a time. Raises NotFound for what the actor may not
    know of, Unavailable when consent or the log do not answer."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        decisions: DecisionClient,
        audit: AuditClient,
        grants: EmergencyGrants,
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._decisions = decisions
        self._audit = audit
        self._grants = grants

    def open(self, actor: Actor, case_id: str, purpose: str) -> Picture:
        """The picture of a case, for one of PURPOSES (else InvalidInput)."""
        demand_purpose(purpose)
        now = clock.now()
        read, opening = self._read_permitted(actor, case_id, purpose)
        case = read.file.case
        verdict = decide_items(self._decisions, actor, purpose, read.file.items)
        with self._engine.connect() as connection:
            looks = repository.looks_of(connection, actor.subject, [case.id]).get(case.id)
            settled_until = acute.settled(connection, [case.id], now).get(case.id)
        view = View(
            case=case,
            known=verdict.known,
            opened=open_viewed(self._vault, verdict.known),
            last_look=looks.before if looks else None,
            now=now,
            settled_until=settled_until,
        )
        rule = opening.ground.rule_id if opening.ground else ""
        picture = build_picture(view, read.ties, purpose, rule)
        entry = self._opened(actor, picture, verdict, opening)
        if BREAK_GLASS in verdict.grounds:
            grant = self._grant_behind(actor, verdict)
            picture = replace(picture, emergency_until=grant.ends_at)
            entry = replace(entry, refers_to=grant.entry_id)
        self._audit.record([entry])
        with writing(self._engine).begin() as connection:
            repository.note_look(connection, actor.subject, case.id, picture.version, now)
        return picture

    def worklist(self, actor: Actor, purpose: str) -> Worklist:
        """The open cases that the actor directs or stands in for, in readable order."""
        demand_purpose(purpose)
        now = clock.now()
        with self._engine.connect() as connection, connection.begin():
            files = load_files(connection, repository.cases_of_person(connection, actor.subject))
            case_ids = [file.case.id for file in files]
            looks = repository.looks_of(connection, actor.subject, case_ids)
            settled = acute.settled(connection, case_ids, now)
        # The cases on the list are just those that would open, asked all at once (I3).
        questions = [_opening(file, purpose) for file in files]
        listing = Question("list", purpose, "worklist", ids.new_id())
        sifted = self._decisions.sift(
            actor,
            purpose,
            [listing, *questions[:_ASKED_WITH_THE_LIST]],
            (KNOW, VIEW),
            persons_of(item for file in files for item in file.items),
        )
        asked, *openings = sifted.decisions
        if not asked.permitted:
            self._refuse(actor, purpose, asked, "worklist.listed")
        openings += self._decisions.evaluate(actor, questions[_ASKED_WITH_THE_LIST:])
        known = {
            file.case.id: filter_items(sifted.filter(KNOW), sifted.filter(VIEW), file.items)
            for file, opening in zip(files, openings, strict=True)
            if opening.permitted
        }
        opened = open_viewed(self._vault, [one for items in known.values() for one in items])
        rows: list[WorklistRow] = []
        subjects: dict[str, None] = {}
        for file in files:
            if file.case.id not in known:
                continue
            looked = looks.get(file.case.id)
            seen = View(
                case=file.case,
                known=known[file.case.id],
                opened=opened,
                last_look=looked.latest if looked else None,
                now=now,
                settled_until=settled.get(file.case.id),
            )
            subjects.update(dict.fromkeys(seen.persons()))
            rows.append(row_of(seen, actor.subject))
        self._audit.record(self._listed(actor, purpose, asked, list(subjects), len(rows)))
        return Worklist(listed_at=now, purpose=purpose, rows=in_order(rows))

    def _read_permitted(self, actor: Actor, case_id: str, purpose: str) -> tuple[_Read, Decision]:
        """The case and what lies in it. What does not exist is asked of consent as well, and
        nothing more is read before the first answer: both ways the same work is done (I4)."""
        with self._engine.connect() as connection:
            case = repository.load_cases(connection, [case_id]).get(case_id)
        facts = case_facts(case, False) if case else facts_of_nothing()
        asked = self._ask_open(actor, case.id if case else ids.new_id(), purpose, facts)
        if case is None or not asked.permitted:
            self._refuse(actor, purpose, asked, "household.opened", case)
        read = self._read(case)
        if read.file.closed_compartment:
            closed = case_facts(read.file.case, True)
            asked = self._ask_open(actor, case.id, purpose, closed)
            if not asked.permitted:
                self._refuse(actor, purpose, asked, "household.opened", case)
        return read, asked

    def _ask_open(self, actor: Actor, case_id: str, purpose: str, facts: CaseFacts) -> Decision:
        return self._decisions.ask(actor, Question("open", purpose, "case", case_id, facts))

    def _read(self, case: CaseRecord) -> _Read:
        with self._engine.connect() as connection, connection.begin():
            current = repository.load_cases(connection, [case.id])[case.id]
            file = load_files(connection, [current])[0]
            held = {link.mention_id: link.signal_id for i in file.items for link in i.links}
            ties = ties_between(connection, held, current.legal_context)
        return _Read(file, tuple(ties))

    def _grant_behind(self, actor: Actor, verdict: Verdict) -> GrantInForce:
        """The break-glass that opens something here: the entry names it, the page its end."""
        persons = persons_of(one.item for one in verdict.known if one.rule_id == BREAK_GLASS)
        mentions = {mention for person in persons for mention in person.mentions}
        for grant in self._grants.in_force(actor.subject):
            if not grant.mentions.isdisjoint(mentions):
                return grant
        raise Unavailable  # it ended between the decision and this question: look again

    def _opened(self, actor: Actor, picture: Picture, verdict: Verdict, opening: Decision) -> Entry:
        """One entry for the look. Viewed signals come first, masked ones after; `reason` tells
        how many of each, the picture's version exactly what was shown."""
        viewed = [one.item.signal.id for one in verdict.known if one.viewed]
        masked = [one.item.signal.id for one in verdict.known if not one.viewed]
        return entry_for(
            actor,
            "household.opened",
            purpose=picture.purpose,
            ground="+".join(verdict.grounds) or picture.ground.rule_id,
            decision_id=verdict.decision_id or opening.decision_id,
            policy_version=opening.policy_version,
            revision=opening.revision,
            subjects=[person.id for person in picture.persons],
            household_id=picture.case.household_id,
            case_id=picture.case.id,
            region=picture.case.region,
            signal_ids=[*viewed, *masked],
            picture_version=picture.version,
            result_count=len(viewed),
            reason=f"viewed={len(viewed)}/masked={len(masked)}",
            processing_activity=ACTIVITY,
        )

    def _listed(
        self,
        actor: Actor,
        purpose: str,
        asked: Decision,
        subjects: list[str],
        count: int,
    ) -> Iterable[Entry]:
        parts = range(0, max(len(subjects), 1), MOST_SUBJECTS)
        return [
            entry_for(
                actor,
                "worklist.listed",
                purpose=purpose,
                ground=asked.ground.rule_id if asked.ground else "",
                decision_id=asked.decision_id,
                policy_version=asked.policy_version,
                revision=asked.revision,
                subjects=subjects[start : start + MOST_SUBJECTS],
                region=actor.region,
                result_count=count,
                processing_activity=ACTIVITY,
            )
            for start in parts
        ]

    def _refuse(
        self,
        actor: Actor,
        purpose: str,
        asked: Decision,
        what: str,
        case: CaseRecord | None = None,
    ) -> NoReturn:
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
                    case_id=case.id if case else "",
                    household_id=case.household_id if case else "",
                    region=case.region if case else "",
                    reason=what,
                    processing_activity=ACTIVITY,
                )
            ]
        )
        raise NotFound


def _opening(file: CaseFile, purpose: str) -> Question:
    facts = case_facts(file.case, file.closed_compartment)
    return Question("open", purpose, "case", file.case.id, facts)


def demand_purpose(purpose: str) -> None:
    """Raises InvalidInput unless `purpose` is one a coordinator can look for."""
    if purpose not in PURPOSES:
        raise InvalidInput(
            "Mend every fault named in errors.",
            faults=[Fault("/purpose", "unknown-code", f"Use one of: {', '.join(PURPOSES)}.")],
        )
