"""The outbox."""

from __future__ import annotations

revision = "0005_delivery"
down_revision: str | None = "0004_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables of this room."""


def downgrade() -> None:
    """Drops them."""
