"""What a backup says of itself: which databases, in which form, whole or not, and up to where the
log reached."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import create_engine, inspect, text

from bundel.backup.copying import BackupFailed
from shared.database import migration_config

FILE = "manifest.json"
FORMAT = 1
SERVICES, KEYS = "services", "keys"
# The order matters. What signals and consent tell the log is in their outboxes until the log has
# it: the log is copied after them, so that nothing is told which the copy lacks.
DATABASES = {SERVICES: ("signals", "consent", "audit"), KEYS: ("keys",)}
MIGRATIONS = {
    "signals": "signals",
    "consent": "consent",
    "audit": "audit",
    "keys": "signals/protection",
}


@dataclass(frozen=True)
class Copy:
    """One database in the backup. `digest` is the SHA-256 of its file, in hex."""

    name: str
    engine: str
    file: str
    bytes: int
    digest: str
    revision: str


@dataclass(frozen=True)
class Manifest:
    """`kind` is "services" or "keys"; `checkpoint` the log's last signed note, or ""."""

    kind: str
    made_at: str
    copies: tuple[Copy, ...]
    checkpoint: str = ""
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        path = folder / FILE
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=1)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Raises BackupFailed when the folder holds no whole backup."""
        try:
            told = json.loads((folder / FILE).read_text(encoding="utf-8"))
            if told["format"] != FORMAT:
                raise BackupFailed(f"{folder} was made by another version of Bundel.")
            copies = tuple(Copy(**each) for each in told["copies"])
            found = cls(told["kind"], told["made_at"], copies, told["checkpoint"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BackupFailed(f"{folder} holds no whole backup.") from error
        for copy in found.copies:
            file = folder / Path(copy.file).name
            if not file.exists() or digest_of(file) != copy.digest:
                raise BackupFailed(f"{file} is missing or was changed after the backup.")
            _demand_known(copy)
        return found


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def revision_of(url: str) -> str:
    """The migration a database is at, or ""."""
    engine = create_engine(url)
    try:
        if "alembic_version" not in inspect(engine).get_table_names():
            return ""
        with engine.connect() as connection:
            return str(
                connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
            )
    finally:
        engine.dispose()


def _demand_known(copy: Copy) -> None:
    scripts = ScriptDirectory.from_config(migration_config(MIGRATIONS[copy.name], ""))
    try:
        known = scripts.get_revision(copy.revision)
    except CommandError:
        known = None
    if known is None:
        raise BackupFailed(
            f"The {copy.name} database is at {copy.revision or 'no migration'}, which this version "
            "of Bundel does not know. Restore it with the version that made it, or a newer one."
        )
