"""Writes the whole log as files that anyone can verify without Bundel."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, Engine

from services.audit.exports.layout import CHECKPOINT, PUBLIC_KEY, bundles_of, pack
from services.audit.log import store
from services.audit.log.check import LogDamaged
from services.audit.log.note import VerifierKey
from services.audit.log.tiles import tiles_of
from services.audit.log.tree import HASH_BYTES
from shared import ids


class ExportRefused(Exception):
    """The export cannot be written there; the text says why."""


@dataclass(frozen=True)
class Exported:
    entries: int
    files: int


def write_export(engine: Engine, folder: Path, key: VerifierKey, least: int = 0) -> Exported:
    """Writes the log up to its last checkpoint into `folder`: all of it or nothing.

    When a witness cosigned `least` entries or more, up to what it cosigned last.

    Raises ExportRefused when the folder holds something, LogDamaged when a part is missing.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportRefused(f"{folder} exists and is not an empty folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.parent / f".{folder.name}.{ids.new_id()}"
    draft.mkdir(mode=0o700)
    try:
        with store.snapshot(engine) as connection:
            checkpoint = store.last_checkpoint(connection)
            if checkpoint is None:
                raise ExportRefused("the log has no entries yet")
            files, seen = 0, store.last_witnessed(connection, max(1, least))
            if seen is not None:
                checkpoint = replace(checkpoint, size=seen.size, note=seen.note)
            for path, contents in _files(connection, checkpoint, key):
                _write(draft / path, contents)
                files += 1
        _sync_folder(draft)
        draft.rename(folder)
        _sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Exported(checkpoint.size, files)


def _files(
    connection: Connection, checkpoint: store.StoredCheckpoint, key: VerifierKey
) -> Iterator[tuple[str, bytes]]:
    """(path, contents), cut to the checkpoint's size: the log may grow meanwhile."""
    yield CHECKPOINT, checkpoint.note.encode()
    yield PUBLIC_KEY, f"{key}\n".encode()
    read = store.TileReader(connection)
    for tile in tiles_of(checkpoint.size):
        try:
            hashes = read(tile.level, tile.position)[: tile.width * HASH_BYTES]
        except KeyError as error:
            raise LogDamaged(f"tile {tile.position} of level {tile.level} is missing") from error
        yield tile.path(), hashes
    for bundle in bundles_of(checkpoint.size):
        end = bundle.first + bundle.width
        leaves = [leaf for _, _, leaf in store.leaves(connection, bundle.first, end)]
        if len(leaves) != bundle.width:
            raise LogDamaged(f"an entry between {bundle.first} and {end - 1} is missing")
        yield bundle.path(), pack(leaves)


def _write(path: Path, contents: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(contents)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
