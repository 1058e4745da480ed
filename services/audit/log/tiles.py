"""Tiles of 256 hashes, as C2SP tlog-tiles lays them out (https://c2sp.org/tlog-tiles).

The tile at level L and position N holds the roots of 256 perfect subtrees of 256**L leaves each;
the last tile of a level may be partial. Level 0 holds leaf hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.audit.log.tree import EMPTY_ROOT, HASH_BYTES, node_hash, perfect_root, subtree_roots

TILE_WIDTH = 256
TILE_HEIGHT = 8

# Gives the stored hashes of tile (level, position), 32 bytes each; KeyError when there is none.
ReadTile = Callable[[int, int], bytes]


class TreeDamaged(Exception):
    """Stored tiles cannot be right; the text says which and why."""


@dataclass(frozen=True)
class TileName:
    level: int
    position: int
    width: int  # 1..256 hashes

    def path(self) -> str:
        """`tile/<L>/<N>[.p/<W>]`."""
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{position_path(self.position)}{partial}"


def position_path(position: int) -> str:
    """A position in groups of three digits, all but the last with an x: 1234067 = x001/x234/067."""
    groups = [f"{position % 1000:03d}"]
    while position >= 1000:
        position //= 1000
        groups.insert(0, f"x{position % 1000:03d}")
    return "/".join(groups)


def tiles_of(size: int) -> Iterator[TileName]:
    """Every tile of a tree of `size` leaves, level by level."""
    level, count = 0, size
    while count:
        full, rest = divmod(count, TILE_WIDTH)
        for position in range(full):
            yield TileName(level, position, TILE_WIDTH)
        if rest:
            yield TileName(level, full, rest)
        level, count = level + 1, full


class TileTree:
    """A tree of `size` leaves, read from tiles as far as they are needed; keeps what it read."""

    def __init__(self, size: int, read: ReadTile) -> None:
        self.size = size
        self._read = read
        # Per tile: the roots of all perfect subtrees in it, by height. Proofs and roots share them.
        self._kept: dict[tuple[int, int], list[list[bytes]]] = {}

    def _tile(self, level: int, position: int) -> list[list[bytes]]:
        key = (level, position)
        if key not in self._kept:
            try:
                tile = self._read(level, position)
            except KeyError as error:
                raise TreeDamaged(f"tile {position} of level {level} is missing") from error
            self._kept[key] = subtree_roots(
                [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]
            )
        return self._kept[key]

    def node(self, height: int, position: int) -> bytes:
        """The root of a perfect subtree (tree.Node). Raises TreeDamaged when tiles lack it."""
        level, rest = divmod(height, TILE_HEIGHT)
        first = position << rest
        tile_position, offset = divmod(first, TILE_WIDTH)
        rows = self._tile(level, tile_position)
        end = offset + (1 << rest)
        if len(rows[0]) < end:
            raise TreeDamaged(
                f"tile {tile_position} of level {level} holds {len(rows[0])} hashes, "
                f"{end} are needed"
            )
        return rows[rest][offset >> rest]

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves (default: all), from the right edge's tiles."""
        wanted = self.size if size is None else size
        found: bytes | None = None
        begin = wanted
        for height in range(wanted.bit_length()):  # smallest perfect subtree first
            if wanted >> height & 1:
                begin -= 1 << height
                left = self.node(height, begin >> height)
                found = left if found is None else node_hash(left, found)
        return EMPTY_ROOT if found is None else found


class RightEdge:
    """The partial tile of each level: all that is needed to append. Plain memory, no storage."""

    def __init__(self, size: int, read: ReadTile) -> None:
        """Takes over a tree of `size` leaves. Raises TreeDamaged when a partial tile is short."""
        self.size = size
        self._open: list[list[bytes]] = []  # per level
        level, count = 0, size
        while count:
            full, width = divmod(count, TILE_WIDTH)
            hashes: list[bytes] = []
            if width:
                try:
                    tile = read(level, full)
                except KeyError as error:
                    raise TreeDamaged(f"tile {full} of level {level} is missing") from error
                if len(tile) != width * HASH_BYTES:
                    raise TreeDamaged(
                        f"tile {full} of level {level} holds {len(tile) // HASH_BYTES} hashes, "
                        f"a tree of {size} has {width} there"
                    )
                hashes = [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]
            self._open.append(hashes)
            level, count = level + 1, full

    def append(self, leaves: list[bytes]) -> dict[tuple[int, int], bytes]:
        """Adds leaf hashes. Answers the tiles that changed: (level, position) -> all its hashes."""
        changed: dict[tuple[int, int], bytes] = {}
        self._append(0, self.size, leaves, changed)
        self.size += len(leaves)
        return changed

    def _append(
        self, level: int, count: int, hashes: list[bytes], changed: dict[tuple[int, int], bytes]
    ) -> None:
        if level == len(self._open):
            self._open.append([])
        full: list[bytes] = []
        for value in hashes:
            self._open[level].append(value)
            count += 1
            if len(self._open[level]) == TILE_WIDTH:
                tile = self._open[level]
                changed[level, count // TILE_WIDTH - 1] = b"".join(tile)
                full.append(perfect_root(tile))
                self._open[level] = []
        if self._open[level]:
            changed[level, count // TILE_WIDTH] = b"".join(self._open[level])
        if full:
            above = count // TILE_WIDTH - len(full)
            self._append(level + 1, above, full, changed)
