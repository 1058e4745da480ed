"""About whom a break-glass is: mention ids for the consent service, which tells nobody (I4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, select

from services.signals.cases import repository
from services.signals.cases.facts import load_files
from services.signals.cases.tables import cases
from services.signals.picture.resolving import PersonQuestion, PersonResolver
from shared.authentication.actor import Actor
from shared.clients.audit import MOST_SUBJECTS, AuditClient, entry_for
from shared.vocabulary import Purpose

_POLICE = "police"


@dataclass(frozen=True, slots=True)
class ScopeQuestion:
    """A case number, a BSN, or a name with a birth date; in one region."""

    region: str
    case_number: str = field(default="", repr=False)
    person: PersonQuestion = field(default_factory=PersonQuestion, repr=False)


@dataclass(frozen=True, slots=True)
class Scope:
    mention_ids: tuple[str, ...]


class EmergencyScope:
    """Answers consent only. The asker may open a break-glass: consent decided that before."""

    def __init__(self, engine: Engine, resolver: PersonResolver, audit: AuditClient) -> None:
        self._engine = engine
        self._resolver = resolver
        self._audit = audit

    def find(self, caller: Actor, question: ScopeQuestion, refers_to: str) -> Scope:
        """The same work is done whether there is anybody or not. Raises Unavailable."""
        with self._engine.connect() as connection, connection.begin():
            of_case = _mentions_of_case(connection, question.region, question.case_number)
            resolved = self._resolver.find(connection, question.region, question.person)
        named = resolved.mention_ids if _enough(question.person) else ()
        mentions = sorted({*of_case, *named})
        self._audit.record(
            [
                entry_for(
                    caller,
                    "person.resolved",
                    purpose=str(Purpose.ACUTE_PROTECTION),
                    subjects=mentions[:MOST_SUBJECTS],
                    region=question.region,
                    result_count=len(mentions),
                    reason="emergency",
                    refers_to=refers_to,
                )
            ]
        )
        return Scope(tuple(mentions))


def _enough(person: PersonQuestion) -> bool:
    return bool(person.bsn or (person.name and person.birth_date))


def _mentions_of_case(connection: Connection, region: str, number: str) -> set[str]:
    """Everybody whom the case's signals name that a break-glass can open at all: a person known
    only from police data or from a closed compartment would lead beyond what R21 opens."""
    found = connection.execute(
        select(cases.c.id).where(cases.c.region == region, cases.c.number == number)
    ).scalars()
    records = repository.load_cases(connection, found.all())
    return {
        link.mention_id
        for file in load_files(connection, records.values())
        for item in file.items
        if item.signal.source_agency != _POLICE and not item.facts.closed_compartment
        for link in item.links
    }
