"""Handing cases over, and deputies who stop by themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_transfers"
down_revision: str | None = "0006_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table of proposals; gives assignments a last moment."""
    op.add_column("assignments", sa.Column("ends_at", sa.String(32)))
    op.create_table(
        "transfers",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("from_subject", sa.String(64), nullable=False),
        sa.Column("from_name", sa.String(200), nullable=False),
        sa.Column("to_subject", sa.String(64), nullable=False),
        sa.Column("to_name", sa.String(200), nullable=False),
        sa.Column("proposed_by", sa.String(64), nullable=False),
        sa.Column("proposed_at", sa.String(32), nullable=False),
        sa.Column("note_key", sa.String(36), nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Column("entry_id", sa.String(36), nullable=False),
        sa.Column("giver_agreed_at", sa.String(32)),
        sa.Column("taker_agreed_at", sa.String(32)),
        sa.Column("ended_at", sa.String(32)),
        sa.Column("outcome", sa.String(16)),
        sa.Column("outcome_reason", sa.String(32)),
        sa.Column("ended_by", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_transfers"),
    )
    for column in ("case_id", "from_subject", "to_subject"):
        op.create_index(f"ix_transfers_{column}", "transfers", [column])
    where = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_transfers_open",
        "transfers",
        ["case_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    """Drops them."""
    op.drop_table("transfers")
    op.drop_column("assignments", "ends_at")
