"""Acute deliveries that were not understood, as the desk sees them; the listing is an entry."""

from __future__ import annotations

from sqlalchemy import Engine

from services.signals.intake.status import Held, held_in
from shared.authentication.actor import Actor
from shared.clients.audit import AuditClient, entry_for
from shared.vocabulary import Purpose


class HeldSignals:
    """The first page of the quarantine of a desk's region. Raises Unavailable without the log."""

    def __init__(self, engine: Engine, audit: AuditClient) -> None:
        self._engine = engine
        self._audit = audit

    def __call__(self, actor: Actor) -> tuple[int, list[Held]]:
        """(how many there are, the oldest of them)."""
        with self._engine.connect() as connection:
            count, items = held_in(connection, actor.region)
        self._audit.record(
            [
                entry_for(
                    actor,
                    "quarantine.listed",
                    purpose=str(Purpose.TRIAGE),
                    region=actor.region,
                    result_count=count,
                    signal_ids=sorted({item.signal_id for item in items}),
                )
            ]
        )
        return count, items
