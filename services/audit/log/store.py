"""Reading and adding rows of the log. One connection, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update

from services.audit.tables import checkpoints, entries, tiles

_AT_ONCE = 500

# Made once: the sequencer runs each of these for every group.
_LAST_CHECKPOINT = (
    select(checkpoints.c.size, checkpoints.c.root, checkpoints.c.signed_at, checkpoints.c.note)
    .order_by(checkpoints.c.size.desc())
    .limit(1)
)
_HIGHEST = select(func.max(entries.c.position))
_TILE = select(tiles.c.hashes).where(
    tiles.c.level == bindparam("at_level"), tiles.c.position == bindparam("at_position")
)
_GROW_TILE = (
    update(tiles)
    .where(tiles.c.level == bindparam("at_level"), tiles.c.position == bindparam("at_position"))
    .values(hashes=bindparam("new_hashes"))
)
_LEAVES = (
    select(entries.c.position, entries.c.entry_id, entries.c.leaf)
    .where(entries.c.position >= bindparam("begin"), entries.c.position < bindparam("end"))
    .order_by(entries.c.position)
)
_BY_ID = select(
    entries.c.position, entries.c.entry_id, entries.c.content_mac, entries.c.leaf
).where(entries.c.entry_id.in_(bindparam("ids", expanding=True)))
_ADD_ENTRY, _ADD_TILE, _ADD_CHECKPOINT = insert(entries), insert(tiles), insert(checkpoints)


@dataclass(frozen=True)
class StoredCheckpoint:
    size: int
    root: bytes
    signed_at: str
    note: str


@dataclass(frozen=True)
class StoredEntry:
    position: int
    entry_id: str
    content_mac: bytes
    leaf: bytes


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the log, while the sequencer goes on writing."""
    seen = (
        engine
        if engine.dialect.name == "sqlite"  # its read transactions are snapshots already
        else engine.execution_options(isolation_level="REPEATABLE READ")
    )
    with seen.connect() as connection, connection.begin():
        yield connection


def last_checkpoint(connection: Connection) -> StoredCheckpoint | None:
    """The newest checkpoint; None for an empty log."""
    row = connection.execute(_LAST_CHECKPOINT).first()
    return None if row is None else StoredCheckpoint(row[0], bytes(row[1]), row[2], row[3])


def entry_count(connection: Connection) -> int:
    """Where the next entry goes: highest position + 1."""
    highest = connection.execute(_HIGHEST).scalar()
    return 0 if highest is None else int(highest) + 1


class TileReader:
    """Gives stored tiles (tiles.ReadTile), each read from the database once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, position: int) -> bytes:
        kept = self._kept.get((level, position))
        if kept is None:
            found = self._connection.execute(
                _TILE, {"at_level": level, "at_position": position}
            ).scalar()
            if found is None:
                raise KeyError((level, position))
            kept = self._kept[level, position] = bytes(found)
        return kept


def all_tiles(connection: Connection) -> Iterator[tuple[int, int, bytes]]:
    """(level, position, hashes) of every stored tile."""
    rows = connection.execute(
        select(tiles.c.level, tiles.c.position, tiles.c.hashes)
        .order_by(tiles.c.level, tiles.c.position)
        .execution_options(stream_results=True)
    )
    for level, position, hashes in rows:
        yield int(level), int(position), bytes(hashes)


def save_tiles(connection: Connection, changed: Mapping[tuple[int, int], bytes]) -> None:
    """Adds new tiles and lets the last ones grow. The database refuses any other change."""
    new = []
    for (level, position), hashes in changed.items():
        grown = connection.execute(
            _GROW_TILE, {"at_level": level, "at_position": position, "new_hashes": hashes}
        ).rowcount
        if not grown:
            new.append({"level": level, "position": position, "hashes": hashes})
    if new:
        connection.execute(_ADD_TILE, new)


def add_entries(connection: Connection, rows: Sequence[StoredEntry]) -> None:
    connection.execute(
        _ADD_ENTRY,
        [
            {
                "position": row.position,
                "entry_id": row.entry_id,
                "content_mac": row.content_mac,
                "leaf": row.leaf,
            }
            for row in rows
        ],
    )


def add_checkpoint(connection: Connection, checkpoint: StoredCheckpoint) -> None:
    connection.execute(
        _ADD_CHECKPOINT,
        {
            "size": checkpoint.size,
            "root": checkpoint.root,
            "signed_at": checkpoint.signed_at,
            "note": checkpoint.note,
        },
    )


def entries_by_id(connection: Connection, entry_ids: Sequence[str]) -> dict[str, StoredEntry]:
    found: dict[str, StoredEntry] = {}
    for start in range(0, len(entry_ids), _AT_ONCE):
        rows = connection.execute(_BY_ID, {"ids": list(entry_ids[start : start + _AT_ONCE])})
        for position, entry_id, mac, leaf in rows:
            found[entry_id] = StoredEntry(int(position), entry_id, bytes(mac), bytes(leaf))
    return found


def leaves_at(connection: Connection, positions: Sequence[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for start in range(0, len(positions), _AT_ONCE):
        rows = connection.execute(
            select(entries.c.position, entries.c.leaf).where(
                entries.c.position.in_(positions[start : start + _AT_ONCE])
            )
        )
        found.update({int(position): bytes(leaf) for position, leaf in rows})
    return found


def leaves(
    connection: Connection, begin: int, end: int, at_once: int = 4096
) -> Iterator[tuple[int, str, bytes]]:
    """(position, entry id, leaf) of the entries in [begin, end) that are stored, in order."""
    for start in range(begin, end, at_once):
        rows = connection.execute(_LEAVES, {"begin": start, "end": min(start + at_once, end)})
        for position, entry_id, leaf in rows:
            yield int(position), entry_id, bytes(leaf)
