"""A signals database with real intake and linking, on either engine, and decisions by hand.

Only the answers of the consent service are given here: which legal contexts permit a link.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, select

from services.signals.delivery.relay import Relay
from services.signals.delivery.tables import outbox
from services.signals.intake.changes import Changes
from services.signals.intake.preparing import Preparer
from services.signals.intake.reading import load_mentions
from services.signals.intake.service import Intake
from services.signals.intake.tables import signals
from services.signals.linking.reading import links_of_signals
from services.signals.linking.service import Linker, on_receipt
from services.signals.linking.tables import bundlings, links, memberships, ties
from services.signals.protection.addresses import AddressKeyer
from services.signals.protection.matchkeys import MatchKeyer
from services.signals.protection.vault import Vault
from shared.authentication.actor import Actor
from shared.clients.decisions import Decision, Ground, Question
from shared.database import open_engine
from shared.problems import InvalidInput, Unavailable
from shared.settings import Settings
from shared.vocabulary import Agency, LegalContext, Role

Test = TypeVar("Test", bound=Callable[..., None])
ALL = frozenset({"vt_task", "zvh_wgs", "youth_council"})


@dataclass
class GivenDecisions:
    """What consent would say: permits the contexts in `permits`, or is `down`."""

    permits: frozenset[str] = frozenset({"vt_task"})
    down: bool = False
    asked: list[Question] = field(default_factory=list)
    before: Callable[[], None] | None = None

    def evaluate(self, _actor: Actor, questions: Sequence[Question]) -> list[Decision]:
        if self.down:
            raise Unavailable
        if self.before is not None:
            before, self.before = self.before, None
            before()
        self.asked.extend(questions)
        return [
            Decision(True, "decision-1", Ground("R17", "Wmo 4.1.1", "..."), policy_version="1")
            if question.facts and question.facts.case_context in self.permits
            else Decision(False, "decision-1")
            for question in questions
        ]


def on_both_engines(test: Test) -> Test:
    """Runs a test of storage on PostgreSQL as well as on SQLite."""
    test.on_both_engines = True  # type: ignore[attr-defined]
    return test


def source(region: str = "utrecht", agency: Agency = Agency.POLICE) -> Actor:
    client = f"{agency.value}-{region}"
    return Actor(client, client, Role.SOURCE, client, agency, region, LegalContext.NONE)


def person(ref: str, *roles: str, **members: Any) -> dict[str, Any]:
    """A person of a signal; name parts may be given as given=, surname=, particle=..."""
    name = {
        part: members.pop(part)
        for part in ("given", "initials", "particle", "surname", "partnerParticle",
                     "partnerSurname")
        if part in members
    }  # fmt: skip
    body: dict[str, Any] = {"ref": ref, "roles": list(roles) or ["victim"], **members}
    if name:
        body["name"] = name
    return body


def tie(from_ref: str, to_ref: str, kind: str, **members: Any) -> dict[str, Any]:
    return {"from": from_ref, "to": to_ref, "kind": kind, **members}


def _landed(connection: Connection, entry_ids: Sequence[str]) -> None:
    on_receipt(connection, entry_ids)


class World:
    """Push signals, link them, give receipts, look at what came of it."""

    def __init__(self, settings: Settings, database_url: Callable[[str], str]) -> None:
        self.engine: Engine = open_engine(database_url("signals"))
        self.keys: Engine = open_engine(database_url("signals/protection"))
        self.vault = Vault(settings, self.keys)
        keyer = AddressKeyer(settings.key("MATCH_KEY"))
        self.intake = Intake(
            self.engine, Preparer(self.vault, keyer, settings.key("IDEMPOTENCY_KEY"))
        )
        self.changes = Changes(self.intake)
        self.decisions = GivenDecisions()
        self.keyer = MatchKeyer(settings.key("MATCH_KEY"))
        self.linker = self.new_linker()
        self.relay = Relay(self.engine, {"audit": lambda _rows: None}, {"audit": _landed})
        self._numbers: Iterator[int] = itertools.count(1)

    def new_linker(self) -> Linker:
        return Linker(self.engine, self.vault, self.keyer, self.decisions)

    def close(self) -> None:
        self.engine.dispose()
        self.keys.dispose()

    def body(
        self, persons: Sequence[dict[str, Any]], ties: Sequence[dict[str, Any]] = (), **members: Any
    ) -> dict[str, Any]:
        return {
            "sourceReference": f"ref-{next(self._numbers)}",
            "kind": "report",
            "addressedTo": "VT",
            "reportedAt": "2026-03-04T10:00:00+01:00",
            "category": "incident",
            "severity": "incidental",
            "occurredFrom": "2026-03-03",
            "place": "home",
            "violenceForms": ["verbal"],
            "pattern": "unknown",
            "statements": [{"kind": "fact", "text": "Ruzie in de keuken."}],
            "persons": list(persons),
            "ties": list(ties),
            "reporter": {"kind": "agency", "visibility": "open"},
            "police": {"article": "8", "firstProcessed": "2026-03-03"},
            "kindcheck": "yes",
            "informalCareCheck": "no",
            **members,
        }  # fmt: skip

    def push(
        self,
        persons: Sequence[dict[str, Any]],
        ties: Sequence[dict[str, Any]] = (),
        actor: Actor | None = None,
        **members: Any,
    ) -> str:
        """Delivers a signal; its id. It waits to be linked."""
        raw = json.dumps(self.body(persons, ties, **members)).encode()
        try:
            answered = self.intake.deliver(actor or source(), raw)
        except InvalidInput as problem:
            raise AssertionError(problem.faults) from problem
        return str(json.loads(answered.body)["signalId"])

    def link(
        self,
        persons: Sequence[dict[str, Any]],
        ties: Sequence[dict[str, Any]] = (),
        actor: Actor | None = None,
        **members: Any,
    ) -> str:
        """Delivers a signal, links it and lets the log give its receipt; the signal's id."""
        signal = self.push(persons, ties, actor, **members)
        self.linker.link_signal(signal)
        self.receipts()
        return signal

    def correct(self, signal: str, persons: Sequence[dict[str, Any]], **members: Any) -> None:
        """A new version of the signal with these persons; it waits to be linked."""
        with self.engine.connect() as connection:
            head = connection.execute(select(signals).where(signals.c.id == signal)).one()
        body = self.body(persons, sourceReference=head.source_reference, **members)
        self.changes.correct(source(), signal, head.current_version, json.dumps(body).encode())

    def receipts(self) -> None:
        self.relay.run_once()

    def mention(self, signal: str, ref: str) -> str:
        with self.engine.connect() as connection:
            return next(m.id for m in load_mentions(connection, [signal]) if m.ref == ref)

    def person(self, signal: str, ref: str) -> str:
        """The person that `ref` of the signal's current version is linked to."""
        mention = self.mention(signal, ref)
        with self.engine.connect() as connection:
            return str(
                connection.scalar(
                    select(links.c.person_id).where(
                        links.c.mention_id == mention, links.c.ended_at.is_(None)
                    )
                )
            )

    def link_row(self, signal: str, ref: str) -> Any:
        mention = self.mention(signal, ref)
        with self.engine.connect() as connection:
            return next(
                link
                for link in links_of_signals(connection, [signal])
                if link.mention_id == mention
            )

    def entries(self) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            payloads = connection.scalars(select(outbox.c.payload).order_by(outbox.c.created_at))
            return [p for p in payloads if p["event"].startswith("link.")]

    def snapshot(self) -> dict[str, set[Any]]:
        """All that holds now, without the ids of versions."""
        with self.engine.connect() as connection:
            rows = {
                "links": select(
                    links.c.mention_id, links.c.person_id, links.c.state, links.c.band,
                    links.c.confirmed_by, links.c.score_bits,
                ).where(links.c.ended_at.is_(None)),
                "ties": select(
                    ties.c.person_from, ties.c.person_to, ties.c.kind, ties.c.since, ties.c.until,
                    ties.c.signal_id,
                ).where(ties.c.ended_at.is_(None)),
                "memberships": select(
                    memberships.c.household_id, memberships.c.person_id, memberships.c.role,
                    memberships.c.from_date, memberships.c.until_date,
                ).where(memberships.c.ended_at.is_(None)),
                "bundlings": select(
                    bundlings.c.household_id, bundlings.c.mention_id, bundlings.c.basis
                ).where(bundlings.c.ended_at.is_(None)),
            }  # fmt: skip
            return {
                name: {tuple(row) for row in connection.execute(query)}
                for name, query in rows.items()
            }
