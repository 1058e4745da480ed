"""For whom a document is kept is part of what it is found under."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_search_reserved"
down_revision: str | None = "0008_search_rows"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column; what is there is marked as outdated, and indexed again by the service."""
    with op.batch_alter_table("search_documents") as table:
        table.add_column(sa.Column("reserved", sa.String(200), nullable=False, server_default=""))
    op.execute("UPDATE search_documents SET tokeniser = ''")


def downgrade() -> None:
    """Drops it."""
    with op.batch_alter_table("search_documents") as table:
        table.drop_column("reserved")
