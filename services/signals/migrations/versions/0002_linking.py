"""Persons, links, ties, households."""

from __future__ import annotations

revision = "0002_linking"
down_revision: str | None = "0001_intake"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables of this room."""


def downgrade() -> None:
    """Drops them."""
