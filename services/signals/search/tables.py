"""What is indexed, and the token index for engines without FTS5. Keyed tokens only, no word.

On SQLite the words are in the virtual table `search_fts` (see fts5.py); `search_tokens` is
the same index as a plain table, for PostgreSQL without OpenSearch.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from services.signals.database import metadata

search_documents = Table(
    "search_documents",
    metadata,
    Column("signal_id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("analyser", Integer, nullable=False),
    Column("indexed_at", String(32), nullable=False),
)

# Which (household, source, category) a document may be found under.
search_access = Table(
    "search_access",
    metadata,
    Column(
        "signal_id",
        String(36),
        ForeignKey("search_documents.signal_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("household_id", String(36), primary_key=True),
    Column("agency", String(32), nullable=False),
    Column("category", String(32), nullable=False),
    Column("token", String(16), nullable=False),
)
Index("ix_search_access_household", search_access.c.household_id)
Index("ix_search_access_token", search_access.c.token)

search_tokens = Table(
    "search_tokens",
    metadata,
    Column("token", String(16), primary_key=True),
    Column("field", String(16), primary_key=True),
    Column(
        "signal_id",
        String(36),
        ForeignKey("search_documents.signal_id", ondelete="CASCADE"),
        primary_key=True,
    ),
)
Index("ix_search_tokens_signal", search_tokens.c.signal_id)
