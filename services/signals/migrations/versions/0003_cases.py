"""Cases, assignments, looks, compartments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_cases"
down_revision: str | None = "0002_linking"
branch_labels = None
depends_on = None


def _unique_where(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    """Makes the tables of this room."""
    op.create_table(
        "cases",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("legal_context", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("phase", sa.String(32), nullable=False),
        sa.Column("opened_at", sa.String(32), nullable=False),
        sa.Column("closed_at", sa.String(32)),
        sa.Column("sight_on_safety", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("region", "number", name="uq_cases_region_number"),
    )
    _unique_where(
        "uq_cases_active", "cases", ["household_id", "legal_context"], "closed_at IS NULL"
    )
    op.create_index("ix_cases_desk", "cases", ["region", "legal_context", "state"])
    op.create_table(
        "case_events",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("entry_id", sa.String(36), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_events"),
    )
    op.create_index("ix_case_events_case_id", "case_events", ["case_id"])
    op.create_table(
        "assignments",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("from_at", sa.String(32), nullable=False),
        sa.Column("until_at", sa.String(32)),
        sa.Column("assigned_by", sa.String(64), nullable=False),
        sa.Column("entry_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
    )
    op.create_index("ix_assignments_case_id", "assignments", ["case_id"])
    op.create_index("ix_assignments_subject", "assignments", ["subject"])
    _unique_where(
        "uq_assignments_coordinator",
        "assignments",
        ["case_id"],
        "kind = 'coordinator' AND until_at IS NULL",
    )
    _unique_where(
        "uq_assignments_active", "assignments", ["case_id", "subject"], "until_at IS NULL"
    )
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("looked_at", sa.String(32), nullable=False),
        sa.Column("picture_version", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_looks"),
    )
    op.create_index("ix_looks_actor", "looks", ["actor", "case_id", "looked_at"])
    op.create_table(
        "compartments",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("added_by", sa.String(64), nullable=False),
        sa.Column("added_at", sa.String(32), nullable=False),
        sa.Column("removed_at", sa.String(32)),
        sa.Column("removed_by", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_compartments"),
    )
    _unique_where(
        "uq_compartments_active",
        "compartments",
        ["household_id", "subject"],
        "removed_at IS NULL",
    )


def downgrade() -> None:
    """Drops them."""
    for table in ("compartments", "looks", "assignments", "case_events", "cases"):
        op.drop_table(table)
