"""The desk: staff, postponed doubts, objections, separations and whom they were told; redactions;
whom a message in quarantine is for and how it ended; which doubt a merge came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_desk"
down_revision: str | None = "0005_delivery"
branch_labels = None
depends_on = None

TABLES = ("tellings", "separations", "objections", "postponements", "staff", "redactions")
APPEND_ONLY = ("postponements", "separations", "tellings", "redactions")
QUARANTINE = ("addressed_to", "returned_at", "returned_by", "return_reason", "resolved_by")


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _key() -> sa.Column[str]:
    return sa.Column("id", sa.String(36), primary_key=True)


def upgrade() -> None:
    """Makes the tables; messages in quarantine until now are for every desk of their region."""
    _make_staff()
    _make_judging()
    _make_separations()
    op.create_table(
        "redactions",
        _key(),
        sa.Column("signal_id", sa.String(36), sa.ForeignKey("signals.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        _text("key_id", 36),
        sa.Column("blob", sa.LargeBinary, nullable=False),
        _text("made_by", 64),
        _text("made_at", 32),
    )
    op.create_index("ix_redactions_signal_id_version", "redactions", ["signal_id", "version"])
    op.add_column(
        "quarantine", sa.Column("addressed_to", sa.String(8), nullable=False, server_default="")
    )
    for name, length in zip(QUARANTINE[1:], (32, 64, 32, 64), strict=True):
        op.add_column("quarantine", _text(name, length, nullable=True))
    op.add_column("merges", _text("candidate_id", 36, nullable=True))
    _guard_appends()


def _make_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("subject", sa.String(64), primary_key=True),
        _text("name", 200),
        _text("organisation", 64),
        _text("region", 64),
        _text("legal_context", 32),
        _text("seen_on", 10),
    )
    op.create_index("ix_staff_organisation", "staff", ["organisation", "legal_context"])


def _make_judging() -> None:
    op.create_table(
        "postponements",
        _key(),
        _text("about", 36),
        _text("until", 10),
        _text("reason", 32),
        _text("made_by", 64),
        _text("made_at", 32),
        _text("entry_id", 36),
    )
    op.create_index("ix_postponements_about", "postponements", ["about", "made_at"])
    op.create_table(
        "objections",
        _key(),
        _text("mention_id", 36),
        _text("person_id", 36),
        _text("layer", 48),
        _text("region", 64),
        _text("case_id", 36),
        _text("reason", 32),
        _text("made_by", 64),
        _text("made_at", 32),
        _text("entry_id", 36),
        _text("decided_at", 32, nullable=True),
        _text("decided_by", 64, nullable=True),
        _text("decision", 16, nullable=True),
    )
    still_open = sa.text("decided_at IS NULL")
    op.create_index(
        "uq_objections_mention_id_layer_open",
        "objections",
        ["mention_id", "layer"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_index("ix_objections_region", "objections", ["region", "layer", "decided_at"])


def _make_separations() -> None:
    op.create_table(
        "separations",
        _key(),
        _text("kind", 16),
        _text("region", 64),
        _text("layer", 48),
        _text("case_id", 36),
        sa.Column("household_ids", sa.JSON, nullable=False),
        sa.Column("moved", sa.JSON, nullable=False),
        sa.Column("stayed", sa.JSON, nullable=False),
        _text("since", 32),
        _text("made_at", 32),
        _text("made_by", 64),
        _text("entry_id", 36),
    )
    op.create_index("ix_separations_region", "separations", ["region", "layer", "made_at"])
    op.create_table(
        "tellings",
        _key(),
        _text("separation_id", 36),
        _text("subject", 64),
        _text("told_by", 64),
        _text("told_at", 32),
        _text("entry_id", 36),
    )
    op.create_index("ix_tellings_separation_id", "tellings", ["separation_id"])


def _guard_appends() -> None:
    if op.get_bind().dialect.name == "postgresql":
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
    for table in APPEND_ONLY:
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        # INSERT OR REPLACE passes by the delete trigger: refuse a key that is there already.
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - fixed names
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def downgrade() -> None:
    """Drops what upgrade made; what was redacted is withheld again (its state row stays)."""
    op.execute(
        "INSERT INTO narrative_states (signal_id, state, reason, decided_by, decided_at) "
        "SELECT DISTINCT signal_id, 'withheld', 'redaction-gone', '', '' FROM redactions"
    )
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("merges", "candidate_id")
    for name in reversed(QUARANTINE):
        op.drop_column("quarantine", name)
