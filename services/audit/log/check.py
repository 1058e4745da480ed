"""Does what is stored agree with itself? Asked at start-up, before each signature and on demand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from services.audit.log import store
from services.audit.log.explain import explain
from services.audit.log.note import NoteError, VerifierKey
from services.audit.log.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    ReadTile,
    RightEdge,
    TileTree,
    TreeDamaged,
)
from services.audit.log.tree import (
    HASH_BYTES,
    ProofError,
    consistency_proof,
    leaf_hash,
    perfect_root,
    verify_consistency,
)
from services.audit.tables import entry_index


class LogDamaged(Exception):
    """The stored log contradicts itself; the text says what and where. Nothing may be added."""


def check_head(
    connection: Connection, key: VerifierKey, read: ReadTile | None = None
) -> store.StoredCheckpoint | None:
    """The last checkpoint, after its signature was verified and its root recomputed from tiles.

    `read`: where tiles are read from (default: the database), for a caller that goes on with them.
    Raises LogDamaged.
    """
    checkpoint = store.last_checkpoint(connection)
    count = store.entry_count(connection)
    if checkpoint is None:
        if count:
            raise LogDamaged(f"{count} entries are stored but no checkpoint was ever signed")
        return None
    try:
        signed = key.open(checkpoint.note)
    except NoteError as error:
        raise LogDamaged(
            f"the checkpoint of size {checkpoint.size} is not this log's: {error}. Were "
            "BUNDEL_LOG_KEY or BUNDEL_LOG_ORIGIN changed? A log keeps both for ever."
        ) from error
    if (signed.size, signed.root) != (checkpoint.size, checkpoint.root):
        raise LogDamaged(f"the checkpoint of size {checkpoint.size} differs from its signed text")
    if count != checkpoint.size:
        raise LogDamaged(
            f"{count} entries are stored, the last checkpoint was signed for {checkpoint.size}"
        )
    try:
        root = TileTree(checkpoint.size, read or store.TileReader(connection)).root()
    except TreeDamaged as error:
        raise LogDamaged(str(error)) from error
    if root != checkpoint.root:
        raise LogDamaged(
            f"the tiles of {count} entries give another root than the signed checkpoint"
        )
    return checkpoint


def check_whole(connection: Connection, key: VerifierKey) -> store.StoredCheckpoint | None:
    """As check_head, and every entry hashed again and every tile compared.

    Raises LogDamaged, whose text says first which attack it looks like and where.
    """
    try:
        return _check_whole(connection, key)
    except LogDamaged as error:
        likely = explain(connection, key)
        if not likely:
            raise
        raise LogDamaged(f"{likely} ({error})") from error


def _check_whole(connection: Connection, key: VerifierKey) -> store.StoredCheckpoint | None:
    checkpoint = check_head(connection, key)
    size = 0 if checkpoint is None else checkpoint.size
    computed = _recompute(connection, size)
    stored = 0
    for level, position, hashes in store.all_tiles(connection):
        stored += 1
        expected = computed.get((level, position))
        if expected is None:
            raise LogDamaged(f"tile {position} of level {level} belongs to no entries")
        if _digest(hashes) != expected:
            where = f" (entries from {position * TILE_WIDTH})" if level == 0 else ""
            raise LogDamaged(
                f"tile {position} of level {level}{where} does not agree with the entries"
            )
    if stored != len(computed):
        raise LogDamaged(f"{len(computed)} tiles are needed, {stored} are stored")
    indexed = connection.execute(select(func.count()).select_from(entry_index)).scalar()
    reach = store.projected(connection)  # search columns follow the entries a little later
    if indexed != reach or reach > size:
        raise LogDamaged(f"{indexed} of the first {reach} entries can be searched for")
    return checkpoint


def _digest(hashes: bytes) -> bytes:
    """Stands for a tile's bytes while a whole log is compared (8 kB each would add up)."""
    return leaf_hash(hashes)


def _recompute(connection: Connection, size: int) -> dict[tuple[int, int], bytes]:
    """(level, position) -> digest of the tile as the entries give it."""
    edge = RightEdge(0, lambda level, position: b"")
    digests: dict[tuple[int, int], bytes] = {}
    batch: list[bytes] = []
    expected = 0

    def take() -> None:
        for key, tile in edge.append(batch).items():
            digests[key] = _digest(tile)
        batch.clear()

    for position, _entry_id, leaf in store.leaves(connection, 0, size):
        if position != expected:
            raise LogDamaged(f"entry {expected} is missing")
        expected += 1
        batch.append(leaf_hash(leaf))
        if len(batch) == 4096:
            take()
    if expected != size:
        raise LogDamaged(f"entry {expected} is missing")
    if batch:
        take()
    return digests


def confirm_last(connection: Connection, expected: store.StoredCheckpoint | None) -> None:
    """The newest checkpoint must be the one that was written last. Raises LogDamaged."""
    found = store.last_checkpoint(connection)
    if found == expected:
        return
    has = 0 if found is None else found.size
    had = 0 if expected is None else expected.size
    if has < had:
        raise LogDamaged(
            f"rollback: the database holds {has} entries, this service wrote {had}; an older state "
            "was put back under a running log"
        )
    raise LogDamaged(
        f"split view: a checkpoint of {has} entries was not written by this service, whose last "
        f"was of {had}"
    )


def confirm_growth(
    connection: Connection, old: store.StoredCheckpoint | None, leaves: Sequence[bytes]
) -> bytes:
    """The root to sign after `leaves` were stored: everything read back and computed again.

    Yeti 2022 signed a tree with one flipped bit; so memory is not believed, and the new tree must
    prove that it begins with the last signed one. Raises LogDamaged.
    """
    old_size = 0 if old is None else old.size
    size = old_size + len(leaves)
    read = store.TileReader(connection)
    tree = TileTree(size, read)
    found = list(store.leaves(connection, old_size, size + 1))
    if [leaf for _, _, leaf in found] != list(leaves):
        raise LogDamaged(f"entries from {old_size} were stored otherwise than they were given")
    try:
        for position, _entry_id, leaf in found:
            at = position % TILE_WIDTH * HASH_BYTES
            if read(0, position // TILE_WIDTH)[at : at + HASH_BYTES] != leaf_hash(leaf):
                raise LogDamaged(f"the hash of entry {position} was stored wrongly")
        _confirm_parents(read, tree, old_size, size)
        root = tree.root()
        if old is not None:
            proof = consistency_proof(old_size, size, tree.node)
            verify_consistency(old_size, size, old.root, root, proof)
    except KeyError as error:
        raise LogDamaged(f"a tile of the new entries is missing: {error}") from error
    except (TreeDamaged, ProofError) as error:
        raise LogDamaged(
            f"rewrite: the first {old_size} entries do not give the root that was signed for them: "
            f"{error}"
        ) from error
    return root


def _confirm_parents(read: ReadTile, tree: TileTree, old_size: int, size: int) -> None:
    """Each tile that became full in this step must be found, hashed, in the level above."""
    level, begin, end = 0, old_size // TILE_WIDTH, size // TILE_WIDTH
    while end > begin:
        for position in range(begin, end):
            # The tile's root from its own hashes, beside what the level above says it is.
            own = _root_of(read(level, position))
            if tree.node((level + 1) * TILE_HEIGHT, position) != own:
                raise LogDamaged(f"tile {position} of level {level} is not what its parent says")
        level, begin, end = level + 1, begin // TILE_WIDTH, end // TILE_WIDTH


def _root_of(tile: bytes) -> bytes:
    return perfect_root([tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)])
