"""The search index."""

from __future__ import annotations

revision = "0004_search"
down_revision: str | None = "0003_cases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables of this room."""


def downgrade() -> None:
    """Drops them."""
