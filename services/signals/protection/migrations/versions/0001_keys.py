"""Data keys, each wrapped by the key-encryption key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_keys"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table of data keys."""
    op.create_table(
        "data_keys",
        sa.Column("key_id", sa.String(36), primary_key=True),
        sa.Column("kek_generation", sa.Integer, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=True),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("destroyed_at", sa.String(32), nullable=True),
    )
    op.create_index("ix_data_keys_kek_generation", "data_keys", ["kek_generation"])


def downgrade() -> None:
    """Drops it: everything sealed becomes unreadable for ever."""
    op.drop_index("ix_data_keys_kek_generation", table_name="data_keys")
    op.drop_table("data_keys")
