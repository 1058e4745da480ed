"""Cosignatures of witnesses; and on PostgreSQL a way for tiles to grow without the right to UPDATE.

With `grow_tile` the service's role needs INSERT and SELECT only: the function belongs to the
tables' owner, appends hashes to the last tile of a level, and the triggers judge it as well.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_witness"
down_revision: str | None = "0001_log"
branch_labels = None
depends_on = None

FAULT = (
    "EXISTS (SELECT 1 FROM cosignatures WHERE size = NEW.size AND witness = NEW.witness) "
    "OR NOT EXISTS (SELECT 1 FROM checkpoints WHERE size = NEW.size)"
)


def upgrade() -> None:
    """Makes the table, its guards and the function."""
    op.create_table(
        "cosignatures",
        sa.Column("size", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("witness", sa.String(200), nullable=False),
        sa.Column("witnessed_at", sa.String(30), nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("size", "witness", name="pk_cosignatures"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _guard_sqlite() -> None:
    for name, moment, when in (
        ("no_delete", "DELETE", ""),
        ("no_update", "UPDATE", ""),
        ("insert", "INSERT", f"WHEN {FAULT} "),
    ):
        op.execute(
            f"CREATE TRIGGER cosignatures_{name} BEFORE {moment} ON cosignatures {when}"
            "BEGIN SELECT RAISE(ABORT, 'the log only grows: cosignatures'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION cosignatures_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {FAULT} THEN RAISE EXCEPTION 'the log only grows: cosignatures'; "
        "END IF; RETURN NEW; END $$"
    )
    for name, moment, each, function in (
        ("no_delete", "DELETE", "ROW", "the_log_only_grows"),
        ("no_update", "UPDATE", "ROW", "the_log_only_grows"),
        ("no_truncate", "TRUNCATE", "STATEMENT", "the_log_only_grows"),
        ("insert", "INSERT", "ROW", "cosignatures_insert"),
    ):
        op.execute(
            f"CREATE TRIGGER cosignatures_{name} BEFORE {moment} ON cosignatures "
            f"FOR EACH {each} EXECUTE FUNCTION {function}()"
        )
        op.execute(f"ALTER TABLE cosignatures ENABLE ALWAYS TRIGGER cosignatures_{name}")
    # FROM CURRENT: whatever path its caller has, no other table can be meant.
    op.execute(
        "CREATE FUNCTION grow_tile(at_level integer, at_position bigint, grown bytea) "
        "RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT "
        "AS $$ DECLARE changed bigint; BEGIN "
        "UPDATE tiles SET hashes = grown WHERE level = at_level AND position = at_position; "
        "GET DIAGNOSTICS changed = ROW_COUNT; RETURN changed; END $$"
    )
    op.execute("REVOKE ALL ON FUNCTION grow_tile(integer, bigint, bytea) FROM PUBLIC")


def downgrade() -> None:
    """Drops them."""
    op.drop_table("cosignatures")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION grow_tile(integer, bigint, bytea)")
        op.execute("DROP FUNCTION cosignatures_insert()")
