"""Wrong passwords in a row, by digest of the user name: after some, the name waits a while."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.identity.store import digest
from services.identity.tables import attempts
from shared import clock
from shared.database import writing

FAILURES_ALLOWED = 5
BLOCK_SECONDS = 30


def _now() -> int:
    return int(clock.now().timestamp())


class Attempts:
    """Every method is one transaction. Names that do not exist are counted just the same."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_blocked(self, user: str) -> bool:
        with self._engine.connect() as connection:
            until = connection.execute(
                select(attempts.c.blocked_until).where(attempts.c.user_digest == digest(user))
            ).scalar()
        # Further ahead than one wait: from before the clock was set back.
        return until is not None and 0 < until - _now() <= BLOCK_SECONDS

    def note_failure(self, user: str) -> None:
        """Counts a wrong password; after FAILURES_ALLOWED in a row the name waits BLOCK_SECONDS."""
        known = attempts.c.user_digest == digest(user)
        with writing(self._engine).begin() as connection:
            if connection.execute(select(attempts.c.failures).where(known)).first() is None:
                # Another request may be first: then its row counts this failure too.
                with suppress(IntegrityError), connection.begin_nested():
                    connection.execute(
                        insert(attempts).values(
                            user_digest=digest(user), failures=0, blocked_until=0
                        )
                    )
            connection.execute(
                update(attempts).where(known).values(failures=attempts.c.failures + 1)
            )
            connection.execute(
                update(attempts)
                .where(known, attempts.c.failures >= FAILURES_ALLOWED)
                .values(blocked_until=_now() + BLOCK_SECONDS)
            )

    def note_success(self, user: str) -> None:
        with writing(self._engine).begin() as connection:
            connection.execute(delete(attempts).where(attempts.c.user_digest == digest(user)))
