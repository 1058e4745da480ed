"""Deliveries that arrive while another one is being written are written together.

Whoever finds nobody at work writes at once; the others wait until that is committed, and the first
of them then writes for all that wait. So one caller alone waits for nobody, and many at once share
their statements and their commit. Each still gets its own answer, after the commit of its own.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.signals.intake.answers import Answered
from services.signals.intake.batch import NO_TRACE, Trace
from services.signals.intake.service import Intake, Outcome
from shared.authentication.actor import Actor
from shared.problems import Problem

MOST = 50  # deliveries in one transaction


@dataclass(eq=False)
class _Waiting:
    actor: Actor
    raw: bytes = field(repr=False)
    trace: Trace
    turn: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome | None = None
    error: Exception | None = None

    @property
    def done(self) -> bool:
        return self.outcome is not None or self.error is not None


class Gathering:
    """Takes single deliveries from many threads."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._busy = False

    def deliver(self, actor: Actor, raw: bytes, trace: Trace = NO_TRACE) -> Answered:
        """A first delivery, or the replay of one. Raises InvalidInput, Conflict, Unavailable."""
        mine = _Waiting(actor, raw, trace)
        with self._lock:
            self._waiting.append(mine)
            first, self._busy = not self._busy, True
        if not first:
            mine.turn.wait()
        if not mine.done:
            self._write()
        if mine.error is not None:
            raise mine.error
        if isinstance(mine.outcome, Answered):
            return mine.outcome
        raise mine.outcome if isinstance(mine.outcome, Problem) else RuntimeError("no outcome")

    def _write(self) -> None:
        """Writes for all that wait, then hands over to the first that came meanwhile."""
        with self._lock:
            taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            by_actor: dict[Actor, list[_Waiting]] = defaultdict(list)
            for one in taken:
                by_actor[one.actor].append(one)
            for actor, group in by_actor.items():
                self._deliver(actor, group)
        finally:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._busy = following is not None
            for one in taken:
                if not one.done:  # the writer itself was ended
                    one.error = RuntimeError("The delivery was broken off.")
                one.turn.set()
            if following is not None:
                following.turn.set()

    def _deliver(self, actor: Actor, group: Sequence[_Waiting]) -> None:
        try:
            outcomes = self._intake.deliver_many(
                actor, [one.raw for one in group], [one.trace for one in group]
            )
        except Exception as error:
            if len(group) == 1:
                group[0].error = error
                return
            for one in group:  # what fails for one must not fail for the others
                self._deliver(actor, [one])
            return
        for one, outcome in zip(group, outcomes, strict=True):
            one.outcome = outcome
