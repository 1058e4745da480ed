"""One sequencer per log: a second one must not start, in whatever process.

SQLite: a lock on a file beside the database (flock: freed by the kernel when the process dies).
PostgreSQL: an advisory lock of the session that writes, so lock and writing end together.
"""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, Engine, text

from shared import clock
from shared.database import writing

_ADVISORY_LOCK = 0x62756E64656C  # "bundel"; advisory locks are per database


class LogBusy(Exception):
    """Another sequencer writes to this log."""


_TRIES = 20  # a tenth of a second apart


class WriterSeat:
    """The one writer's place: a connection to write with, held together with the lock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._file: TextIO | None = None
        self._connection: Connection | None = None

    def take(self) -> Connection:
        """The connection to write with. Takes the lock first; raises LogBusy when it is held."""
        if self._connection is not None and not self._connection.invalidated:
            return self._connection
        self.leave()  # a broken connection has lost its advisory lock: begin again
        if self._engine.dialect.name == "sqlite":
            self._lock_file()
        connection = writing(self._engine).connect()
        try:
            if self._engine.dialect.name != "sqlite":
                self._lock_session(connection)
            else:
                # Moving pages from the WAL into the database costs a group two more syncs:
                # seldom, then, and each page once for many groups. 32 MB at the most.
                with connection.begin():
                    connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 8000")
                    connection.exec_driver_sql("PRAGMA cache_size = -32768")  # kB
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _lock_file(self) -> None:
        database = self._engine.url.database
        if not database or database == ":memory:":
            raise LogBusy("a log needs a database file of its own")
        file = Path(f"{database}.sequencer").open("a", encoding="ascii")  # noqa: SIM115 - held
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise LogBusy(f"another process writes to the log in {database}") from error
        self._file = file

    def _lock_session(self, connection: Connection) -> None:
        # A session that was closed a moment ago may still be ending on the server.
        for _ in range(_TRIES):
            with connection.begin():
                held = connection.execute(
                    text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_LOCK}
                ).scalar()
            if held:
                return
            clock.pause(0.1)
        raise LogBusy("another process writes to the log in this database")

    def leave(self) -> None:
        """Gives connection and lock back. May be called twice."""
        if self._connection is not None:
            # invalidate() closes the session itself: a pooled one would keep its advisory lock.
            if not self._connection.invalidated:
                self._connection.invalidate()
            self._connection.close()
            self._connection = None
        if self._file is not None:
            self._file.close()
            self._file = None
