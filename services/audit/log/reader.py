"""What may be asked of the log without writing: its state, checkpoints, tiles, proofs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from services.audit.log import store
from services.audit.log.check import LogDamaged, check_head, check_whole
from services.audit.log.note import VerifierKey
from services.audit.log.tiles import TILE_WIDTH, TileTree
from services.audit.log.tree import (
    EMPTY_ROOT,
    HASH_BYTES,
    ProofError,
    inclusion_proof,
    verify_inclusion,
)
from shared import clock

_BETWEEN_WHOLE_CHECKS = 900.0  # seconds


@dataclass(frozen=True)
class LogState:
    """`whole`: at `checked_at` the root recomputed from tiles was that of the signed checkpoint.

    `whole_size`, `whole_at`: how far and when every single entry was last hashed again.
    """

    whole: bool
    damage: str  # what is wrong, for the administrator; empty while whole
    size: int
    root: bytes
    signed_at: str  # empty while nothing was signed yet
    checked_at: str
    whole_size: int
    whole_at: str
    witnessed_size: int  # 0 while no witness cosigned anything
    witnessed_at: str
    witness: str


@dataclass(frozen=True)
class Proof:
    """That a leaf hash stands at `index` of the tree that `note` signs."""

    index: int
    leaf_hash: bytes
    tree_size: int
    root: bytes
    path: tuple[bytes, ...]
    note: str  # empty when `tree_size` is not the size of the last checkpoint


class NoSuchEntry(Exception):
    """No entry there, or not with that hash."""


class LogReader:
    """Reads in snapshots of its own; safe for many threads."""

    def __init__(
        self, engine: Engine, key: VerifierKey, stop: Callable[[str], None] = lambda damage: None
    ) -> None:
        """`stop` is told of damage that was found: nothing more is to be added."""
        self._engine = engine
        self.key = key
        self._stop = stop
        self._lock = threading.Lock()
        self._whole_size = 0
        self._whole_at = ""
        self._whole_due = clock.monotonic() + _BETWEEN_WHOLE_CHECKS
        self._damage = ""

    def state(self) -> LogState:
        """Recomputes the root from the tiles and compares it with the signed checkpoint, now."""
        checked_at = clock.timestamp(clock.now())
        with store.snapshot(self._engine) as connection:
            try:
                last = check_head(connection, self.key)
                damage = self._damage
            except LogDamaged as error:
                last, damage = store.last_checkpoint(connection), str(error)
            seen = store.last_witnessed(connection)
        return LogState(
            whole=not damage,
            damage=damage,
            size=0 if last is None else last.size,
            root=EMPTY_ROOT if last is None else last.root,
            signed_at="" if last is None else last.signed_at,
            checked_at=checked_at,
            whole_size=self._whole_size,
            whole_at=self._whole_at,
            witnessed_size=0 if seen is None else seen.size,
            witnessed_at="" if seen is None else seen.witnessed_at,
            witness="" if seen is None else seen.witness,
        )

    def check_everything(self) -> LogState:
        """Hashes every entry again and compares every tile; remembers the outcome for state()."""
        with self._lock:
            self._whole_due = clock.monotonic() + _BETWEEN_WHOLE_CHECKS
            try:
                with store.snapshot(self._engine) as connection:
                    last = check_whole(connection, self.key)
            except LogDamaged as error:
                self._damage = str(error)
                self._stop(self._damage)
            else:
                self._whole_size = 0 if last is None else last.size
                self._whole_at = clock.timestamp(clock.now())
        return self.state()

    def run_once(self) -> int:
        """As a background worker: checks everything every quarter of an hour."""
        if clock.monotonic() < self._whole_due:
            return 0
        self.check_everything()
        return 1

    def checkpoint(self) -> store.StoredCheckpoint | None:
        """The last signed checkpoint."""
        with store.snapshot(self._engine) as connection:
            return store.last_checkpoint(connection)

    def published(self) -> str | None:
        """The note for outsiders: the newest that a witness cosigned, else the last signed."""
        with store.snapshot(self._engine) as connection:
            seen = store.last_witnessed(connection)
            if seen is not None:
                return seen.note
            last = store.last_checkpoint(connection)
            return None if last is None else last.note

    def tile(self, level: int, position: int, width: int) -> bytes:
        """The first `width` hashes of a tile. Raises NoSuchEntry when it does not reach so far."""
        with store.snapshot(self._engine) as connection:
            try:
                hashes = store.TileReader(connection)(level, position)
            except KeyError as error:
                raise NoSuchEntry from error
        if not 0 < width <= TILE_WIDTH or len(hashes) < width * HASH_BYTES:
            raise NoSuchEntry
        return hashes[: width * HASH_BYTES]

    def prove(self, index: int, leaf: bytes, tree_size: int | None = None) -> Proof:
        """An inclusion proof that was itself verified. Raises NoSuchEntry, LogDamaged."""
        with store.snapshot(self._engine) as connection:
            last = check_head(connection, self.key)
            size = (0 if last is None else last.size) if tree_size is None else tree_size
            if last is None or not 0 <= index < size <= last.size:
                raise NoSuchEntry
            tree = TileTree(last.size, store.TileReader(connection))
            if tree.node(0, index) != leaf:
                raise NoSuchEntry
            root = tree.root(size)
            path = inclusion_proof(index, size, tree.node)
        try:
            verify_inclusion(index, size, leaf, path, root)
        except ProofError as error:
            raise LogDamaged(f"the proof of entry {index} does not hold: {error}") from error
        note = last.note if size == last.size else ""
        return Proof(index, leaf, size, root, tuple(path), note)
