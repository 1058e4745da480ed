"""Signals, their versions, mentions, declared ties, quarantine, protected addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_intake"
down_revision: str | None = None
branch_labels = None
depends_on = None

# Table -> columns of its key: what is written there stays as it was written (I6).
APPEND_ONLY = {
    "signal_versions": ("signal_id", "version"),
    "mentions": ("id",),
    "version_mentions": ("signal_id", "version", "mention_id"),
    "mention_flags": ("mention_id",),
    "declared_ties": ("id",),
    "narrative_states": ("id",),
}
TABLES = (
    "quarantine",
    "link_queue",
    "narrative_states",
    "declared_ties",
    "mention_flags",
    "version_mentions",
    "mentions",
    "signal_versions",
    "address_traces",
    "protected_addresses",
    "signals",
)


def _id(name: str, *args: object, nullable: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), *args, nullable=nullable, primary_key=key)  # type: ignore[arg-type]


def _text(name: str, length: int | None, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def upgrade() -> None:
    """Makes the tables, then the triggers that keep them append-only."""
    _make_signals()
    _make_mentions()
    _make_queues()
    _make_addresses()
    _guard_appends()


def _make_signals() -> None:
    op.create_table(
        "signals",
        _id("id", key=True),
        _text("source_system", 100),
        _text("source_organisation", 100),
        _text("source_agency", 32),
        _text("source_reference", 200),
        _text("region", 64),
        _text("kind", 16),
        sa.Column("current_version", sa.Integer, nullable=False),
        _text("created_at", 32),
        _text("withdrawn_at", 32, nullable=True),
        _text("first_body_hmac", 64),
        sa.Column("first_status", sa.Integer, nullable=False),
        _text("first_answer", None),
        sa.UniqueConstraint(
            "source_system", "source_reference", name="uq_signals_source_system_source_reference"
        ),
    )
    op.create_index("ix_signals_region", "signals", ["region"])
    op.create_table(
        "signal_versions",
        _id("signal_id", sa.ForeignKey("signals.id"), key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        _text("state", 16),
        _text("withdrawal_reason", 32, nullable=True),
        _text("received_at", 32),
        _text("reported_at", 40),
        _text("occurred_from", 40),
        _text("occurred_to", 40, nullable=True),
        _text("place", 32),
        _text("addressed_to", 8),
        _text("severity", 32),
        _text("category", 32),
        sa.Column("violence_forms", sa.JSON, nullable=False),
        _text("pattern", 32),
        _text("origin_incident", 200, nullable=True),
        sa.Column("relayed_from", sa.JSON(none_as_null=True), nullable=True),
        _text("compartment", 16),
        sa.Column("conditions", sa.JSON, nullable=False),
        _text("wpg_article", 8),
        _text("first_processed", 10, nullable=True),
        _text("kindcheck", 8),
        _text("informal_care_check", 8),
        _text("informed", 8),
        _text("reporter_kind", 16),
        _text("reporter_visibility", 16),
        sa.Column("minor_involved", sa.Boolean, nullable=False),
        sa.Column("feedback_wanted", sa.Boolean, nullable=False),
        sa.Column("warnings", sa.JSON, nullable=False),
        _text("body_hmac", 64),
        _id("key_id", nullable=True),
        sa.Column("blob", sa.LargeBinary, nullable=True),
    )
    op.create_index("ix_signal_versions_received_at", "signal_versions", ["received_at"])


def _make_mentions() -> None:
    op.create_table(
        "mentions",
        _id("id", key=True),
        _id("signal_id", sa.ForeignKey("signals.id")),
        sa.Column("version", sa.Integer, nullable=False),
        _text("ref", 64),
        sa.Column("roles", sa.JSON, nullable=False),
        _text("birth_date", 10, nullable=True),
        _text("sex", 8),
        _text("bsn_state", 8),
        _text("body_hmac", 64),
        _id("key_id"),
        sa.Column("blob", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_mentions_signal_id", "mentions", ["signal_id"])
    op.create_table(
        "version_mentions",
        _id("signal_id", key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        _id("mention_id", sa.ForeignKey("mentions.id"), key=True),
        sa.ForeignKeyConstraint(
            ["signal_id", "version"], ["signal_versions.signal_id", "signal_versions.version"]
        ),
    )
    op.create_index("ix_version_mentions_mention_id", "version_mentions", ["mention_id"])
    op.create_table(
        "mention_flags",
        _id("mention_id", sa.ForeignKey("mentions.id"), key=True),
        _text("flagged_at", 32),
    )
    op.create_table(
        "declared_ties",
        _id("id", key=True),
        _id("signal_id"),
        sa.Column("version", sa.Integer, nullable=False),
        _id("from_mention", sa.ForeignKey("mentions.id")),
        _id("to_mention", sa.ForeignKey("mentions.id")),
        _text("kind", 16),
        _text("since", 10, nullable=True),
        _text("until", 10, nullable=True),
        sa.ForeignKeyConstraint(
            ["signal_id", "version"], ["signal_versions.signal_id", "signal_versions.version"]
        ),
    )
    op.create_index("ix_declared_ties_signal_id_version", "declared_ties", ["signal_id", "version"])
    op.create_table(
        "narrative_states",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _id("signal_id", sa.ForeignKey("signals.id")),
        _text("state", 16),
        _text("reason", 32),
        _text("decided_by", 64),
        _text("decided_at", 32),
    )
    op.create_index("ix_narrative_states_signal_id", "narrative_states", ["signal_id"])


def _make_queues() -> None:
    op.create_table(
        "link_queue",
        _id("signal_id", sa.ForeignKey("signals.id"), key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        _text("state", 8),
        sa.Column("attempts", sa.Integer, nullable=False),
        _text("next_at", 32),
        _text("reason", 32),
    )
    op.create_index("ix_link_queue_state_next_at", "link_queue", ["state", "next_at"])
    op.create_table(
        "quarantine",
        _id("id", key=True),
        _id("signal_id", sa.ForeignKey("signals.id")),
        _text("region", 64),
        _text("severity", 32),
        _text("received_at", 32),
        sa.Column("expected_version", sa.Integer, nullable=False),
        sa.Column("faults", sa.JSON, nullable=False),
        _text("body_hmac", 64),
        _id("key_id"),
        sa.Column("blob", sa.LargeBinary, nullable=False),
        _text("resolved_at", 32, nullable=True),
    )
    op.create_index("ix_quarantine_region_resolved_at", "quarantine", ["region", "resolved_at"])
    op.create_index("ix_quarantine_signal_id", "quarantine", ["signal_id"])


def _make_addresses() -> None:
    op.create_table(
        "protected_addresses",
        sa.Column("token", sa.String(32), primary_key=True),
        _text("kind", 16),
        _text("flagged_at", 32),
    )
    op.create_table(
        "address_traces",
        sa.Column("token", sa.String(32), primary_key=True),
        _id("signal_id", key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        _id("mention_id", key=True),
    )
    op.create_index("ix_address_traces_signal_id", "address_traces", ["signal_id"])


def _guard_appends() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION bundel_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
        for table in APPEND_ONLY:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION bundel_append_only()"
            )
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION bundel_append_only()"
            )
            for trigger in ("append_only", "no_truncate"):
                op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{trigger}")
        return
    for table, key in APPEND_ONLY.items():
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        # INSERT OR REPLACE passes by the delete trigger: refuse a key that is there already.
        same = " AND ".join(f"{column} = NEW.{column}" for column in key)
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - fixed names
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def downgrade() -> None:
    """Drops the tables; their triggers go with them."""
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION bundel_append_only()")
