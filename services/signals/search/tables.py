"""What is indexed: keyed tokens only, no word.

A document is one signal in one household: a signal may lie in two, and who looks from one must
not find it by the name of somebody in the other.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table

from services.signals.database import metadata

# `revision` grows with every change and never falls: it is the version of the document elsewhere.
# What was taken out stays as a row without tokens (`live` false), or a late write would bring the
# document back. The tokens are 8 bytes each, one after another; NULL when another engine has them.
search_documents = Table(
    "search_documents",
    metadata,
    Column("signal_id", String(36), primary_key=True),
    Column("household_id", String(36), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("tokeniser", String(24), nullable=False),
    Column("agency", String(32), nullable=False),
    Column("category", String(32), nullable=False),
    Column("reserved", String(200), nullable=False),
    Column("statements", LargeBinary, nullable=True),
    Column("persons", LargeBinary, nullable=True),
    Column("changed_at", String(32), nullable=False),
)
Index("ix_search_documents_household", search_documents.c.household_id)
Index("ix_search_documents_tokeniser", search_documents.c.tokeniser)

# The indexes of another engine that get every change: the one that is searched, and one being made.
search_targets = Table(
    "search_targets",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("state", String(8), nullable=False),  # live | building
    Column("made_at", String(32), nullable=False),
)
