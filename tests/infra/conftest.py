"""Databases and roles of a region, made by infra/postgres/roles.sql under names of one test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from shared import ids

INFRA = Path(__file__).parents[2] / "infra" / "postgres"
DATABASES = ("signals", "consent", "keys", "audit")


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
