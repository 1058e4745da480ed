"""Linking signals: who is meant, may it be bundled, and what follows, in one transaction for all
that wait.

Linking is serialised per database: one worker runs it, and each writing transaction takes a lock
and checks that what its plans rest on still stands, so that two signals of one unseen person that
arrive at once make one person. Running again after a crash anywhere changes nothing twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select, update

from services.signals.delivery.outbox import enqueue_many, new_message
from services.signals.intake import queue
from services.signals.intake.queue import Waiting
from services.signals.intake.reading import chunks, load_signals
from services.signals.linking.asking import Verdict, entries_of
from services.signals.linking.deciding import Decider, Decisions
from services.signals.linking.finding import lock_linking
from services.signals.linking.keys import Keyer
from services.signals.linking.planning import Planned
from services.signals.linking.reading import households_of_signals
from services.signals.linking.scope import scopes_of
from services.signals.linking.settling import settle_scopes
from services.signals.linking.states import LinkState
from services.signals.linking.surroundings import read_surroundings, view_of
from services.signals.linking.tables import links
from services.signals.linking.weights import Weights, provisional_weights
from services.signals.linking.writing import with_open_candidates, write_plans
from services.signals.protection.vault import CannotOpen, Vault
from shared.database import writing
from shared.logging import get_logger
from shared.problems import NotAuthenticated, Unavailable

AT_ONCE = 100  # signals in one transaction; four questions each fit one call to consent
_ATTEMPTS = 5


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
        self._weights = weights or provisional_weights()
        self._decider = Decider(decisions, self._weights)

    def run_once(self, limit: int = AT_ONCE) -> int:
        """Links what waits and is due, together; how many signals. A signal that fails waits its
        turn with growing pauses and holds up no other."""
        with self._engine.connect() as connection:
            waiting = queue.take_pending(connection, limit)
        return self._link_or_postpone(waiting) if waiting else 0

    def link_signal(self, signal_id: str) -> LinkOutcome:
        """Links the signal's current version; a withdrawn one loses its links.

        Raises Unavailable when consent does not answer (nothing is changed; it stays pending),
        CannotOpen when a mention was erased.
        """
        return self._link([signal_id]).get(signal_id, LinkOutcome((), ()))

    def relink(self, mention_ids: Iterable[str]) -> int:
        """A ground of these mentions changed: all signals of their persons are asked again. How
        many signals now wait."""
        with writing(self._engine).begin() as connection:
            return queue_again(connection, mention_ids)

    def _link_or_postpone(self, waiting: Sequence[Waiting]) -> int:
        try:
            self._link([item.signal_id for item in waiting])
        except (Unavailable, NotAuthenticated):
            self._postpone(waiting, "consent-unavailable")
            return 0
        except Exception as error:
            if len(waiting) == 1:
                self._postpone(waiting, self._reason(waiting[0], error))
                return 0
            # One spoils it for all: the halves, until it is found, so that the others go on.
            middle = len(waiting) // 2
            return sum(
                self._link_or_postpone(half) for half in (waiting[:middle], waiting[middle:])
            )
        return len(waiting)

    def _reason(self, item: Waiting, error: Exception) -> str:
        if isinstance(error, CannotOpen):
            get_logger().error("signal cannot be opened for linking", signal_id=item.signal_id)
            return "cannot-open"
        get_logger().error(
            "linking failed", signal_id=item.signal_id, exception_type=type(error).__name__
        )
        return "failed"

    def _postpone(self, waiting: Sequence[Waiting], reason: str) -> None:
        with writing(self._engine).begin() as connection:
            for item in waiting:
                queue.postpone(connection, item, reason)

    def _link(self, signal_ids: Sequence[str]) -> dict[str, LinkOutcome]:
        for _ in range(_ATTEMPTS):
            with self._engine.connect() as connection:
                around = read_surroundings(connection, self._vault, self._keyer, signal_ids)
            if not around.arrivals:
                return {}
            planned, verdicts = self._decider.decide(around)
            with writing(self._engine).begin() as connection:
                lock_linking(connection)
                if view_of(connection, around) == around.view:
                    return self._write(connection, planned, verdicts)
        raise Unavailable("Linking was overtaken by other changes. It is tried again.")

    def _write(
        self, connection: Connection, planned: Planned, verdicts: Sequence[Verdict]
    ) -> dict[str, LinkOutcome]:
        decided = list(zip(planned.plans, verdicts, strict=True))
        written = write_plans(connection, decided, self._weights)
        signal_ids = [plan.record.id for plan in planned.plans]
        # Always: a correction may change ties, or the compartment, and no mention.
        settle_scopes(connection, scopes_of(connection, signal_ids))
        enqueue_many(
            connection,
            [
                new_message("audit", entry.to_json(), entry.entry_id)
                for (plan, verdict), one in zip(decided, written, strict=True)
                for entry in entries_of(plan, verdict, one)
            ],
        )
        doubted = with_open_candidates(
            connection, [mention.id for plan in planned.plans for mention in plan.mentions]
        )
        review = {
            plan.record.id: any(mention.id in doubted for mention in plan.mentions)
            for plan in planned.plans
        }
        queue.mark_all_done(
            connection,
            [
                (plan.record.id, plan.record.version, "review" if review[plan.record.id] else "")
                for plan in planned.plans
            ],
        )
        if planned.again:
            queue.ask_again(connection, planned.again)
        return _outcomes(connection, signal_ids, review)


def _outcomes(
    connection: Connection, signal_ids: Sequence[str], review: Mapping[str, bool]
) -> dict[str, LinkOutcome]:
    states: dict[str, list[str]] = defaultdict(list)
    for chunk in chunks(signal_ids):
        for signal, state in connection.execute(
            select(links.c.signal_id, links.c.state)
            .where(links.c.signal_id.in_(chunk), links.c.ended_at.is_(None))
            .order_by(links.c.mention_id, links.c.layer)
        ):
            states[signal].append(state)
    homes = households_of_signals(connection, signal_ids)
    return {
        signal: LinkOutcome(tuple(sorted(homes[signal])), tuple(states[signal]), review[signal])
        for signal in signal_ids
    }


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
        waits = (
            links.c.entry_id.in_(chunk),
            links.c.state == LinkState.AWAITING_RECEIPT.value,
            links.c.ended_at.is_(None),
        )
        signals |= set(connection.scalars(select(links.c.signal_id).where(*waits).distinct()))
        # Filled once, as the end of a link is: a receipt changes nothing that the link says.
        connection.execute(update(links).where(*waits).values(state=LinkState.ACTIVE.value))
    homes = households_of_signals(connection, signals)
    return sorted({home for found in homes.values() for home in found})
