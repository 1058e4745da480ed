"""Keys, codes, used assertions of the development provider."""

from __future__ import annotations

revision = "0001_identity"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables of this room."""


def downgrade() -> None:
    """Drops them."""
