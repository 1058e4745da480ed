"""The search index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_search"
down_revision: str | None = "0003_cases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables of this room."""
    op.create_table(
        "search_documents",
        sa.Column("signal_id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("analyser", sa.Integer, nullable=False),
        sa.Column("agency", sa.String(32), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("access", sa.String(16), nullable=False),
        sa.Column("indexed_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("signal_id", "household_id", name="pk_search_documents"),
    )
    op.create_index("ix_search_documents_household", "search_documents", ["household_id"])
    op.create_index("ix_search_documents_access", "search_documents", ["access"])
    op.create_table(
        "search_tokens",
        sa.Column("token", sa.String(16), nullable=False),
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("signal_id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint(
            "token", "field", "signal_id", "household_id", name="pk_search_tokens"
        ),
    )
    op.create_index("ix_search_tokens_document", "search_tokens", ["signal_id", "household_id"])
    if op.get_bind().dialect.name == "sqlite":
        # detail=column keeps no positions: no phrase can be searched, nothing to rank by.
        op.execute(
            "CREATE VIRTUAL TABLE search_fts USING fts5("
            "signal_id UNINDEXED, household_id UNINDEXED, statements, persons, access, "
            "tokenize='ascii', detail=column, columnsize=0)"
        )


def downgrade() -> None:
    """Drops them."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_fts")
    for table in ("search_tokens", "search_documents"):
        op.drop_table(table)
