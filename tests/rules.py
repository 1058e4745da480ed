"""What `make check` asks beyond format, lint and types: policy, API rules, migrations.

Run as a module: prints every breach and exits 1 when there is one.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from shared.database import migrate, migration_config, open_engine
from tests.api_rules.checking import api_breaches

SERVICES = ("signals", "consent", "audit")


def migration_breaches(service: str) -> Iterator[str]:
    """Every migration goes up and down, and together they make just what the code declares."""
    metadata = importlib.import_module(f"services.{service}.database").metadata
    for found in (Path(__file__).parent.parent / "services" / service).glob("**/tables.py"):
        parts = found.relative_to(Path(__file__).parent.parent).with_suffix("").parts
        importlib.import_module(".".join(parts))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/{service}.sqlite"
        migrate(service, url)
        engine = open_engine(url)
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "include_name": lambda name, kind, _p: (
                        kind != "table" or name in metadata.tables
                    )
                },
            )
            for difference in compare_metadata(context, metadata):
                yield f"{service}: migrations and tables differ: {difference}"
        engine.dispose()
        command.downgrade(migration_config(service, url), "base")
        migrate(service, url)


def policy_breaches() -> Iterator[str]:
    """What the policy lint of the consent service finds."""
    lint = importlib.import_module("services.consent.policy.lint")
    yield from (f"policy: {breach}" for breach in lint.breaches())


def main() -> int:
    breaches: list[str] = []
    for service in (*SERVICES, "identity"):
        breaches.extend(migration_breaches(service))
    breaches.extend(policy_breaches())
    breaches.extend(api_breaches())
    for breach in breaches:
        print(breach)  # noqa: T201 - this is the command's output
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
