"""Linking one signal: who is meant, may it be bundled, and what follows, in one transaction.

Linking is serialised per database: one worker runs it, and each writing transaction takes a lock
and checks that what its plan rests on still stands, so that two signals of one unseen person that
arrive at once make one person. Running again after a crash anywhere changes nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, Engine, select

from services.signals.delivery.outbox import enqueue
from services.signals.intake import queue
from services.signals.intake.reading import chunks, load_signals
from services.signals.linking.asking import (
    Verdict,
    entries_of,
    questions_of,
    source_actor,
    verdict_of,
)
from services.signals.linking.finding import lock_linking
from services.signals.linking.keys import Keyer
from services.signals.linking.links import next_versions
from services.signals.linking.planning import Plan, make_plan, view_of
from services.signals.linking.reading import households_of_signals
from services.signals.linking.states import EndReason, LinkState
from services.signals.linking.tables import links
from services.signals.linking.weights import Weights, provisional_weights
from services.signals.linking.writing import Written, write_links
from services.signals.protection.vault import CannotOpen, Vault
from shared.authentication.actor import Actor
from shared.clients.decisions import Decision, Question
from shared.database import writing
from shared.logging import get_logger
from shared.problems import NotAuthenticated, Unavailable

_ATTEMPTS = 5


class Decisions(Protocol):
    """shared.clients.decisions.DecisionClient."""

    def evaluate(self, actor: Actor, questions: Sequence[Question]) -> list[Decision]: ...


@dataclass(frozen=True)
class LinkOutcome:
    """What came of it: households that bundle the signal now, the state of each of its links."""

    household_ids: tuple[str, ...]
    states: tuple[str, ...]
    review: bool = False  # a human must look at one of its mentions


class Linker:
    """Takes signals from the queue of intake and links them."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        keyer: Keyer,
        decisions: Decisions,
        weights: Weights | None = None,
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._keyer = keyer
        self._decisions = decisions
        self._weights = weights or provisional_weights()

    def run_once(self, limit: int = 50) -> int:
        """Links what waits and is due; how many signals. A signal that fails waits its turn with
        growing pauses and holds up no other."""
        with self._engine.connect() as connection:
            waiting = queue.take_pending(connection, limit)
        done = 0
        for item in waiting:
            reason = self._try(item.signal_id)
            if reason is None:
                done += 1
                continue
            with writing(self._engine).begin() as connection:
                queue.postpone(connection, item, reason)
            if reason == "consent-unavailable":
                # The others would only wait for the same answer.
                break
        return done

    def _try(self, signal_id: str) -> str | None:
        try:
            self.link_signal(signal_id)
        except (Unavailable, NotAuthenticated):
            return "consent-unavailable"
        except CannotOpen:
            get_logger().error("signal cannot be opened for linking", signal_id=signal_id)
            return "cannot-open"
        except Exception as error:
            get_logger().error(
                "linking failed", signal_id=signal_id, exception_type=type(error).__name__
            )
            return "failed"
        return None

    def link_signal(self, signal_id: str) -> LinkOutcome:
        """Links the signal's current version; a withdrawn one loses its links.

        Raises Unavailable when consent does not answer (nothing is changed; it stays pending),
        CannotOpen when a mention was erased.
        """
        for _ in range(_ATTEMPTS):
            with self._engine.connect() as connection:
                plan = make_plan(connection, self._vault, self._keyer, self._weights, signal_id)
            if plan is None:
                return LinkOutcome((), ())
            verdict = self._ask(plan)
            with writing(self._engine).begin() as connection:
                lock_linking(connection)
                if view_of(connection, plan) == plan.view:
                    return self._write(connection, plan, verdict)
        raise Unavailable("Linking was overtaken by other changes. It is tried again.")

    def relink(self, mention_ids: Iterable[str]) -> int:
        """A ground of these mentions changed: all signals of their persons are asked again. How
        many signals now wait."""
        with writing(self._engine).begin() as connection:
            return queue_again(connection, mention_ids)

    def _ask(self, plan: Plan) -> Verdict:
        if plan.record.withdrawn:
            return Verdict((), "", "", (), "", 0)
        decisions = self._decisions.evaluate(source_actor(plan.record), questions_of(plan))
        return verdict_of(decisions)

    def _write(self, connection: Connection, plan: Plan, verdict: Verdict) -> LinkOutcome:
        written = write_links(connection, plan, verdict, self._weights)
        for entry in entries_of(plan, verdict, written):
            enqueue(connection, "audit", entry.to_json(), message_id=entry.entry_id)
        queue.mark_done(
            connection,
            plan.record.id,
            plan.record.version,
            "review" if written.review else "",
        )
        return _outcome(connection, plan, written)


def _outcome(connection: Connection, plan: Plan, written: Written) -> LinkOutcome:
    states = connection.scalars(
        select(links.c.state)
        .where(links.c.signal_id == plan.record.id, links.c.ended_at.is_(None))
        .order_by(links.c.mention_id)
    )
    return LinkOutcome(written.household_ids, tuple(states), written.review)


def queue_again(connection: Connection, mention_ids: Iterable[str]) -> int:
    """Puts the signals of these mentions, and of their whole clusters, back in the queue."""
    people: set[str] = set()
    signals: set[str] = set()
    for chunk in chunks(set(mention_ids)):
        for row in connection.execute(
            select(links.c.person_id, links.c.signal_id).where(
                links.c.mention_id.in_(chunk), links.c.ended_at.is_(None)
            )
        ):
            people.add(row.person_id)
            signals.add(row.signal_id)
    for chunk in chunks(people):
        signals |= set(
            connection.scalars(
                select(links.c.signal_id).where(
                    links.c.person_id.in_(chunk), links.c.ended_at.is_(None)
                )
            )
        )
    return queue.ask_again(connection, set(load_signals(connection, signals)))


def on_receipt(connection: Connection, entry_ids: Sequence[str]) -> list[str]:
    """The log has these entries: links that waited for one become visible (I1).

    Returns the households that show more than before, for what follows from them (their cases).
    Idempotent: the second time nothing waits.
    """
    signals: set[str] = set()
    for chunk in chunks(set(entry_ids)):
        rows = connection.execute(
            select(links).where(
                links.c.entry_id.in_(chunk),
                links.c.state == LinkState.AWAITING_RECEIPT.value,
                links.c.ended_at.is_(None),
            )
        ).all()
        next_versions(connection, rows, EndReason.RECEIPT, state=LinkState.ACTIVE.value)
        signals.update(row.signal_id for row in rows)
    homes = households_of_signals(connection, signals)
    return sorted({home for found in homes.values() for home in found})
