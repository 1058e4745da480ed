"""The index as one row of tokens per document; revisions; indexes of another engine.

What is in the index is marked as outdated, and the service indexes it again by itself.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_search_rows"
down_revision: str | None = "0007_transfers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables anew; the documents are kept, their tokens are not."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_fts")
    op.drop_table("search_tokens")
    op.drop_index("ix_search_documents_household", table_name="search_documents")
    op.drop_index("ix_search_documents_access", table_name="search_documents")
    op.rename_table("search_documents", "search_documents_before")
    op.create_table(
        "search_documents",
        sa.Column("signal_id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("tokeniser", sa.String(24), nullable=False),
        sa.Column("agency", sa.String(32), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("statements", sa.LargeBinary, nullable=True),
        sa.Column("persons", sa.LargeBinary, nullable=True),
        sa.Column("changed_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("signal_id", "household_id", name="pk_search_documents_rows"),
    )
    op.create_index("ix_search_documents_household", "search_documents", ["household_id"])
    op.create_index("ix_search_documents_tokeniser", "search_documents", ["tokeniser"])
    op.execute(
        "INSERT INTO search_documents (signal_id, household_id, revision, live, version,"
        " tokeniser, agency, category, statements, persons, changed_at)"
        " SELECT signal_id, household_id, 1, true, version, '', agency, category, NULL, NULL,"
        " indexed_at FROM search_documents_before"
    )
    op.drop_table("search_documents_before")
    op.create_table(
        "search_targets",
        sa.Column("name", sa.String(120), primary_key=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("made_at", sa.String(32), nullable=False),
    )


def downgrade() -> None:
    """Makes the former tables, empty: the release before this one fills them as signals come."""
    op.drop_table("search_targets")
    op.drop_index("ix_search_documents_tokeniser", table_name="search_documents")
    op.drop_index("ix_search_documents_household", table_name="search_documents")
    op.drop_table("search_documents")
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
        op.execute(
            "CREATE VIRTUAL TABLE search_fts USING fts5("
            "signal_id UNINDEXED, household_id UNINDEXED, statements, persons, access, "
            "tokenize='ascii', detail=column, columnsize=0)"
        )
