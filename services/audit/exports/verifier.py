"""Is an exported log whole? Asked with nothing but the files and a public key.

No network, no database, no web framework: an outsider runs this. Every byte of every file is
accounted for; each thing wrong is named with its file, its entry and what was expected.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from services.audit.entries.leaf import LEAF_FORM, fault_of
from services.audit.exports.layout import (
    CHECKPOINT,
    LENGTH_BYTES,
    PUBLIC_KEY,
    Bundle,
    bundles_of,
    paths_of,
)
from services.audit.log.cosignature import (
    Cosignature,
    WitnessKey,
    has_form,
    signature_lines,
)
from services.audit.log.note import Checkpoint, NoteError, VerifierKey
from services.audit.log.tiles import (
    TILE_WIDTH,
    RightEdge,
    TileName,
    TileTree,
    TreeDamaged,
    tiles_of,
)
from services.audit.log.tree import HASH_BYTES, leaf_hash

_MOST_FINDINGS = 50
_MOST_COSIGNATURES = 16


@dataclass(frozen=True)
class Finding:
    """One thing wrong: where, what, and what was expected and found where that says more."""

    file: str
    what: str
    entry: int | None = None
    expected: str = ""
    found: str = ""

    def __str__(self) -> str:
        place = self.file if self.entry is None else f"{self.file}, entry {self.entry}"
        compared = f" (expected {self.expected}, found {self.found})" if self.expected else ""
        return f"{place}: {self.what}{compared}"


@dataclass
class Verdict:
    """`findings` empty: the log is whole. `checkpoint` is None when it could not be read."""

    checkpoint: Checkpoint | None = None
    cosignature: Cosignature | None = None  # of the witness that was asked for
    others: int = 0  # cosignatures that nobody asked to check
    findings: list[Finding] = field(default_factory=list)
    left_out: int = 0  # findings beyond the first fifty

    @property
    def whole(self) -> bool:
        return not self.findings

    def add(self, finding: Finding) -> None:
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(finding)
        else:
            self.left_out += 1


def read_key(file: Path) -> VerifierKey:
    """The public key in a file. Raises NoteError when it holds none, OSError when unreadable."""
    return VerifierKey.parse(_ascii(file))


def read_witness_key(file: Path) -> WitnessKey:
    """The witness's public key in a file. Raises NoteError, OSError."""
    return WitnessKey.parse(_ascii(file))


def _ascii(file: Path) -> str:
    raw = file.read_bytes()
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError as error:
        raise NoteError(f"byte {error.start} is not part of any key") from error


def verify_export(
    folder: Path,
    key: VerifierKey,
    witness: WitnessKey | None = None,
    earlier: Checkpoint | None = None,
) -> Verdict:
    """Judges the export in `folder` against the log's public key.

    If given, also against a witness's key, and a checkpoint that was got earlier and kept.
    """
    verdict = Verdict()
    verdict.checkpoint = _read_checkpoint(folder, key, witness, verdict)
    _compare_key(folder, key, verdict)
    if verdict.checkpoint is None:
        return verdict  # without a signed size nothing else can be judged
    size = verdict.checkpoint.size
    expected, present = paths_of(size), set(_files(folder))
    for path in sorted(expected - present):
        verdict.add(Finding(path, "the file is missing"))
    for path in sorted(present - expected):
        verdict.add(Finding(path, f"no such file belongs to a log of {size} entries"))
    _Walk(folder, verdict, present & expected).check(verdict.checkpoint, earlier)
    return verdict


def _files(folder: Path) -> Iterator[str]:
    for place, _folders, names in os.walk(folder):
        for name in names:
            yield (Path(place) / name).relative_to(folder).as_posix()


def _read_checkpoint(
    folder: Path, key: VerifierKey, witness: WitnessKey | None, verdict: Verdict
) -> Checkpoint | None:
    try:
        note = (folder / CHECKPOINT).read_bytes().decode()
        checkpoint = key.open(note)
    except OSError:
        verdict.add(Finding(CHECKPOINT, "the file is missing or cannot be read"))
        return None
    except UnicodeDecodeError as error:
        verdict.add(Finding(CHECKPOINT, f"byte {error.start} is not UTF-8"))
        return None
    except NoteError as error:
        verdict.add(Finding(CHECKPOINT, str(error)))
        return None
    others = signature_lines(note)[1:]
    if not all(map(has_form, others)) or len(others) > _MOST_COSIGNATURES:
        verdict.add(Finding(CHECKPOINT, "there are lines that are no signature of log or witness"))
    if witness is not None:
        try:
            verdict.cosignature = witness.find(note)
        except NoteError as error:
            what = (
                f"{error}: the witness did not see this tree. It looks like a split view or a "
                "rewrite, or the log has no such witness"
            )
            verdict.add(Finding(CHECKPOINT, what))
    verdict.others = len(others) - (verdict.cosignature is not None)
    return checkpoint


def _compare_key(folder: Path, key: VerifierKey, verdict: Verdict) -> None:
    try:
        copy = (folder / PUBLIC_KEY).read_bytes()
    except OSError:
        return  # named as missing with the other files
    if copy != f"{key}\n".encode():
        verdict.add(Finding(PUBLIC_KEY, "this copy of the public key is not the key you gave"))


class _Walk:
    """One pass over leaves and tiles, from the leaves up."""

    def __init__(self, folder: Path, verdict: Verdict, present: set[str]) -> None:
        self._folder = folder
        self._verdict = verdict
        self._present = present
        self._edge = RightEdge(0, lambda level, position: b"")
        self._computed: dict[tuple[int, int], bytes] = {}  # upper tiles, and the open one below
        self._seen: set[bytes] = set()
        self._broken = False  # a bundle could not be read: nothing above it can be computed

    def check(self, checkpoint: Checkpoint, earlier: Checkpoint | None) -> None:
        differing = [d for d in map(self._bundle, bundles_of(checkpoint.size)) if d is not None]
        if self._broken:
            for entry_finding, _tile_finding in differing:
                self._verdict.add(entry_finding)
            return
        root = TileTree(checkpoint.size, lambda *place: self._computed[place]).root()
        signed = root == checkpoint.root
        for entry_finding, tile_finding in differing:
            # The signature tells which of the two was changed, the entry or the hash of it.
            self._verdict.add(tile_finding if signed else entry_finding)
        for tile in tiles_of(checkpoint.size):
            if tile.level:
                found = self._compare(tile, self._computed[tile.level, tile.position])
                if found is not None:
                    self._verdict.add(found)
        if not signed:
            what = "the entries are not those that were signed: they give another root"
            self._verdict.add(Finding(CHECKPOINT, what, None, checkpoint.root.hex(), root.hex()))
        elif earlier is not None:
            self._compare_earlier(checkpoint, earlier)

    def _compare_earlier(self, checkpoint: Checkpoint, earlier: Checkpoint) -> None:
        if earlier.size > checkpoint.size:
            what = "rollback or truncation: the log was longer at the earlier checkpoint"
            found = f"{earlier.size} entries", str(checkpoint.size)
            self._verdict.add(Finding(CHECKPOINT, what, None, *found))
            return
        try:
            root = TileTree(checkpoint.size, self._any_tile).root(earlier.size)
        except (TreeDamaged, OSError):
            return  # the tile that is missing or short was named before
        if root != earlier.root:
            what = (
                f"rewrite or split view: the first {earlier.size} entries are not those of the "
                "earlier checkpoint, although the log's key signed both"
            )
            self._verdict.add(Finding(CHECKPOINT, what, None, earlier.root.hex(), root.hex()))

    def _any_tile(self, level: int, position: int) -> bytes:
        if (level, position) in self._computed:
            return self._computed[level, position]
        return (self._folder / TileName(level, position, TILE_WIDTH).path()).read_bytes()

    def _bundle(self, bundle: Bundle) -> tuple[Finding, Finding] | None:
        """Reads a bundle. Where it differs from its tile: the finding if the entry is to blame,
        and the finding if the tile is."""
        hashes = self._leaves(bundle) if bundle.path() in self._present else []
        if len(hashes) != bundle.width:
            self._broken = True
            return None
        if not self._broken:
            changed = self._edge.append(hashes)
            if bundle.width == TILE_WIDTH:
                del changed[0, bundle.position]
            self._computed.update(changed)
        tile = TileName(0, bundle.position, bundle.width)
        found = self._compare(tile, b"".join(hashes))
        if found is None:
            return None
        if found.entry is None:
            return found, found
        what = "this is not the entry that was signed"
        # As seen from the entry, the tile's hash is what was expected.
        return Finding(bundle.path(), what, found.entry, found.found, found.expected), found

    def _leaves(self, bundle: Bundle) -> list[bytes]:
        """The leaf hashes of a bundle; shorter than its width when it cannot be read to its end."""
        data = (self._folder / bundle.path()).read_bytes()
        hashes: list[bytes] = []
        at, form, seen = 0, LEAF_FORM.fullmatch, self._seen
        for index in range(bundle.first, bundle.first + bundle.width):
            begin = at + LENGTH_BYTES
            at = begin + int.from_bytes(data[at:begin], "big")
            if at > len(data) or begin > len(data):
                what = "the file ends inside this entry, or its length is wrong"
                self._entry(bundle, index, what, f"{at} bytes", str(len(data)))
                return hashes
            leaf = data[begin:at]
            match = form(leaf)
            if match is None:
                # Its length may be what is wrong: the rest of the file cannot be trusted.
                self._entry(bundle, index, fault_of(leaf))
                return hashes
            entry_id, stated = match.group("entry_id", "index")
            if int(stated) != index:
                self._entry(bundle, index, "out of order", str(index), stated.decode())
            if entry_id in seen:
                self._entry(bundle, index, f"the id {entry_id.decode()} was used before")
            seen.add(entry_id)
            hashes.append(leaf_hash(leaf))
        if at != len(data):
            what = "there is something behind the last entry"
            self._verdict.add(Finding(bundle.path(), what, None, f"{at} bytes", str(len(data))))
        return hashes

    def _entry(
        self, bundle: Bundle, index: int, what: str, expected: str = "", found: str = ""
    ) -> None:
        self._verdict.add(Finding(bundle.path(), what, index, expected, found))

    def _compare(self, tile: TileName, computed: bytes) -> Finding | None:
        """What is wrong with a tile file, measured by what the entries give; None if nothing."""
        if tile.path() not in self._present:
            return None
        stored = (self._folder / tile.path()).read_bytes()
        if stored == computed:
            return None
        if len(stored) != len(computed):
            what = "the tile has another size"
            return Finding(tile.path(), what, None, f"{len(computed)} bytes", str(len(stored)))
        number = next(n for n in range(tile.width) if stored[_cut(n)] != computed[_cut(n)])
        reach = TILE_WIDTH**tile.level
        first = (tile.position * TILE_WIDTH + number) * reach
        alone = tile.level == 0
        entries = f"entry {first}" if alone else f"entries {first} to {first + reach - 1}"
        return Finding(
            tile.path(),
            f"hash {number} of the tile is not that of {entries}",
            first if alone else None,
            computed[_cut(number)].hex(),
            stored[_cut(number)].hex(),
        )


def _cut(number: int) -> slice:
    return slice(number * HASH_BYTES, (number + 1) * HASH_BYTES)
