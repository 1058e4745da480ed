"""Engines for SQLite (embedded default) and PostgreSQL, and migrations with Alembic.

SQLite runs in WAL mode with synchronous=FULL: what is committed survives a power cut (I7).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec
from alembic import command
from alembic.config import Config
from sqlalchemy import ColumnElement, Engine, Text, create_engine, event, literal, make_url
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_BUSY_MILLISECONDS = 10_000


def open_engine(url: str) -> Engine:
    """An engine for a `sqlite:///` or `postgresql://` URL; makes the folder of a SQLite file."""
    target = make_url(url)
    if target.get_backend_name() != "sqlite":
        return create_engine(
            target,
            pool_size=16,
            max_overflow=16,
            pool_pre_ping=True,
            json_deserializer=msgspec.json.decode,
        )
    if target.database and target.database != ":memory:":
        Path(target.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(
        target,
        connect_args={"timeout": _BUSY_MILLISECONDS / 1000},
        json_deserializer=msgspec.json.decode,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate_when_asked)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):  # pragma: no cover - other drivers
        return
    # SQLAlchemy decides where a transaction begins, not the driver.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_MILLISECONDS}",
        "trusted_schema=OFF",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate_when_asked(connection: Any) -> None:
    # A transaction that will write takes the write lock at once: no lost upgrade, no SQLITE_BUSY.
    mode = connection.get_execution_options().get("bundel_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if mode else "BEGIN")


def writing(engine: Engine) -> Engine:
    """The same engine for transactions that write: `with writing(engine).begin() as connection`."""
    return engine.execution_options(bundel_write=True)


class _Listed(FunctionElement[str]):
    inherit_cache = True
    name = "listed"


@compiles(_Listed)
def _listed(element: _Listed, compiler: SQLCompiler, **options: Any) -> str:
    values = compiler.process(element.clauses, **options)  # the placeholder of one parameter
    return f"(SELECT value FROM json_each({values}))"  # noqa: S608


@compiles(_Listed, "postgresql")
def _listed_postgresql(element: _Listed, compiler: SQLCompiler, **options: Any) -> str:
    values = compiler.process(element.clauses, **options)
    return f"(SELECT jsonb_array_elements_text(CAST({values} AS jsonb)))"


def among(column: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
    """`column IN values` for any number of texts: one parameter, one statement to compile."""
    told = literal(msgspec.json.encode(list(values)).decode(), Text)
    return column.op("IN", is_comparison=True)(_Listed(told))


def migration_config(service: str, url: str) -> Config:
    """Alembic configuration of one service's own migrations."""
    config = Config()
    folder = Path(__file__).parent.parent / "services" / service / "migrations"
    config.set_main_option("script_location", str(folder))
    config.attributes["url"] = url
    return config


def migrate(service: str, url: str, revision: str = "head") -> None:
    """Brings the service's database to `revision` (default: the newest)."""
    command.upgrade(migration_config(service, url), revision)
