"""Tables of this room. `data_keys` lives in a database of its own, away from what it opens."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table

from services.signals.database import metadata

keys_metadata = MetaData()

# `wrapped` is NULL once the key is destroyed; the row stays to say when.
data_keys = Table(
    "data_keys",
    keys_metadata,
    Column("key_id", String(36), primary_key=True),
    Column("kek_generation", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=True),
    Column("purpose", String(32), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("destroyed_at", String(32), nullable=True),
    Index("ix_data_keys_kek_generation", "kek_generation"),
)

# Shelter and secret addresses, as HMACs only: the register can be asked, never read (I8).
protected_addresses = Table(
    "protected_addresses",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),  # postcode | number | street
    Column("flagged_at", String(32), nullable=False),
)

# Where an address was seen (a mention's address or a narrative), as HMACs, so that a flag that
# comes later finds it without opening every narrative. Deleted once the address is protected.
address_traces = Table(
    "address_traces",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("signal_id", String(36), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("mention_id", String(36), primary_key=True),  # "" = in a narrative
    Index("ix_address_traces_signal_id", "signal_id"),
)
