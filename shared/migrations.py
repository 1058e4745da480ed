"""What the Alembic environments of all services do: connect by URL and run in one transaction."""

from __future__ import annotations

from alembic import context

from shared.database import open_engine, writing


def run_migrations() -> None:
    """Runs the migrations that the current Alembic context asks for."""
    engine = open_engine(context.config.attributes["url"])
    metadata = context.config.attributes.get("metadata")
    try:
        with writing(engine).begin() as connection:
            context.configure(
                connection=connection,
                target_metadata=metadata,
                compare_type=False,
                transactional_ddl=True,
                transaction_per_migration=False,
            )
            context.run_migrations()
    finally:
        engine.dispose()
