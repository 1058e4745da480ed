"""One database to one file and back, by the engine's own means.

SQLite: its online backup, while the service goes on writing. PostgreSQL: pg_dump and pg_restore,
which must be as new as the server. Passwords go by the environment, never on a command line.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, create_engine, inspect, make_url, text
from sqlalchemy.exc import OperationalError


class BackupFailed(Exception):
    """A database could not be copied; the text says which and why, without secrets."""


def engine_of(url: str) -> str:
    """ "sqlite" or "postgresql"."""
    return make_url(url).get_backend_name()


def dump(url: str, target: Path) -> None:
    """Writes one moment of the database into `target`. Raises BackupFailed."""
    place = make_url(url)
    target.touch(mode=0o600)
    if engine_of(url) == "sqlite":
        source = _file_of(place)
        if not source.exists():
            raise BackupFailed(f"There is no database {source}.")
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as reading,
            closing(sqlite3.connect(target)) as writing,
        ):
            reading.backup(writing)
            # One file, readable from a disk that cannot be written.
            writing.execute("PRAGMA journal_mode=DELETE")
    else:
        _run("pg_dump", place, "--format=custom", "--no-owner", "--no-privileges",
             f"--file={target}")  # fmt: skip
    with target.open("rb") as file:
        os.fsync(file.fileno())


def load(source: Path, url: str) -> None:
    """Fills the empty database `url` from a file of `dump`. Raises BackupFailed."""
    place = make_url(url)
    if engine_of(url) == "sqlite":
        target = _file_of(place)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = target.with_name(f"{target.name}.restoring")
        shutil.copyfile(source, partial)
        partial.chmod(0o600)
        with closing(sqlite3.connect(partial)) as connection:
            fault = connection.execute("PRAGMA quick_check").fetchone()[0]
        if fault != "ok":
            partial.unlink()
            raise BackupFailed(f"{source.name} is damaged: {fault}")
        partial.replace(target)
    else:
        _run("pg_restore", place, "--no-owner", "--no-privileges", "--exit-on-error",
             "--single-transaction", f"--dbname={place.database}", str(source))  # fmt: skip


def is_empty(url: str) -> bool:
    """True when nothing would be overwritten: no file, or a database without tables."""
    place = make_url(url)
    if engine_of(url) == "sqlite":
        file = _file_of(place)
        return not file.exists() or file.stat().st_size == 0
    engine = create_engine(place)
    try:
        return not inspect(engine).get_table_names()
    except OperationalError as error:
        raise BackupFailed(f"The database {place.database} does not answer.") from error
    finally:
        engine.dispose()


def empty_again(url: str) -> None:
    """Takes away what `load` put into a database that was empty before."""
    place = make_url(url)
    if engine_of(url) == "sqlite":
        for end in ("", "-wal", "-shm", ".sequencer"):
            Path(f"{_file_of(place)}{end}").unlink(missing_ok=True)
        return
    engine = create_engine(place)
    try:
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    finally:
        engine.dispose()


def _file_of(place: URL) -> Path:
    if not place.database or place.database == ":memory:":
        raise BackupFailed("A database in memory cannot be backed up.")
    return Path(place.database)


def _run(tool: str, place: URL, *arguments: str) -> None:
    found = shutil.which(tool)
    if found is None:
        raise BackupFailed(f"{tool} is not installed (Debian: postgresql-client).")
    query = {name: str(value) for name, value in place.query.items()}
    told = {
        "PGHOST": place.host or query.get("host", ""),
        "PGPORT": str(place.port or query.get("port", "")),
        "PGUSER": place.username or query.get("user", ""),
        "PGPASSWORD": str(place.password or ""),
        "PGDATABASE": place.database or "",
        "PGSSLMODE": query.get("sslmode", ""),
        "PGSSLROOTCERT": query.get("sslrootcert", ""),
    }
    done = subprocess.run(  # noqa: S603 - fixed tools, no shell
        [found, *arguments],
        env={**os.environ, **{name: value for name, value in told.items() if value}},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupFailed(f"{tool} failed for {place.database}: {done.stderr.strip()[-400:]}")
