"""What the service's own connections may do, on the real engines: add and read, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from alembic import command
from click.testing import CliRunner
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from bundel.cli import bundel
from services.audit.log.check import check_whole
from services.audit.log.guard import guard
from services.audit.log.sequencer import Sequencer
from services.audit.tables import entries
from shared import ids
from shared.database import migrate, migration_config, open_engine, writing
from tests.audit.conftest import Log, an_entry

TABLES = sorted(entries.metadata.tables)
GROWING = [table for table in TABLES if table != "subject_keys"]


def refused(engine: Engine, statement: str, why: str) -> None:
    with pytest.raises(DBAPIError, match=why), writing(engine).begin() as connection:
        connection.execute(text(statement))


def writes_and_proves(engine: Engine, log: Log) -> None:
    """Everything the service does, across a full tile, with a second start."""
    for _ in range(2):
        sequencer = Sequencer(engine, log.signer, log.book)
        try:
            for count in (1, 200, 100):
                sequencer.append([an_entry(subjects=("p", "q")) for _ in range(count)])
            sequencer.make_searchable()
        finally:
            sequencer.close()
    with engine.connect() as connection:
        last = check_whole(connection, log.signer.verifier)
    assert last is not None
    assert last.size == 602


def test_on_sqlite_statements_that_do_more_are_refused_when_compiled(sqlite_log: Log) -> None:
    engine = sqlite_log.engine()
    guard(engine)
    writes_and_proves(engine, sqlite_log)
    for statement in (
        *(f"DELETE FROM {table}" for table in GROWING),  # noqa: S608
        *(f"DROP TABLE {table}" for table in TABLES),
        "DROP TRIGGER entries_no_delete",
        "UPDATE entries SET leaf = x'00'",
        "UPDATE tiles SET level = 7",
        "UPDATE checkpoints SET note = 'x'",
        "UPDATE subject_keys SET seed = x'00'",
        "ALTER TABLE entries ADD COLUMN x",
        "CREATE TRIGGER t BEFORE INSERT ON entries BEGIN SELECT 1; END",
        "CREATE TEMP TRIGGER t BEFORE INSERT ON entries BEGIN SELECT 1; END",
        "ATTACH ':memory:' AS other",
        "PRAGMA writable_schema = ON",
        "PRAGMA journal_mode = OFF",
        "UPDATE sqlite_master SET sql = ''",
        "UPDATE alembic_version SET version_num = 'x'",
    ):
        refused(engine, statement, "not authorized|may not be modified|prohibited")
    refused(engine, "UPDATE tiles SET hashes = x'00'", "the log only grows")


def test_on_sqlite_a_dropped_trigger_does_not_open_the_service_s_connections(
    sqlite_log: Log,
) -> None:
    engine = sqlite_log.engine()
    guard(engine)
    writes_and_proves(engine, sqlite_log)
    with writing(sqlite_log.engine()).begin() as connection:
        connection.execute(text("DROP TRIGGER entries_no_delete"))
    refused(engine, "DELETE FROM entries", "not authorized")


@pytest.fixture
def roles(
    postgres_place: Callable[[str], str], postgres_server: str
) -> Iterator[tuple[str, str, str]]:
    """(URL as administrator, owner, service) of a log whose roles were made by the command."""
    url = postgres_place("audit")
    mark = ids.new_id()[:8]
    owner, service = f"owner_{mark}", f"service_{mark}"
    sql = CliRunner().invoke(bundel, ["log", "roles", "--owner", owner, "--service", service])
    assert sql.exit_code == 0, sql.output
    admin = create_engine(url)
    for _ in range(2):  # harmless when repeated
        with admin.begin() as connection:
            connection.exec_driver_sql(sql.output.replace("%", "%%"))
    yield url, owner, service
    with suppress(DBAPIError), admin.begin() as connection:
        for role in (service, owner):
            connection.exec_driver_sql(f"REASSIGN OWNED BY {role} TO CURRENT_USER")
            connection.exec_driver_sql(f"DROP OWNED BY {role}")
            connection.exec_driver_sql(f"DROP ROLE {role}")
    admin.dispose()


def as_role(url: str, role: str) -> Engine:
    """As `role` and never anybody else: the session itself is authorised as that role."""
    options = {"options": f"-c role={role}"}
    target = make_url(url).update_query_dict(options)
    return open_engine(target.render_as_string(hide_password=False))


@pytest.mark.postgres
def test_on_postgresql_the_service_adds_and_reads_and_can_do_nothing_else(
    roles: tuple[str, str, str],
) -> None:
    url, _, service = roles
    engine, log = as_role(url, service), Log(url)
    try:
        writes_and_proves(engine, log)
        for statement in (
            *(f"DELETE FROM {table}" for table in TABLES),  # noqa: S608
            *(f"TRUNCATE {table} CASCADE" for table in TABLES),
            *(f"DROP TABLE {table} CASCADE" for table in TABLES),
            *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in TABLES),
            "UPDATE entries SET leaf = ''",
            "UPDATE tiles SET hashes = hashes",
            "UPDATE subject_keys SET seed = seed",
            "DROP TRIGGER entries_no_delete ON entries",
            "CREATE TABLE mine (a int)",
            "CREATE OR REPLACE FUNCTION the_log_only_grows() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RETURN NEW; END $$",
            "INSERT INTO alembic_version VALUES ('x')",
        ):
            refused(engine, statement, "permission denied|must be owner")
        refused(engine, "SELECT grow_tile(0, 1, ''::bytea)", "the log only grows")
        refused(engine, "SELECT grow_tile(0, 0, repeat('x', 8192)::bytea)", "the log only grows")
    finally:
        log.close()
        engine.dispose()


@pytest.mark.postgres
def test_on_postgresql_the_owner_cannot_log_in_and_migrations_run_as_it(
    roles: tuple[str, str, str],
) -> None:
    url, owner, service = roles
    admin = create_engine(url)
    with admin.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT rolname, rolcanlogin, rolsuper FROM pg_roles WHERE rolname IN (:a, :b) "
                "ORDER BY rolname"
            ),
            {"a": owner, "b": service},
        ).all()
        always = connection.execute(
            text("SELECT count(*), count(*) FILTER (WHERE tgenabled = 'A') FROM pg_trigger "
                 "WHERE NOT tgisinternal")
        ).one()  # fmt: skip
    admin.dispose()
    assert [tuple(row) for row in rows] == [(owner, False, False), (service, True, False)]
    assert always[0] == always[1] >= 24
    target = make_url(url).update_query_dict({"options": f"-c role={owner}"})
    as_owner = target.render_as_string(hide_password=False)
    command.downgrade(migration_config("audit", as_owner), "0001_log")
    migrate("audit", as_owner)
    with as_role(url, service).connect() as connection:
        connection.execute(text("SELECT count(*) FROM cosignatures"))
