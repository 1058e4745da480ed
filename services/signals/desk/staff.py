"""Whom a desk can choose: coordinators who logged in, or were assigned before."""

from __future__ import annotations

import threading

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from services.signals.cases import repository
from services.signals.desk.tables import staff
from shared import clock
from shared.authentication.actor import Actor
from shared.database import writing
from shared.vocabulary import Role

_MOST_KEPT = 2000


class Staff:
    """Keeps who works here as a coordinator: once a day for each, when they do anything."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._noted: dict[str, tuple[str, str, str]] = {}
        self._lock = threading.Lock()

    def note(self, actor: Actor) -> None:
        """Remembers a coordinator; others are not kept. Never stands in the way of the request."""
        if actor.role is not Role.COORDINATOR or not actor.name:
            return
        today = clock.today().isoformat()
        seen = (actor.name, actor.organisation, today)
        with self._lock:
            if self._noted.get(actor.subject) == seen:
                return
            if len(self._noted) >= _MOST_KEPT:
                self._noted.clear()
            self._noted[actor.subject] = seen
        values = {
            "name": actor.name,
            "organisation": actor.organisation,
            "region": actor.region,
            "legal_context": str(actor.legal_context),
            "seen_on": today,
        }
        try:
            with writing(self._engine).begin() as connection:
                changed = connection.execute(
                    update(staff).where(staff.c.subject == actor.subject).values(**values)
                )
                if not changed.rowcount:
                    connection.execute(staff.insert().values(subject=actor.subject, **values))
        except (IntegrityError, OperationalError):
            with self._lock:  # a convenience: tried again at the next request
                self._noted.pop(actor.subject, None)

    def known(self, actor: Actor) -> list[tuple[str, str]]:
        """(subject, name) of the coordinators of the desk's organisation and context, by name."""
        with self._engine.connect() as connection:
            assigned = dict(repository.known_staff(connection, actor.organisation))
            return sorted(
                {**assigned, **_logged_in(connection, actor)}.items(),
                key=lambda one: (one[1].casefold(), one[0]),
            )

    def names(self, subjects: list[str]) -> dict[str, str]:
        """Names of those who are known here, by subject."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(staff.c.subject, staff.c.name).where(staff.c.subject.in_(subjects))
            )
            return {row.subject: row.name for row in rows}


def _logged_in(connection: Connection, actor: Actor) -> dict[str, str]:
    rows = connection.execute(
        select(staff.c.subject, staff.c.name).where(
            staff.c.organisation == actor.organisation,
            staff.c.legal_context == str(actor.legal_context),
        )
    )
    return {row.subject: row.name for row in rows}
