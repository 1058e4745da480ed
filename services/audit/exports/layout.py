"""Where things stand in an export: the layout of C2SP tlog-tiles, plus the public key.

checkpoint            the signed checkpoint
log.vkey              the public key, as a reminder: trust the one you got elsewhere
tile/<L>/<N>          256 hashes, the last of a level as <N>.p/<W>
tile/entries/<N>      256 leaves, each after its length in two bytes, big-endian
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.audit.log.tiles import TILE_WIDTH, position_path, tiles_of

CHECKPOINT = "checkpoint"
PUBLIC_KEY = "log.vkey"
LENGTH_BYTES = 2


@dataclass(frozen=True)
class Bundle:
    """One file of leaves."""

    position: int
    width: int

    @property
    def first(self) -> int:
        """Index of its first entry."""
        return self.position * TILE_WIDTH

    def path(self) -> str:
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/entries/{position_path(self.position)}{partial}"


def bundles_of(size: int) -> Iterator[Bundle]:
    """The bundles of a log of `size` entries, in order."""
    full, rest = divmod(size, TILE_WIDTH)
    for position in range(full):
        yield Bundle(position, TILE_WIDTH)
    if rest:
        yield Bundle(full, rest)


def paths_of(size: int) -> set[str]:
    """Every file that belongs in an export of `size` entries."""
    return {
        CHECKPOINT,
        PUBLIC_KEY,
        *(tile.path() for tile in tiles_of(size)),
        *(bundle.path() for bundle in bundles_of(size)),
    }


def pack(leaves: Sequence[bytes]) -> bytes:
    """The contents of a bundle."""
    return b"".join(len(leaf).to_bytes(LENGTH_BYTES, "big") + leaf for leaf in leaves)
