"""After a split: who saw the wrong picture, from the log, and who of them was told (AVG 19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from services.signals.cases.repository import load_cases
from services.signals.desk.deciding import TRIAGE, Decider, entry_of
from services.signals.desk.separating import Separation, separations_of_desk
from services.signals.desk.staff import Staff
from services.signals.desk.tables import tellings
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.decisions import Decision, PlaceFacts, Question
from shared.clients.recipients import Look, RecipientFinder
from shared.database import writing
from shared.problems import NotFound

SHOWN = 50


@dataclass(frozen=True, slots=True)
class SeparationView:
    """Persons that were taken apart. kind: split | unmerge. `number`: of the case it was done on.
    `since`: from when the picture was wrong. `told_count`: how many were told."""

    id: str
    kind: str
    case_id: str
    number: str
    since: str
    made_at: str
    told_count: int


@dataclass(frozen=True, slots=True)
class Separations:
    """The newest of a desk; `count` of all."""

    listed_at: datetime
    count: int
    separations: tuple[SeparationView, ...]


@dataclass(frozen=True, slots=True)
class ViewerView:
    """Somebody who saw both sides together. `name` when Bundel knows it, else "". `told_at`: when
    they were told, or ""."""

    subject: str
    name: str
    role: str
    organisation: str
    count: int
    first_at: str
    last_at: str
    looks: tuple[Look, ...]
    told_at: str


@dataclass(frozen=True, slots=True)
class ViewersOf:
    separation: SeparationView
    opened_at: datetime
    viewers: tuple[ViewerView, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Told:
    """That somebody was told."""

    id: str
    subject: str
    told_at: str


class Viewers:
    """Raises NotFound for what is not this desk's, Unavailable when consent or the log is away."""

    def __init__(self, decider: Decider, finder: RecipientFinder, staff: Staff) -> None:
        self._decider = decider
        self._engine = decider.engine
        self._finder = finder
        self._staff = staff

    def separations(self, actor: Actor) -> Separations:
        """What this desk took apart, the newest first."""
        asked = self._ask(actor, "")
        with self._engine.connect() as connection:
            count, found = separations_of_desk(
                connection, actor.region, str(actor.legal_context), SHOWN
            )
            views = _views(connection, found)
        self._decider.audit.record(
            [entry_of(actor, asked, "separations.listed", result_count=count)]
        )
        return Separations(clock.now(), count, tuple(views))

    def viewers(self, actor: Actor, separation_id: str) -> ViewersOf:
        """Who saw it. The log answers, and keeps that it was asked."""
        _, separation = self._demand(actor, separation_id)
        found = self._finder.find(actor, separation.entry_id)
        names = self._staff.names([one.actor_id for one in found.viewers])
        with self._engine.connect() as connection:
            told = _told(connection, separation_id)
            (view,) = _views(connection, [separation])
        return ViewersOf(
            separation=view,
            opened_at=clock.now(),
            viewers=tuple(
                ViewerView(
                    subject=one.actor_id,
                    name=names.get(one.actor_id, ""),
                    role=one.role,
                    organisation=one.organisation,
                    count=one.count,
                    first_at=one.first_at,
                    last_at=one.last_at,
                    looks=one.looks,
                    told_at=told.get(one.actor_id, ""),
                )
                for one in found.viewers
            ),
            complete=found.complete,
        )

    def tell(self, actor: Actor, separation_id: str, subject: str) -> Told:
        """Keeps that somebody who saw it was told; only of those who did (else NotFound)."""
        asked, separation = self._demand(actor, separation_id)
        found = self._finder.find(actor, separation.entry_id)
        if subject not in {one.actor_id for one in found.viewers}:
            raise NotFound
        with self._engine.connect() as connection:
            before = _told(connection, separation_id).get(subject)
        if before:
            return Told(separation_id, subject, before)
        entry = entry_of(
            actor,
            asked,
            "separation.told",
            reason=subject,
            refers_to=separation.entry_id,
            case_id=separation.case_id,
        )
        self._decider.audit.record([entry])
        with writing(self._engine).begin() as connection:
            connection.execute(
                tellings.insert().values(
                    id=ids.new_id(),
                    separation_id=separation_id,
                    subject=subject,
                    told_by=actor.subject,
                    told_at=entry.occurred_at,
                    entry_id=entry.entry_id,
                )
            )
        return Told(separation_id, subject, entry.occurred_at)

    def _demand(self, actor: Actor, separation_id: str) -> tuple[Decision, Separation]:
        asked = self._ask(actor, separation_id)
        with self._engine.connect() as connection:
            _, found = separations_of_desk(
                connection, actor.region, str(actor.legal_context), 1, separation_id
            )
        if not found:
            self._decider.refuse(actor, asked, "separation.traced")
        return asked, found[0]

    def _ask(self, actor: Actor, separation_id: str) -> Decision:
        facts = PlaceFacts(actor.region, str(actor.legal_context), "caseContext")
        asked = self._decider.decisions.ask(
            actor, Question("trace", TRIAGE, "separation", separation_id or ids.new_id(), facts)
        )
        if not asked.permitted:
            self._decider.refuse(actor, asked, "separation.traced")
        return asked


def _views(connection: Connection, found: list[Separation]) -> list[SeparationView]:
    cases = load_cases(connection, {one.case_id for one in found})
    return [
        SeparationView(
            id=one.id,
            kind=one.kind,
            case_id=one.case_id,
            number=cases[one.case_id].number if one.case_id in cases else "",
            since=one.since,
            made_at=one.made_at,
            told_count=len(_told(connection, one.id)),
        )
        for one in found
    ]


def _told(connection: Connection, separation_id: str) -> dict[str, str]:
    rows = connection.execute(
        select(tellings.c.subject, tellings.c.told_at).where(
            tellings.c.separation_id == separation_id
        )
    )
    return {row.subject: row.told_at for row in rows}
