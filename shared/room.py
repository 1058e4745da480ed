"""Is there room on the disk? Refusing early is clearer than a disk that is full halfway."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import Engine

from shared.problems import OutOfRoom


def is_full(error: Exception) -> bool:
    """Did the engine say that the disk is full? (SQLITE_FULL; SQLSTATE 53100)"""
    cause = getattr(error, "orig", error)
    code = getattr(cause, "sqlite_errorcode", None)
    full = code is not None and code & 0xFF == sqlite3.SQLITE_FULL
    return full or getattr(cause, "sqlstate", None) == "53100"


class Room:
    """The disk of a SQLite database; of a database elsewhere its own engine knows the room.

    `keeps`: bytes that stay free; 0 asks for nothing. `setting` is named in the refusal.
    """

    def __init__(self, engine: Engine, keeps: int, setting: str) -> None:
        database = engine.url.database if engine.dialect.name == "sqlite" else None
        self._folder = Path(database).parent if database and database != ":memory:" else None
        self._keeps = keeps
        self._setting = setting

    def demand(self) -> None:
        """Raises OutOfRoom when less than `keeps` is left."""
        if self._folder is None:
            return
        free = shutil.disk_usage(self._folder).free
        if free < self._keeps:
            raise OutOfRoom(
                f"The disk has {free >> 20} MB left and keeps {self._keeps >> 20} MB free "
                f"({self._setting}). Nothing was written. Make room, then send the same again."
            )
