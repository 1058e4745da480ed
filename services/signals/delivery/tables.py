"""The outbox: what must reach a neighbour because of something that was committed here."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table

from services.signals.database import metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", String(32), nullable=False),
    Column("sent_at", String(32), nullable=True),
    Column("dead_at", String(32), nullable=True),  # given up: waits for the administrator
    Index("ix_outbox_waiting", "sent_at", "dead_at", "next_at"),
)
