"""Driving a signal through the rooms: linked → receipt → visible → case → index.

A link becomes visible when the log gives its receipt; in that same transaction its household gets
its case and the index its document. Every step may run again after a crash anywhere (I7).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from services.signals.cases.households import CaseChange, ensure_cases
from services.signals.delivery.outbox import enqueue
from services.signals.intake import queue
from services.signals.linking import service as linking
from services.signals.linking.finding import lock_linking
from services.signals.linking.reading import (
    households_of_signals,
    linked_before,
    sealed_mentions,
    signals_of_entries,
)
from services.signals.search.indexing import Indexer
from shared import clock
from shared.authentication.actor import Actor
from shared.clients.audit import entry_for
from shared.clients.calling import call
from shared.clients.decisions import AUDIENCE as CONSENT_AUDIENCE
from shared.clients.decisions import DecisionClient
from shared.database import writing
from shared.problems import Problem, Unavailable
from shared.vocabulary import Agency, LegalContext, Purpose, Role

_POLL_EVERY = timedelta(seconds=15)
_EVENTS = {"opened": "case.opened", "reopened": "case.reopened", "merged": "case.merged"}

# Bundel itself opens cases: no person decides it, a rule does.
_BUNDEL = Actor(
    subject="bundel-signals",
    client="bundel-signals",
    role=Role.SERVICE,
    organisation="bundel",
    agency=Agency.BUNDEL,
    region="",
    legal_context=LegalContext.NONE,
)


class Following:
    """What hangs on links, brought in line with them in the caller's transaction."""

    def __init__(self, indexer: Indexer) -> None:
        self._indexer = indexer

    def follow(self, connection: Connection, signal_ids: Collection[str]) -> None:
        """Cases and index for these signals, as their links stand now."""
        if not signal_ids:
            return
        lock_linking(connection)  # two workers must not open a case for one household at once
        households = {
            household
            for found in households_of_signals(connection, signal_ids).values()
            for household in found
        }
        changes = ensure_cases(connection, households)
        for change in changes:
            _tell(connection, change)
        merged = any(change.kind == "merged" for change in changes)
        self._indexer.refresh(connection, signal_ids, households if merged else ())

    def on_receipt(self, connection: Connection, entry_ids: Sequence[str]) -> None:
        """The log holds these entries: their links become visible (I1), with all that follows."""
        linking.on_receipt(connection, entry_ids)
        self.follow(connection, signals_of_entries(connection, entry_ids))


class Flow:
    """The worker that links what waits. `revision` asks consent for its revision; None: no poll."""

    def __init__(
        self,
        engine: Engine,
        linker: linking.Linker,
        following: Following,
        revision: Callable[[], int] | None = None,
    ) -> None:
        self._engine = engine
        self._linker = linker
        self._following = following
        self._revision = revision
        self._seen: int | None = None
        self._next_poll: datetime | None = None

    def run_once(self) -> int:
        """Links what is due, then sees to cases and index; how many signals were linked."""
        self._poll()
        with self._engine.connect() as connection:
            due = queue.take_pending(connection, linking.AT_ONCE)
            waiting = [item.signal_id for item in due]
        if not waiting:
            return 0
        done = self._linker.run_once(len(waiting))
        # New links wait for their receipt; a withdrawal or a correction shows at once.
        with self._engine.connect() as connection:
            shown = linked_before(connection, waiting)
        if shown:
            with writing(self._engine).begin() as connection:
                self._following.follow(connection, shown)
        return done

    def _poll(self) -> None:
        """A changed ground that was not told still leads to asking again, at most 15 s later."""
        now = clock.now()
        # Further ahead than one pause: from a clock that was set back since.
        waits = self._next_poll is not None and now < self._next_poll <= now + _POLL_EVERY
        if self._revision is None or waits:
            return
        self._next_poll = now + _POLL_EVERY
        try:
            revision = self._revision()
        except Problem:
            return  # consent is not there: asked again at the next turn
        if self._seen is not None and revision != self._seen:
            with self._engine.connect() as connection:
                sealed = sealed_mentions(connection)
            if sealed:
                self._linker.relink(sealed)
        self._seen = revision


def consent_revision(decisions: DecisionClient) -> Callable[[], int]:
    """Asks the consent service for the number that grows with every change of its grounds."""

    def ask() -> int:
        answer = call(
            decisions.tokens,
            lambda: decisions.tokens.own(CONSENT_AUDIENCE),
            lambda authorization: decisions.transport.send(
                "GET",
                f"{decisions.settings.neighbours['consent']}/v1/revision",
                {"Authorization": authorization, "Accept": "application/json"},
                timeout=decisions.settings.neighbour_timeout,
            ),
        )
        if answer.status != 200:
            raise Unavailable
        try:
            return int(answer.json()["revision"])
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable from error

    return ask


def _tell(connection: Connection, change: CaseChange) -> None:
    case = change.case
    entry = entry_for(
        _BUNDEL,
        _EVENTS[change.kind],
        purpose=str(Purpose.INTAKE),
        legal_context=str(case.legal_context),
        household_id=case.household_id,
        case_id=case.id,
        region=case.region,
    )
    enqueue(connection, "audit", entry.to_json(), message_id=entry.entry_id)
