"""The key database has migrations of its own: its backups live shorter than the others'."""

from __future__ import annotations

from shared.database import migrate as run
from shared.settings import Settings

MIGRATIONS = "signals/protection"  # folder below services/


def migrate(settings: Settings, revision: str = "head") -> None:
    """Brings the key database (settings.databases["keys"]) to `revision`."""
    run(MIGRATIONS, settings.databases["keys"], revision)
