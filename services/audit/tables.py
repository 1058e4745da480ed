"""Tables of the log. All but subject_keys only grow; triggers in the migration enforce it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from services.audit.database import metadata

# One row per entry. `leaf` is the exact bytes that the tree hashes; `content_mac` tells, without
# keeping it, whether an entry sent again has the same content.
entries = Table(
    "entries",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", String(36), nullable=False, unique=True),
    Column("content_mac", LargeBinary, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
)

# One row per 256 hashes; the last row of a level may still grow, never change what it holds.
tiles = Table(
    "tiles",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("signed_at", String(30), nullable=False),
    Column("note", Text, nullable=False),
)

# What witnesses answered: a signature line for the checkpoint of that size.
cosignatures = Table(
    "cosignatures",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("witness", String(200), primary_key=True),
    Column("witnessed_at", String(30), nullable=False),
    Column("line", Text, nullable=False),
)

# What is searched; made from the leaf in the same transaction and compared with it when read.
entry_index = Table(
    "entry_index",
    metadata,
    Column(
        "position",
        BigInteger,
        ForeignKey("entries.position"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("occurred_at", String(30), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("agency", String(200), nullable=False),
    Column("organisation", String(200), nullable=False),
    Column("actor_region", String(200), nullable=False),
    Column("region", String(200), nullable=False),
    Column("purpose", String(200), nullable=False),
    Column("event", String(200), nullable=False),
    Column("decision", String(200), nullable=False),
    Column("household_id", String(200), nullable=False),
    Column("case_id", String(200), nullable=False),
    Index("ix_entry_index_actor", "actor", "position"),
    Index("ix_entry_index_household_id", "household_id", "position"),
    Index("ix_entry_index_occurred_at", "occurred_at"),
)

entry_subjects = Table(
    "entry_subjects",
    metadata,
    Column(
        "position",
        BigInteger,
        ForeignKey("entries.position"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("token", String(22), primary_key=True),
    Index("ix_entry_subjects_token", "token", "position"),
)

# The one table from which rows may go: without its row a subject's tokens say nothing any more.
subject_keys = Table(
    "subject_keys",
    metadata,
    Column("lookup", LargeBinary, primary_key=True),
    Column("seed", LargeBinary, nullable=False),
    Column("made_at", String(30), nullable=False),
)
