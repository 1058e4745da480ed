"""What is indexed, and the token index for engines without FTS5. Keyed tokens only, no word.

A document is one signal in one household: a signal may lie in two, and who looks from one must
not find it by the name of somebody in the other.

On SQLite the words are in the virtual table `search_fts` (see fts5.py); `search_tokens` is
the same index as a plain table, for PostgreSQL without OpenSearch.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from services.signals.database import metadata

search_documents = Table(
    "search_documents",
    metadata,
    Column("signal_id", String(36), primary_key=True),
    Column("household_id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("analyser", Integer, nullable=False),
    Column("agency", String(32), nullable=False),
    Column("category", String(32), nullable=False),
    Column("access", String(16), nullable=False),
    Column("indexed_at", String(32), nullable=False),
)
Index("ix_search_documents_household", search_documents.c.household_id)
Index("ix_search_documents_access", search_documents.c.access)

search_tokens = Table(
    "search_tokens",
    metadata,
    Column("token", String(16), primary_key=True),
    Column("field", String(16), primary_key=True),
    Column("signal_id", String(36), primary_key=True),
    Column("household_id", String(36), primary_key=True),
)
Index("ix_search_tokens_document", search_tokens.c.signal_id, search_tokens.c.household_id)
