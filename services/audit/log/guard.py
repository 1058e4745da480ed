"""SQLite: what the service's own connections may do at all, beside the triggers of the tables.

A statement is judged when it is compiled, so what is injected, or written by mistake, is refused
before a row is touched; dropping a trigger first is refused as well. (https://sqlite.org/c3ref/set_authorizer.html)
Against somebody with a connection of their own this is nothing; the signed tree is for them.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Engine, event

_READ_AND_ADD = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_SAVEPOINT,
    }
)
_PRAGMAS = frozenset({"synchronous", "wal_autocheckpoint", "cache_size", "read_uncommitted"})
_SCHEMA = ("sqlite_master", "sqlite_schema", "sqlite_temp_master", "alembic_version")


def guard(engine: Engine) -> None:
    """Every connection that `engine` opens from now on may read and add, and let tiles grow."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _limit)


def _limit(connection: Any, _record: Any) -> None:
    connection.set_authorizer(_may)


def _may(
    action: int, first: str | None, second: str | None, _database: str | None, _by: str | None
) -> int:
    if action in _READ_AND_ADD:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_INSERT and first not in _SCHEMA:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_UPDATE and (first, second) == ("tiles", "hashes"):
        return sqlite3.SQLITE_OK  # the triggers see to it that they only grow
    if action == sqlite3.SQLITE_DELETE and first == "subject_keys":
        return sqlite3.SQLITE_OK  # erasure (AVG art. 17)
    if action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY
