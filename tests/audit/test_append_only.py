"""The database itself refuses every change to what the log holds, on both engines (I6)."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.database import writing
from tests.audit.conftest import Log, an_entry

TABLES = ("entries", "tiles", "checkpoints", "entry_index", "entry_subjects")
COPY = {  # one whole row again, under its own key: what INSERT OR REPLACE would do
    "entries": "SELECT position, entry_id, content_mac, leaf FROM entries WHERE position = 0",
    "tiles": "SELECT level, position, hashes FROM tiles WHERE level = 0 AND position = 0",
    "checkpoints": "SELECT size, root, signed_at, note FROM checkpoints",
    "entry_index": "SELECT * FROM entry_index WHERE position = 0",
    "entry_subjects": "SELECT * FROM entry_subjects WHERE position = 0",
}
CHANGES = {
    "entries": "UPDATE entries SET leaf = content_mac",
    "tiles": "UPDATE tiles SET hashes = substr(hashes, 1, 32)",
    "checkpoints": "UPDATE checkpoints SET note = 'other'",
    "entry_index": "UPDATE entry_index SET actor = 'someone-else'",
    "entry_subjects": "UPDATE entry_subjects SET token = 'x'",
}


def filled(log: Log, count: int = 3) -> None:
    sequencer = log.sequencer()
    sequencer.append([an_entry(subjects=("person-1", "person-2")) for _ in range(count)])
    sequencer.close()


def refused(log: Log, *statements: str) -> None:
    engine = log.engine()
    for statement in statements:
        with (
            pytest.raises(DBAPIError, match="the log only grows"),
            writing(engine).begin() as connection,
        ):
            connection.execute(text(statement))


def test_no_row_is_deleted(log: Log) -> None:
    filled(log)
    refused(log, *(f"DELETE FROM {table}" for table in TABLES))  # noqa: S608


def test_no_row_is_changed(log: Log) -> None:
    filled(log)
    refused(log, *CHANGES.values())


def test_no_row_is_replaced_by_an_insert(log: Log) -> None:
    filled(log)
    if log.url.startswith("sqlite"):
        refused(log, *(f"INSERT OR REPLACE INTO {t} {q}" for t, q in COPY.items()))
        refused(log, *(f"REPLACE INTO {t} {q}" for t, q in COPY.items()))
        refused(log, *(f"UPDATE OR REPLACE {c.removeprefix('UPDATE ')}" for c in CHANGES.values()))
    else:
        refused(
            log,
            *(f"INSERT INTO {t} {q} ON CONFLICT DO NOTHING" for t, q in COPY.items()),
        )


def test_an_entry_goes_nowhere_but_at_the_end(log: Log) -> None:
    filled(log)
    values = "content_mac, leaf FROM entries WHERE position = 0"
    refused(
        log,
        f"INSERT INTO entries SELECT 7, 'another-id', {values}",
        f"INSERT INTO entries SELECT -1, 'another-id', {values}",
        f"INSERT INTO entries SELECT 3, entry_id, {values}",
    )


def test_no_checkpoint_is_signed_for_another_number_of_entries(log: Log) -> None:
    filled(log)
    refused(
        log,
        "INSERT INTO checkpoints SELECT 2, root, signed_at, note FROM checkpoints",
        "INSERT INTO checkpoints SELECT 9, root, signed_at, note FROM checkpoints",
    )


def test_a_full_tile_is_closed_and_an_open_one_keeps_its_hashes(log: Log) -> None:
    filled(log, 300)
    refused(
        log,
        "UPDATE tiles SET hashes = hashes WHERE level = 0 AND position = 0",
        "UPDATE tiles SET hashes = (SELECT substr(hashes, 1, 4096) FROM tiles "
        "WHERE level = 0 AND position = 0) WHERE level = 0 AND position = 1",
        "UPDATE tiles SET position = 5 WHERE level = 0 AND position = 1",
    )


def test_tables_are_not_emptied_at_once(log: Log) -> None:
    if log.url.startswith("sqlite"):
        pytest.skip("SQLite has no TRUNCATE; its DELETE is refused above")
    filled(log)
    refused(log, *(f"TRUNCATE {table} CASCADE" for table in TABLES))
    engine = log.engine()
    with (
        pytest.raises(DBAPIError, match="the log only grows"),
        engine.begin() as connection,
    ):
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("DELETE FROM entries"))
