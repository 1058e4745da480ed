"""What a damaged log looks like: which attack, and where. Reads everything; only for damage.

Whoever has all rights on the database can change rows and tiles, but not sign: so the signed
checkpoints, one for each group that was written, tell how far the entries are what they were.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from sqlalchemy import Connection, select

from services.audit.log import store
from services.audit.log.note import NoteError, VerifierKey
from services.audit.log.tiles import TILE_WIDTH, RightEdge, TileTree
from services.audit.log.tree import HASH_BYTES, leaf_hash
from services.audit.tables import checkpoints

_INDEX = re.compile(rb'"index":([0-9]+)')


def explain(connection: Connection, key: VerifierKey) -> str:
    """One line that names the attack it looks like and the first entry concerned; "" if none."""
    signed = _signed(connection, key)
    size = store.entry_count(connection)
    hashes: list[bytes] = []
    for position, _entry_id, leaf in store.leaves(connection, 0, size):
        if position != len(hashes):
            gone = f"entry {len(hashes)} is" if position == len(hashes) + 1 else (
                f"entries {len(hashes)} to {position - 1} are"
            )  # fmt: skip
            return f"deletion: {gone} missing"
        stated = _INDEX.search(leaf)
        if stated is not None and int(stated[1]) != position:
            return f"reordering: what stands at {position} was signed as entry {stated[1].decode()}"
        hashes.append(leaf_hash(leaf))
    last = signed[-1] if signed else None
    if last is None:
        return f"{size} entries are stored and no checkpoint of this log's key" if size else ""
    return _changed(connection, hashes, signed) or _length(size, last)


def _length(size: int, last: store.StoredCheckpoint) -> str:
    if size < last.size:
        gone = f"entry {size} is" if size == last.size - 1 else (
            f"entries {size} to {last.size - 1} are"
        )  # fmt: skip
        return f"truncation: {gone} gone; {last.size} were signed at {last.signed_at}"
    if size > last.size:
        return f"insertion: entries from {last.size} on were added and never signed"
    return ""


def _signed(connection: Connection, key: VerifierKey) -> list[store.StoredCheckpoint]:
    """The stored checkpoints that this log's key signed, smallest first."""
    rows = connection.execute(
        select(checkpoints.c.size, checkpoints.c.root, checkpoints.c.signed_at, checkpoints.c.note)
        .order_by(checkpoints.c.size)
    )  # fmt: skip
    found = []
    for size, root, signed_at, note in rows:
        try:
            opened = key.open(note)
        except NoteError:
            continue
        if (opened.size, opened.root) == (size, bytes(root)):
            found.append(store.StoredCheckpoint(size, bytes(root), signed_at, note))
    return found


def _changed(
    connection: Connection, hashes: list[bytes], signed: list[store.StoredCheckpoint]
) -> str:
    """Where the entries stop being those that were signed."""
    read = store.TileReader(connection)
    for position, hashed in enumerate(hashes):
        at = position % TILE_WIDTH * HASH_BYTES
        try:
            kept = read(0, position // TILE_WIDTH)[at : at + HASH_BYTES]
        except KeyError:
            kept = b""
        if kept and kept != hashed:
            if _agrees(hashes, signed):
                return f"rewrite of tiles: the entries are right, the hash of entry {position} not"
            return f"rewrite: entry {position} was changed after it was signed"
    reached = [checkpoint for checkpoint in signed if checkpoint.size <= len(hashes)]
    if not reached or _agrees(hashes, reached):
        return ""
    # Every tile was computed anew: only what was signed earlier still tells.
    tree = _tree(hashes)
    wrong = bisect_left(reached, True, key=lambda c: tree.root(c.size) != c.root)
    first = reached[wrong - 1].size if wrong else 0
    return (
        f"rewrite: among entries {first} to {reached[wrong].size - 1} at least one was changed "
        f"after they were signed at {reached[wrong].signed_at}, and the tree computed anew"
    )


def _agrees(hashes: list[bytes], signed: list[store.StoredCheckpoint]) -> bool:
    last = signed[-1]
    return last.size <= len(hashes) and _tree(hashes).root(last.size) == last.root


def _tree(hashes: list[bytes]) -> TileTree:
    computed = RightEdge(0, lambda level, position: b"").append(hashes)
    return TileTree(len(hashes), lambda level, position: computed[level, position])
