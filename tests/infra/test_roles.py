"""The roles of infra/postgres on a real PostgreSQL: the log's own role adds and reads, no more."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from services.audit.keys import book_of, signer_of
from services.audit.log.check import check_whole
from services.audit.log.sequencer import Sequencer
from services.audit.log.store import snapshot
from shared.clients.audit import entry_for
from shared.database import migrate, open_engine
from shared.settings import Settings
from tests.infra.conftest import DATABASES, Region
from tests.web.conftest import MARIT

pytestmark = pytest.mark.postgres


def test_the_log_works_with_the_right_to_add_and_read_alone(
    region: Region, settings: Settings
) -> None:
    migrate("audit", region.url("audit_owner", "audit"))
    region.rights()
    engine = open_engine(region.url("audit", "audit"))
    sequencer = Sequencer(engine, signer_of(settings), book_of(settings))
    for _ in range(300):  # the last tile grows, gets full, and a next one begins
        sequencer.append([entry_for(MARIT, "access.denied", service="audit", reason="x")])
    sequencer.close()
    with snapshot(engine) as connection:
        found = check_whole(connection, signer_of(settings).verifier)
    assert found is not None and found.size == 300
    for statement in (
        "UPDATE entries SET leaf = leaf", "DELETE FROM entries", "TRUNCATE entries",
        "UPDATE tiles SET hashes = hashes", "DELETE FROM checkpoints", "DROP TABLE entries",
        "ALTER TABLE entries DISABLE TRIGGER ALL", "UPDATE subject_keys SET seed = seed",
        "CREATE TABLE mine (a int)", "SET session_replication_role = replica",
    ):  # fmt: skip
        with (
            pytest.raises(DBAPIError, match=r"permission denied|must be owner"),
            engine.begin() as connection,
        ):
            connection.execute(text(statement))
    engine.dispose()


def test_services_do_not_reach_each_others_databases(region: Region) -> None:
    for role, own in (("signals", "signals"), ("consent", "consent"), ("keys", "keys")):
        for name in DATABASES:
            engine = create_engine(region.url(role, name))
            if name == own:
                with engine.connect() as connection:
                    connection.execute(text("CREATE TABLE own (a int)"))
            else:
                with pytest.raises(DBAPIError, match="permission denied for database"):
                    engine.connect()
            engine.dispose()


def test_the_backups_role_reads_and_writes_nothing(region: Region) -> None:
    migrate("signals/protection", region.url("keys", "keys"))
    engine = create_engine(region.url("backup", "keys"))
    with engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM data_keys"))
    with pytest.raises(DBAPIError, match="permission denied"), engine.begin() as connection:
        connection.execute(text("DELETE FROM data_keys"))
    engine.dispose()
