"""Signals, their versions, mentions, declared ties."""

from __future__ import annotations

revision = "0001_intake"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables of this room."""


def downgrade() -> None:
    """Drops them."""
