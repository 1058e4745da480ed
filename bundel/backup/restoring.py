"""Puts a backup back into empty databases, after which the log must prove itself.

A log that is shorter than somebody outside has witnessed is refused, and nothing of the backup
stays behind: an older log under the same name would be a rewritten one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from bundel.backup.copying import BackupFailed, empty_again, engine_of, is_empty, load
from bundel.backup.manifest import KEYS, Copy, Manifest
from services.audit.keys import signer_of
from services.audit.log.check import LogDamaged, check_whole
from services.audit.log.note import Checkpoint, NoteError
from services.audit.log.store import TileReader, snapshot
from services.audit.log.tiles import TileTree
from services.signals.delivery.outbox import resend_since
from shared.database import open_engine, writing
from shared.settings import Settings


class LogRefused(Exception):
    """The restored log may not be used; the text says why and what to do."""


@dataclass(frozen=True)
class Restored:
    """Which databases were filled, the log's size (None when it was not among them), and how many
    messages are told to the log once more."""

    names: tuple[str, ...]
    log_size: int | None
    resent: int


def restore_backup(
    settings: Settings,
    folder: Path,
    only: Collection[str] = (),
    witnessed: Collection[str] = (),
) -> Restored:
    """Fills the empty databases of `settings` from the backup in `folder`.

    `witnessed`: signed checkpoints of the log as they were kept elsewhere. Raises BackupFailed
    (nothing was changed) or LogRefused (what was filled is empty again).
    """
    manifest = Manifest.read(folder)
    copies = [copy for copy in manifest.copies if not only or copy.name in only]
    unknown = set(only) - {copy.name for copy in manifest.copies}
    if unknown:
        raise BackupFailed(f"The backup does not hold: {', '.join(sorted(unknown))}.")
    for copy in copies:
        _demand_place(settings, copy)
    filled: list[str] = []
    try:
        for copy in copies:
            filled.append(copy.name)
            load(folder / copy.file, settings.databases[copy.name])
        names = {copy.name for copy in copies}
        size = None
        if "audit" in names:
            notes = [note for note in (manifest.checkpoint, *witnessed) if note]
            size = _proved(settings, notes)
    except BaseException:
        for name in filled:
            empty_again(settings.databases[name])
        raise
    # The log went back in time and the outbox did not: what it was told since is told again.
    resent = 0
    if manifest.kind != KEYS and "audit" in names and "signals" not in names:
        resent = _resend(settings, manifest.made_at)
    return Restored(tuple(filled), size, resent)


def _demand_place(settings: Settings, copy: Copy) -> None:
    url = settings.databases[copy.name]
    if engine_of(url) != copy.engine:
        raise BackupFailed(
            f"The {copy.name} backup is of {copy.engine}, BUNDEL_{copy.name.upper()}_DATABASE "
            f"names {engine_of(url)}."
        )
    if not is_empty(url):
        raise BackupFailed(
            f"The {copy.name} database is not empty. A restore overwrites nothing: move it away, "
            f"or let BUNDEL_{copy.name.upper()}_DATABASE name an empty one."
        )


def _proved(settings: Settings, notes: Collection[str]) -> int:
    """The size of the restored log, which agrees with itself and with every note."""
    key = signer_of(settings).verifier
    try:
        known = [key.open(note) for note in notes]
    except NoteError as error:
        raise LogRefused(f"A witnessed checkpoint is not of this log: {error}.") from error
    engine = open_engine(settings.databases["audit"])
    try:
        with snapshot(engine) as connection:
            head = check_whole(connection, key)
            size = head.size if head else 0
            tree = TileTree(size, TileReader(connection))
            for checkpoint in known:
                _demand_holds(tree, checkpoint)
    except LogDamaged as error:
        raise LogRefused(f"The restored log is damaged: {error}.") from error
    finally:
        engine.dispose()
    return size


def _demand_holds(tree: TileTree, checkpoint: Checkpoint) -> None:
    if tree.size < checkpoint.size:
        raise LogRefused(
            f"The backup's log has {tree.size} entries, {checkpoint.size} were witnessed. It must "
            "not go on under its name. Use a newer backup; without one, see docs/operations.md, "
            '"The log is shorter than was witnessed".'
        )
    if tree.root(checkpoint.size) != checkpoint.root:
        raise LogRefused(
            f"The backup's log differs from what was witnessed at {checkpoint.size} entries: one "
            "of the two was rewritten. Keep both and call whoever investigates."
        )


def _resend(settings: Settings, since: str) -> int:
    if is_empty(settings.databases["signals"]):
        return 0
    engine = open_engine(settings.databases["signals"])
    try:
        with writing(engine).begin() as connection:
            return resend_since(connection, "audit", since)
    finally:
        engine.dispose()
