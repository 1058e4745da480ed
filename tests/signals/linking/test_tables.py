"""The tables of linking exist on both engines exactly as the code describes them."""

from __future__ import annotations

from collections.abc import Callable

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from services.signals.database import metadata
from services.signals.linking import tables
from shared.database import migrate, migration_config, open_engine

OWN = {
    table.name
    for table in vars(tables).values()
    if getattr(table, "metadata", None) is metadata and hasattr(table, "columns")
}


def test_the_migration_makes_what_the_code_describes(database_url: Callable[[str], str]) -> None:
    engine = open_engine(database_url("signals"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = [
            step
            for step in compare_metadata(context, metadata)
            if any(f"'{name}'" in repr(step) for name in OWN) and "remove_" not in repr(step[0])
        ]
    engine.dispose()
    assert len(OWN) == 13
    assert not found


def test_the_migration_can_be_undone_and_made_again(database_url: Callable[[str], str]) -> None:
    from alembic import command

    url = database_url("signals")
    command.downgrade(migration_config("signals", url), "0001_intake")
    engine = open_engine(url)
    assert not OWN & set(inspect(engine).get_table_names())
    migrate("signals", url)
    assert set(inspect(engine).get_table_names()) >= OWN
    engine.dispose()
