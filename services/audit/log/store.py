"""Reading and adding rows of the log. One connection, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, bindparam, func, select

from services.audit.log.rows import add_rows, rows_in
from services.audit.tables import checkpoints, cosignatures, entries, entry_index, tiles

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
_LEAVES = (
    select(entries.c.position, entries.c.entry_id, entries.c.leaf)
    .where(entries.c.position >= bindparam("begin"), entries.c.position < bindparam("end"))
    .order_by(entries.c.position)
)


@dataclass(frozen=True)
class StoredCheckpoint:
    size: int
    root: bytes
    signed_at: str
    note: str


@dataclass(frozen=True)
class WitnessedCheckpoint:
    size: int
    witness: str
    witnessed_at: str
    note: str  # with cosignatures; its first lines are missing when that checkpoint is gone


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


def last_witnessed(connection: Connection, least: int = 0) -> WitnessedCheckpoint | None:
    """The newest checkpoint with a cosignature, of `least` entries or more; None if there is none.

    Its note carries the cosignatures of all witnesses.
    """
    size = connection.execute(
        select(func.max(cosignatures.c.size)).where(cosignatures.c.size >= least)
    ).scalar()
    if size is None:
        return None
    note = connection.execute(select(checkpoints.c.note).where(checkpoints.c.size == size)).scalar()
    rows = connection.execute(
        select(cosignatures.c.witness, cosignatures.c.witnessed_at, cosignatures.c.line)
        .where(cosignatures.c.size == size)
        .order_by(cosignatures.c.witness)
    ).all()
    lines = "".join(f"{row.line}\n" for row in rows)
    return WitnessedCheckpoint(
        int(size), rows[-1].witness, rows[-1].witnessed_at, f"{note or ''}{lines}"
    )


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
    """Adds new tiles and lets the last ones grow. The database refuses any other change.

    On PostgreSQL a function of the tables' owner does it: the service may not update (0003).
    """
    grow = (
        "UPDATE tiles SET hashes = ?3 WHERE level = ?1 AND position = ?2"
        if connection.dialect.name == "sqlite"
        else "SELECT grow_tile(%s, %s, %s)"
    )
    new = []
    for (level, position), hashes in changed.items():
        done = connection.exec_driver_sql(grow, (level, position, hashes))
        if not (done.scalar() if done.returns_rows else done.rowcount):
            new.append((level, position, hashes))
    add_rows(connection, "tiles", ("level", "position", "hashes"), new)


def add_entries(connection: Connection, rows: Sequence[StoredEntry]) -> None:
    """Adds entries behind the last one."""
    add_rows(
        connection,
        "entries",
        ("position", "entry_id", "content_mac", "leaf"),
        [(row.position, row.entry_id, row.content_mac, row.leaf) for row in rows],
    )


def add_checkpoint(connection: Connection, checkpoint: StoredCheckpoint) -> None:
    """Adds the newest checkpoint."""
    add_rows(
        connection,
        "checkpoints",
        ("size", "root", "signed_at", "note"),
        [(checkpoint.size, checkpoint.root, checkpoint.signed_at, checkpoint.note)],
    )


def entries_by_id(connection: Connection, entry_ids: Sequence[str]) -> dict[str, StoredEntry]:
    """The stored entries among `entry_ids`, by id."""
    question = "SELECT position, entry_id, content_mac, leaf FROM entries WHERE entry_id"
    return {
        entry_id: StoredEntry(int(position), entry_id, bytes(mac), bytes(leaf))
        for position, entry_id, mac, leaf in rows_in(connection, question, entry_ids)
    }


def projected(connection: Connection) -> int:
    """How many entries, from the first on, can be searched for."""
    highest = connection.execute(select(func.max(entry_index.c.position))).scalar()
    return 0 if highest is None else int(highest) + 1


@contextmanager
def without_sync(connection: Connection) -> Iterator[None]:
    """For one transaction that may be lost in a power cut, though never be torn or reordered."""
    sqlite = connection.dialect.name == "sqlite"
    statement = "PRAGMA synchronous = {}" if sqlite else "SET synchronous_commit = {}"
    raw = connection.connection.cursor()
    try:
        raw.execute(statement.format("NORMAL" if sqlite else "off"))
        if not sqlite:
            connection.connection.commit()
        yield
    finally:
        raw.execute(statement.format("FULL" if sqlite else "on"))
        if not sqlite:
            connection.connection.commit()
        raw.close()


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
