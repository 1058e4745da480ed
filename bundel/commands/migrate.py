"""`bundel migrate`: brings every service's database to its newest form."""

from __future__ import annotations

import click

from services.signals.protection.migrate import migrate as migrate_keys
from shared.database import migrate
from shared.settings import Settings, load_settings

SERVICE_DATABASES = ("identity", "audit", "consent", "signals")


def migrate_all(settings: Settings) -> None:
    """Migrates the databases of all services. The development provider's only in development."""
    for name in SERVICE_DATABASES:
        if name == "identity" and not settings.development:
            continue
        migrate(name, settings.databases[name])
    migrate_keys(settings)


@click.command("migrate")
def command() -> None:
    """Bring every service's database to its newest form."""
    settings = load_settings()
    migrate_all(settings)
    click.echo("All databases are at their newest form.")
