"""What people write about a break-glass, encrypted; append-only like the grants themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_emergencies"
down_revision: str | None = "0001_consent"
branch_labels = None
depends_on = None

_TABLE = "grant_details"


def upgrade() -> None:
    """Makes the table and its guards."""
    op.create_table(
        _TABLE,
        sa.Column("grant_id", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("grant_id", name="pk_grant_details"),
    )
    op.create_index("ix_grant_details_region", _TABLE, ["region"])
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {_TABLE}_no_{event.lower()} BEFORE {event} ON {_TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{_TABLE} is append-only'); END"
            )
        seen = f"EXISTS (SELECT 1 FROM {_TABLE} WHERE grant_id = NEW.grant_id)"  # noqa: S608
        op.execute(
            f"CREATE TRIGGER {_TABLE}_no_replace BEFORE INSERT ON {_TABLE} WHEN {seen} "
            f"BEGIN SELECT RAISE(ABORT, '{_TABLE} is append-only'); END"
        )
        return
    for name, when in (
        ("append_only", "BEFORE UPDATE OR DELETE ON {} FOR EACH ROW"),
        ("no_truncate", "BEFORE TRUNCATE ON {} FOR EACH STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {_TABLE}_{name} {when.format(_TABLE)} "
            "EXECUTE FUNCTION consent_append_only()"
        )
        op.execute(f"ALTER TABLE {_TABLE} ENABLE ALWAYS TRIGGER {_TABLE}_{name}")


def downgrade() -> None:
    """Drops it; dropping a table drops its triggers."""
    op.drop_table(_TABLE)
