"""Makes a backup: a folder named after the moment, complete or not there at all."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from bundel.backup.copying import BackupFailed, dump, engine_of, is_empty
from bundel.backup.manifest import DATABASES, KEYS, Copy, Manifest, digest_of, revision_of
from services.audit.log.store import last_checkpoint, snapshot
from shared import clock
from shared.database import open_engine
from shared.settings import Settings

KEYS_LIVE = timedelta(days=30)  # what erased a key must not come back out of a drawer
_NAME = "%Y%m%dT%H%M%S.%fZ"
_PARTIAL = ".partial"


def make_backup(settings: Settings, kind: str, parent: Path) -> Path:
    """Copies the databases of `kind` into a new folder below `parent`; that folder.

    The services may go on working. Raises BackupFailed; then no folder is left.
    """
    for name in DATABASES[kind]:
        if is_empty(settings.databases[name]):
            raise BackupFailed(f"The {name} database is empty or not there: check its setting.")
    now = clock.now()
    folder = parent / f"{kind}-{now.strftime(_NAME)}"
    partial = folder.with_name(folder.name + _PARTIAL)
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if kind == KEYS and any(parent.glob("services-*")):
        raise BackupFailed(
            "Keep the keys away from what they open: choose another folder (and disk) for them."
        )
    partial.mkdir(mode=0o700)
    try:
        note = "" if kind == KEYS else _checkpoint(settings)
        copies = tuple(_copy(settings, name, partial) for name in DATABASES[kind])
        Manifest(kind, clock.timestamp(now), copies, note).write(partial)
        partial.rename(folder)
        _sync(parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return folder


def _copy(settings: Settings, name: str, folder: Path) -> Copy:
    url = settings.databases[name]
    revision = revision_of(url)
    file = folder / (f"{name}.sqlite" if engine_of(url) == "sqlite" else f"{name}.dump")
    dump(url, file)
    return Copy(name, engine_of(url), file.name, file.stat().st_size, digest_of(file), revision)


def _checkpoint(settings: Settings) -> str:
    """The log's last signed note: the copy that follows reaches at least so far."""
    engine = open_engine(settings.databases["audit"])
    try:
        with snapshot(engine) as connection:
            last = last_checkpoint(connection)
    finally:
        engine.dispose()
    return last.note if last else ""


def forget_old_keys(parent: Path) -> list[Path]:
    """Removes backups of the keys that are older than KEYS_LIVE; which."""
    old = []
    for folder in sorted(parent.glob(f"{KEYS}-*Z")):
        made = clock.moment(Manifest.read(folder).made_at) if _readable(folder) else _named(folder)
        if clock.now() - made > KEYS_LIVE:
            shutil.rmtree(folder)
            old.append(folder)
    return old


def _readable(folder: Path) -> bool:
    try:
        Manifest.read(folder)
    except BackupFailed:
        return False
    return True


def _named(folder: Path) -> datetime:
    name = folder.name.removeprefix(f"{KEYS}-")
    return datetime.strptime(name, _NAME).replace(tzinfo=clock.now().tzinfo)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
