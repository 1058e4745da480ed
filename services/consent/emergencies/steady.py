"""Time that never runs back: a clock that is set back must not prolong a grant."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from services.consent.tables import decisions, revisions
from shared import clock


class SteadyTime:
    """At least the system's time, at least what passed since the last asking, and at the start at
    least the latest moment that was ever recorded. Safe for many threads."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._seen: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        with self._lock:
            moment, counted = clock.now(), clock.monotonic()
            if self._seen is None:
                moment = max(moment, self._recorded(moment))
            else:
                before, at = self._seen
                moment = max(moment, before + timedelta(seconds=counted - at))
            self._seen = (moment, counted)
            return moment

    def _recorded(self, otherwise: datetime) -> datetime:
        with self._database.connect() as connection:
            found = [
                connection.execute(select(func.max(table.c.at))).scalar()
                for table in (revisions, decisions)
            ]
        return max((clock.moment(at) for at in found if at), default=otherwise)
