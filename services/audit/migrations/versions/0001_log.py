"""Entries, tiles, checkpoints, their search columns; and the triggers that keep them growing only.

SQLite: UPDATE and DELETE triggers alone are passed by INSERT OR REPLACE, which deletes without
firing them. So an INSERT is guarded too: next position, unseen entry id.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_log"
down_revision: str | None = None
branch_labels = None
depends_on = None

GROWING = ("entries", "tiles", "checkpoints", "entry_index", "entry_subjects")

# Per table: what makes an INSERT wrong. Plain SQL that both engines read; NEW is the row.
INSERT_FAULTS = {
    "entries": (
        "NEW.position <> (SELECT coalesce(max(position) + 1, 0) FROM entries) "
        "OR EXISTS (SELECT 1 FROM entries WHERE entry_id = NEW.entry_id)"
    ),
    "tiles": (
        "EXISTS (SELECT 1 FROM tiles WHERE level = NEW.level AND position = NEW.position) "
        "OR length(NEW.hashes) % 32 <> 0 OR length(NEW.hashes) NOT BETWEEN 32 AND 8192"
    ),
    "checkpoints": (
        "NEW.size <= (SELECT coalesce(max(size), -1) FROM checkpoints) "
        "OR NEW.size <> (SELECT coalesce(max(position) + 1, 0) FROM entries)"
    ),
    "entry_index": "EXISTS (SELECT 1 FROM entry_index WHERE position = NEW.position)",
    "entry_subjects": (
        "EXISTS (SELECT 1 FROM entry_subjects WHERE position = NEW.position AND token = NEW.token)"
    ),
}

# Only the last tile of a level may change, and only by more hashes behind those it has.
TILE_FAULTS = (
    "NEW.level <> OLD.level OR NEW.position <> OLD.position OR length(OLD.hashes) >= 8192 "
    "OR length(NEW.hashes) <= length(OLD.hashes) OR length(NEW.hashes) > 8192 "
    "OR length(NEW.hashes) % 32 <> 0 "
    "OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes"
)


def upgrade() -> None:
    """Makes the tables of this room."""
    _make_tables()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _make_tables() -> None:
    op.create_table(
        "entries",
        sa.Column("position", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.String(36), nullable=False),
        sa.Column("content_mac", sa.LargeBinary, nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_entries"),
        sa.UniqueConstraint("entry_id", name="uq_entries_entry_id"),
    )
    op.create_table(
        "tiles",
        sa.Column("level", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name="pk_tiles"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("signed_at", sa.String(30), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoints"),
    )
    codes = (
        "actor", "agency", "organisation", "actor_region", "region", "purpose", "event",
        "decision", "household_id", "case_id",
    )  # fmt: skip
    op.create_table(
        "entry_index",
        sa.Column("position", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("occurred_at", sa.String(30), nullable=False),
        *(sa.Column(name, sa.String(200), nullable=False) for name in codes),
        sa.PrimaryKeyConstraint("position", name="pk_entry_index"),
        sa.ForeignKeyConstraint(["position"], ["entries.position"], name="fk_entry_index_position"),
    )
    for column in ("actor", "household_id"):
        op.create_index(f"ix_entry_index_{column}", "entry_index", [column, "position"])
    op.create_index("ix_entry_index_occurred_at", "entry_index", ["occurred_at"])
    op.create_table(
        "entry_subjects",
        sa.Column("position", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("token", sa.String(22), nullable=False),
        sa.PrimaryKeyConstraint("position", "token", name="pk_entry_subjects"),
        sa.ForeignKeyConstraint(
            ["position"], ["entries.position"], name="fk_entry_subjects_position"
        ),
    )
    op.create_index("ix_entry_subjects_token", "entry_subjects", ["token", "position"])
    op.create_table(
        "subject_keys",
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("seed", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.String(30), nullable=False),
        sa.PrimaryKeyConstraint("lookup", name="pk_subject_keys"),
    )


def _guard_sqlite() -> None:
    def trigger(name: str, moment: str, table: str, when: str = "") -> None:
        condition = f"WHEN {when} " if when else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {moment} ON {table} {condition}"
            f"BEGIN SELECT RAISE(ABORT, 'the log only grows: {table}'); END"
        )

    for table in GROWING:
        trigger(f"{table}_no_delete", "DELETE", table)
        trigger(f"{table}_no_update", "UPDATE", table, TILE_FAULTS if table == "tiles" else "")
        trigger(f"{table}_insert", "INSERT", table, INSERT_FAULTS[table])


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION the_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'the log only grows: %', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE FUNCTION tiles_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {TILE_FAULTS} THEN RAISE EXCEPTION 'the log only grows: tiles'; END IF; "
        "RETURN NEW; END $$"
    )
    for table in GROWING:
        op.execute(
            f"CREATE FUNCTION {table}_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {INSERT_FAULTS[table]} THEN RAISE EXCEPTION 'the log only grows: {table}'; "
            "END IF; RETURN NEW; END $$"
        )
        update = "tiles_only_grow" if table == "tiles" else "the_log_only_grows"
        triggers = {
            f"{table}_no_delete": f"BEFORE DELETE ON {table} FOR EACH ROW "
            "EXECUTE FUNCTION the_log_only_grows()",
            f"{table}_no_update": f"BEFORE UPDATE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION {update}()",
            f"{table}_no_truncate": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
            "EXECUTE FUNCTION the_log_only_grows()",
            f"{table}_insert": f"BEFORE INSERT ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION {table}_insert()",
        }
        for name, definition in triggers.items():
            op.execute(f"CREATE TRIGGER {name} {definition}")
            # ALWAYS: also when session_replication_role would silence ordinary triggers.
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def downgrade() -> None:
    """Drops them."""
    for table in ("subject_keys", "entry_subjects", "entry_index", "checkpoints", "tiles"):
        op.drop_table(table)
    op.drop_table("entries")
    if op.get_bind().dialect.name != "sqlite":
        for table in GROWING:
            op.execute(f"DROP FUNCTION {table}_insert()")
        op.execute("DROP FUNCTION tiles_only_grow()")
        op.execute("DROP FUNCTION the_log_only_grows()")
