"""The outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_delivery"
down_revision: str | None = "0004_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the outbox."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.String(32), nullable=False),
        sa.Column("sent_at", sa.String(32), nullable=True),
        sa.Column("dead_at", sa.String(32), nullable=True),
    )
    op.create_index("ix_outbox_waiting", "outbox", ["sent_at", "dead_at", "next_at"])


def downgrade() -> None:
    """Drops it. What was not sent yet is lost: run the relay until it is empty first."""
    op.drop_index("ix_outbox_waiting", table_name="outbox")
    op.drop_table("outbox")
