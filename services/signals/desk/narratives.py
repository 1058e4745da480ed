"""Withheld texts: the desk reads one, takes the protected address out, and releases the rest (I8).

Why a text is withheld is not told: a mask never says what it hides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.signals.cases import repository
from services.signals.cases.facts import CaseFile, CaseItem, load_files
from services.signals.desk.deciding import TRIAGE, Decider, Permitted, entry_of, open_files
from services.signals.desk.judging import Follow
from services.signals.intake.reading import load_signals
from services.signals.intake.redacting import Redacting, TextPart
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.decisions import Decision, Filter, Question
from shared.database import writing
from shared.problems import NotFound


@dataclass(frozen=True, slots=True)
class WithheldView:
    """A signal whose text waits for the desk."""

    signal_id: str
    case_id: str
    number: str
    agency: str
    reported_at: str
    acute: bool


@dataclass(frozen=True, slots=True)
class WithheldList:
    """Acute first, then the oldest."""

    listed_at: datetime
    signals: tuple[WithheldView, ...]


@dataclass(frozen=True, slots=True)
class Narrative:
    """The texts of a withheld signal, opened. `mark`: what stands for a part left out."""

    opened_at: datetime
    signal: WithheldView
    parts: tuple[TextPart, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Redacted:
    signal_id: str
    case_id: str


class Narratives:
    """Raises NotFound for what is not this desk's or not withheld, Unavailable without consent or
    the log."""

    def __init__(self, decider: Decider, redacting: Redacting, follow: Follow) -> None:
        self._decider = decider
        self._engine = decider.engine
        self._redacting = redacting
        self._follow = follow

    def listed(self, actor: Actor) -> WithheldList:
        """What waits in this desk's cases."""
        asked = self._decider.decisions.ask(
            actor, Question("list", TRIAGE, "worklist", ids.new_id())
        )
        if not asked.permitted:
            self._decider.refuse(actor, asked, "narratives.listed")
        know = self._decider.know(actor)
        with self._engine.connect() as connection, connection.begin():
            mine = repository.open_cases_of_desk(connection, actor.region, actor.legal_context)
            files = load_files(connection, mine)
        waiting = [
            (file, item)
            for file in files
            for item in file.items
            if item.signal.withheld and know.matches(item.facts) is not None
        ]
        answers = self._decider.decisions.evaluate(actor, [_question(item) for _, item in waiting])
        views = [
            _view(file, item)
            for (file, item), answer in zip(waiting, answers, strict=True)
            if answer.permitted
        ]
        self._decider.audit.record(
            [
                entry_of(
                    actor,
                    asked,
                    "narratives.listed",
                    signal_ids=[one.signal_id for one in views],
                    result_count=len(views),
                )
            ]
        )
        ordered = sorted(views, key=lambda one: (not one.acute, one.reported_at, one.signal_id))
        return WithheldList(clock.now(), tuple(ordered))

    def open(self, actor: Actor, signal_id: str) -> Narrative:
        """The withheld texts, those that hold a protected address marked."""
        now = clock.now()
        permitted, item, asked = self._demand(actor, signal_id, "narrative.opened")
        with self._engine.connect() as connection:
            parts = self._redacting.parts(connection, item.signal)
        self._note(actor, permitted, asked, item, "narrative.opened")
        return Narrative(now, _view(permitted.file, item), tuple(parts))

    def redact(self, actor: Actor, signal_id: str, texts: Mapping[str, str]) -> Redacted:
        """Releases the texts with what must stay hidden left out. Raises InvalidInput for a text
        that says something new or still holds a protected address, Conflict."""
        permitted, item, asked = self._demand(actor, signal_id, "narrative.redacted")
        with self._engine.connect() as connection:
            sealed = self._redacting.redact(connection, item.signal, texts)
        self._note(actor, permitted, asked, item, "narrative.redacted")
        with writing(self._engine).begin() as connection:
            current = load_signals(connection, [signal_id])[signal_id]
            if current.version != item.signal.version:
                raise NotFound
            self._redacting.keep(connection, current, sealed, actor.subject)
            self._follow(connection, [signal_id])
        return Redacted(signal_id, permitted.case.id)

    def _note(
        self, actor: Actor, permitted: Permitted, asked: Decision, item: CaseItem, event: str
    ) -> None:
        self._decider.audit.record(
            [
                entry_of(
                    actor,
                    asked,
                    event,
                    signal_ids=[item.signal.id],
                    subjects=sorted({link.person_id for link in item.links}),
                    case_id=permitted.case.id,
                    household_id=permitted.case.household_id,
                    region=permitted.case.region,
                )
            ]
        )

    def _demand(
        self, actor: Actor, signal_id: str, event: str
    ) -> tuple[Permitted, CaseItem, Decision]:
        know = self._decider.know(actor)
        with self._engine.connect() as connection:
            files = open_files(connection, actor, [signal_id])
        files = [file for file in files if _withheld(file, signal_id, know)]
        permitted = self._decider.permitted(actor, files, know, event)[0]
        item = next(one for one in permitted.known if one.signal.id == signal_id)
        asked = self._decider.decisions.ask(actor, _question(item))
        if not asked.permitted:
            self._decider.refuse(actor, asked, event, permitted.case)
        return permitted, item, asked


def _withheld(file: CaseFile, signal_id: str, know: Filter) -> bool:
    return any(
        item.signal.id == signal_id
        and item.signal.withheld
        and know.matches(item.facts) is not None
        for item in file.items
    )


def _question(item: CaseItem) -> Question:
    return Question("redact", TRIAGE, "signal", item.signal.id, item.facts)


def _view(file: CaseFile, item: CaseItem) -> WithheldView:
    signal = item.signal
    return WithheldView(
        signal_id=signal.id,
        case_id=file.case.id,
        number=file.case.number,
        agency=signal.source_agency,
        reported_at=signal.reported_at[:10],
        acute=signal.acute,
    )
