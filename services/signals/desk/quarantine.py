"""Messages that were not understood: listed, opened, mended or sent back by the desk they are for.

Only the desk of the addressed context sees them; when that cannot be read, every desk of the
region does. The body is opened by a decision and an entry of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from services.signals.cases.model import FIRST_GROUND
from services.signals.desk.deciding import TRIAGE, Decider, entry_of
from services.signals.intake.mending import Change, Leaf, Mended, Mending
from services.signals.intake.status import Held, held_in
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.decisions import Decision, PlaceFacts, Question
from shared.database import writing
from shared.problems import Conflict
from shared.vocabulary import LegalContext

RETURN_REASONS = ("not-readable", "wrong-addressee", "misses-too-much", "not-acute")
_NOBODY = ""  # whom it is for cannot be read


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A held message, opened."""

    opened_at: datetime
    held: Held
    leaves: tuple[Leaf, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeldDone:
    """What was done with a held message: mended | returned."""

    id: str
    signal_id: str
    outcome: str


class Quarantine:
    """Raises NotFound for what is not for this desk, Unavailable without consent or the log."""

    def __init__(self, decider: Decider, mending: Mending) -> None:
        self._decider = decider
        self._engine = decider.engine
        self._mending = mending

    def listed(self, actor: Actor, page: int = 1) -> tuple[int, list[Held]]:
        """(how many there are for this desk, one page of them)."""
        addressees, asked = self._for_desk(actor)
        with self._engine.connect() as connection:
            count, items = held_in(connection, actor.region, page, addressees)
        self._decider.audit.record(
            [
                entry_of(
                    actor,
                    asked,
                    "quarantine.listed",
                    result_count=count,
                    signal_ids=sorted({item.signal_id for item in items}),
                )
            ]
        )
        return count, items

    def open(self, actor: Actor, held_id: str) -> HeldMessage:
        """The message itself, protected addresses masked."""
        now = clock.now()
        row, held, asked = self._demand(actor, held_id, "quarantine.opened")
        with self._engine.connect() as connection:
            leaves = self._mending.leaves(connection, row)
        self._decider.audit.record(
            [
                entry_of(
                    actor, asked, "quarantine.opened", signal_ids=[held.signal_id], result_count=1
                )
            ]
        )
        return HeldMessage(now, held, tuple(leaves))

    def mend(
        self, actor: Actor, held_id: str, changes: Sequence[Change], *, drop_unknown: bool = False
    ) -> HeldDone:
        """Sets members anew; understood, it goes on as a signal. Raises InvalidInput with every
        fault that is left, Conflict when the source was faster."""
        row, held, asked = self._demand(actor, held_id, "quarantine.mended")
        mended = self._mending.mend(row, changes, drop_unknown=drop_unknown)
        entry = entry_of(
            actor,
            asked,
            "quarantine.mended",
            signal_ids=[held.signal_id],
            result_count=len(changes),
        )
        self._decider.audit.record([entry])
        self._write(mended, actor.subject)
        return HeldDone(held_id, held.signal_id, "mended")

    def send_back(self, actor: Actor, held_id: str, reason: str) -> HeldDone:
        """Sends it back to its source, which learns it by its status. It stays until the source
        mends or withdraws it. Raises Conflict when it was sent back before."""
        _, held, asked = self._demand(actor, held_id, "quarantine.returned")
        if held.returned_at:
            raise Conflict("It was sent back before.")
        entry = entry_of(
            actor, asked, "quarantine.returned", signal_ids=[held.signal_id], reason=reason
        )
        self._decider.audit.record([entry])
        with writing(self._engine).begin() as connection:
            self._mending.send_back(connection, held_id, reason, actor.subject)
        return HeldDone(held_id, held.signal_id, "returned")

    def _write(self, mended: Mended, by: str) -> None:
        with writing(self._engine).begin() as connection:
            self._mending.write(connection, mended, by)

    def _for_desk(self, actor: Actor) -> tuple[list[str], Decision]:
        """The addressees whose messages this desk may mend: asked once for each there can be, which
        is the same as asking about every message (I3)."""
        kinds = {**{code: str(context) for code, context in FIRST_GROUND.items()}, _NOBODY: "none"}
        questions = [
            Question(
                "mend",
                TRIAGE,
                "held",
                ids.new_id(),
                PlaceFacts(actor.region, context, "addressedContext"),
            )
            for context in kinds.values()
        ]
        answers = self._decider.decisions.evaluate(actor, questions)
        mine = [code for code, one in zip(kinds, answers, strict=True) if one.permitted]
        if not mine:
            self._decider.refuse(actor, answers[0], "quarantine.listed")
        first = next(answer for answer in answers if answer.permitted)
        return mine, first

    def _demand(self, actor: Actor, held_id: str, event: str) -> tuple[Row[Any], Held, Decision]:
        with self._engine.connect() as connection:
            row = self._mending.row(connection, held_id)
            region = row.region if row is not None else "none"
            context = FIRST_GROUND.get(row.addressed_to) if row is not None else LegalContext.VIR
            _, items = held_in(connection, region, held_id=held_id)
        facts = PlaceFacts(region, str(context or LegalContext.NONE), "addressedContext")
        asked = self._decider.decisions.ask(actor, Question("mend", TRIAGE, "held", held_id, facts))
        if row is None or not items or not asked.permitted:
            self._decider.refuse(actor, asked, event)
        return row, items[0], asked
