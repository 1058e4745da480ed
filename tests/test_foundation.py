"""Settings and databases: what every service stands on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Column, MetaData, Table, Text, select, text

from shared.database import among, open_engine
from shared.settings import SettingsError, load_settings


def test_development_keys_refuse_to_start_outside_development() -> None:
    with pytest.raises(SettingsError, match="BUNDEL_KEK is not set"):
        load_settings({"BUNDEL_MODE": "production", "BUNDEL_BASE_URL": "https://bundel.test"})


def test_every_service_has_a_database_on_both_engines(database_url: Callable[[str], str]) -> None:
    for service in ("signals", "consent", "audit"):
        engine = open_engine(database_url(service))
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1
        engine.dispose()


def test_any_number_of_values_can_be_asked_for_at_once(
    database_url: Callable[[str], str],
) -> None:
    engine = open_engine(database_url("consent"))
    table = Table("named", MetaData(), Column("name", Text))
    names = ["", "a'b", 'c"d', "é", "x" * 50, *map(str, range(2000))]
    with engine.connect() as connection, connection.begin() as transaction:
        table.create(connection)
        connection.execute(table.insert(), [{"name": name} for name in [*names, "other"]])

        def found(wanted: list[str]) -> list[str]:
            rows = connection.execute(select(table.c.name).where(among(table.c.name, wanted)))
            return sorted(rows.scalars())

        assert found(names) == sorted(names)
        assert found(["other", "unknown", "other"]) == ["other"]
        assert found([]) == []
        transaction.rollback()
    engine.dispose()
