"""The privacy officer's reading: each search and each entry opened is decided and itself an entry.

Order matters (I1, R27): decision of consent, then the read, then the entry's receipt, then the
answer. A refusal is an entry too, and looks like what does not exist.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Engine

from services.audit.entries.recorder import Recorder
from services.audit.entries.subjects import SubjectTokens
from services.audit.log import store
from services.audit.log.check import LogDamaged
from services.audit.log.reader import LogReader, Proof
from services.audit.log.tree import leaf_hash
from services.audit.review.query import EntryQuery, LoggedEntry, find_entries, find_entry
from shared.authentication.actor import Actor
from shared.clients.audit import DENY
from shared.clients.decisions import Decision, Question
from shared.problems import NotFound, Problem
from shared.vocabulary import Purpose

PURPOSE = Purpose.OVERSIGHT
PROCESSING = "urn:bundel:processing:oversight"


class DamagedLog(Problem):
    """What is stored contradicts itself; nothing that may be wrong is shown."""

    code = "log-damaged"
    title = "The log is damaged"


class Decisions(Protocol):
    """The part of shared.clients.decisions.DecisionClient that is needed here."""

    def ask(self, actor: Actor, question: Question) -> Decision: ...


@dataclass(frozen=True)
class Found:
    """One page of entries. `entry_id`: the entry of this search itself."""

    items: list[LoggedEntry]
    total: int
    page: int
    entry_id: str


@dataclass(frozen=True)
class Opened:
    """One entry with a proof, verified just now, that it stands in the signed tree."""

    entry: LoggedEntry
    proof: Proof


class Review:
    """Raises NotFound when consent refuses, Unavailable when a neighbour is away."""

    def __init__(
        self,
        engine: Engine,
        tokens: SubjectTokens,
        recorder: Recorder,
        decisions: Decisions,
        reader: LogReader,
    ) -> None:
        self._engine = engine
        self._tokens = tokens
        self._recorder = recorder
        self._decisions = decisions
        self._reader = reader

    def search(self, actor: Actor, query: EntryQuery) -> Found:
        """One page of the entries that `actor`'s region may see. Raises DamagedLog too."""
        decision = self._decide(actor)
        self._recorder.catch_up()
        with store.snapshot(self._engine) as connection:
            known = self._tokens.find(connection, query.subjects or ())
            try:
                total, items = find_entries(connection, query, list(known.values()), actor.region)
            except LogDamaged as error:
                raise DamagedLog(str(error)) from error
        receipt = self._recorder.own(
            actor,
            "log.searched",
            **_ground(decision),
            # Only persons who have a token already: a search must not make new ones.
            subjects=tuple(known),
            household_id=query.household_id,
            case_id=query.case_id,
            result_count=total,
            reason=query.asked(),
            region=actor.region,
        )
        return Found(items, total, query.page, receipt.entry_id)

    def open(self, actor: Actor, entry_id: str) -> Opened:
        """One entry. Raises NotFound also when it is another region's (and that is an entry)."""
        decision = self._decide(actor)
        self._recorder.catch_up()
        with store.snapshot(self._engine) as connection:
            try:
                found = find_entry(connection, entry_id, actor.region)
            except LogDamaged as error:
                raise DamagedLog(str(error)) from error
        if found is None:
            self._recorder.own(actor, "access.denied", reason="log-entry", purpose=PURPOSE)
            raise NotFound
        self._recorder.own(
            actor,
            "log.entry-opened",
            **_ground(decision),
            refers_to=entry_id,
            household_id=found.body.get("householdId", ""),
            result_count=1,
            region=actor.region,
        )
        return Opened(found, self._prove(found))

    def _prove(self, entry: LoggedEntry) -> Proof:
        try:
            return self._reader.prove(entry.position, leaf_hash(entry.leaf))
        except Exception as error:  # whatever it is: an entry that is not in its tree is damage
            raise DamagedLog(f"Entry {entry.position} is not in the signed tree.") from error

    def _decide(self, actor: Actor) -> Decision:
        decision = self._decisions.ask(actor, Question("read_log", PURPOSE, "log", "log"))
        if not decision.permitted:
            self._recorder.own(actor, "decision.refused", **_ground(decision), reason="read_log")
            raise NotFound
        return decision


def _ground(decision: Decision) -> dict[str, Any]:
    """What an entry says of the decision it stands on."""
    return {
        "purpose": PURPOSE,
        "ground": decision.ground.rule_id if decision.ground else "",
        "decision_id": decision.decision_id,
        "policy_version": decision.policy_version,
        "revision": decision.revision,
        "processing_activity": PROCESSING,
        **({} if decision.permitted else {"decision": DENY}),
    }


def hash_text(value: bytes) -> str:
    return base64.b64encode(value).decode()
