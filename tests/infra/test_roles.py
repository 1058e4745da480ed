"""The roles of infra/postgres on a real PostgreSQL: the log's own role adds and reads, no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from services.audit.keys import book_of, signer_of
from services.audit.log.check import check_whole
from services.audit.log.sequencer import Sequencer
from services.audit.log.store import snapshot
from shared import ids
from shared.clients.audit import entry_for
from shared.database import migrate, open_engine
from shared.settings import Settings
from tests.web.conftest import MARIT

INFRA = Path(__file__).parents[2] / "infra" / "postgres"
DATABASES = ("signals", "consent", "keys", "audit")
pytestmark = pytest.mark.postgres


@dataclass
class Region:
    """The databases and roles of roles.sql under names of this test alone."""

    server: URL
    suffix: str
    run: Callable[[str, URL], None]

    def url(self, role: str, database: str) -> str:
        place = self.server.set(
            username=f"bundel_{role}{self.suffix}", password="x", database=database + self.suffix
        )
        return place.render_as_string(hide_password=False)

    def rights(self) -> None:
        self.run("rights-audit.sql", make_url(self.url("audit_owner", "audit")))


@pytest.fixture
def region(postgres_server: str) -> Iterator[Region]:
    server, suffix = make_url(postgres_server), f"_{ids.new_id()[:8]}"

    def named(sql: str) -> str:
        sql = re.sub(r"\b(bundel_[a-z_]+)\b", rf"\1{suffix}", sql)
        lists = re.compile(r"(?<=DATABASE )[a-z, ]+?(?= (?:OWNER|FROM|TO|SET)\b)")
        return lists.sub(lambda m: re.sub(r"[a-z]+", rf"\g<0>{suffix}", m.group()), sql)

    def run(file: str, place: URL) -> None:
        sql = re.sub(r"--[^\n]*", "", named((INFRA / file).read_text(encoding="utf-8")))
        engine = create_engine(place, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in filter(str.strip, sql.split(";")):
                connection.execute(text(statement))
        engine.dispose()

    run("roles.sql", server)
    roles = ("signals", "consent", "keys", "audit_owner", "audit", "backup")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for role in roles:
            connection.execute(text(f"ALTER ROLE bundel_{role}{suffix} PASSWORD 'x'"))
    yield Region(server, suffix, run)
    with engine.connect() as connection:
        for name in DATABASES:
            connection.execute(text(f'DROP DATABASE "{name}{suffix}" WITH (FORCE)'))
        for role in roles:
            connection.execute(text(f"DROP OWNED BY bundel_{role}{suffix}"))
            connection.execute(text(f"DROP ROLE bundel_{role}{suffix}"))
    engine.dispose()


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
