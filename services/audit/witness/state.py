"""What a witness keeps, in a folder of its own: its key, and the last checkpoint of each log.

A checkpoint is on the disk before its cosignature leaves; a witness that lost this folder must
retire, since it could cosign a second history.
"""

from __future__ import annotations

import fcntl
import os
from hashlib import sha256
from pathlib import Path

from services.audit.log.cosignature import Cosigner
from shared import ids

KEY_FILE = "key"
PUBLIC_KEY_FILE = "witness.vkey"
_SEED_BYTES = 32


class WitnessBusy(Exception):
    """Another process is the witness of this folder."""


def witness_key(folder: Path, name: str) -> Cosigner:
    """The key in `folder`, made when there is none; its public half is written beside it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / KEY_FILE
    if not file.exists():
        _write(file, ids.random_bytes(_SEED_BYTES).hex().encode())
    cosigner = Cosigner(name, bytes.fromhex(file.read_text("ascii").strip()))
    public = f"{cosigner.key}\n".encode()
    if not (folder / PUBLIC_KEY_FILE).exists():
        _write(folder / PUBLIC_KEY_FILE, public)
    return cosigner


class WitnessState:
    """The checkpoints, one file a log. One process at a time; raises WitnessBusy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = (folder / "lock").open("a", encoding="ascii")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise WitnessBusy(f"another process is the witness in {folder}") from error

    def latest(self, origin: str) -> str | None:
        """The note cosigned last for that log, with the cosignature; None before the first."""
        try:
            return self._file(origin).read_text("utf-8")
        except FileNotFoundError:
            return None

    def keep(self, origin: str, note: str) -> None:
        """Makes `note` the latest, durably. Raises OSError."""
        _write(self._file(origin), note.encode())

    def close(self) -> None:
        """Lets another process be the witness."""
        self._lock.close()

    def _file(self, origin: str) -> Path:
        return self._folder / f"{sha256(origin.encode()).hexdigest()}.checkpoint"


def _write(file: Path, contents: bytes) -> None:
    draft = file.with_name(f".{file.name}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, contents)
        os.fsync(handle)
    finally:
        os.close(handle)
    draft.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
