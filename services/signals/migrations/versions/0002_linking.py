"""Persons, links, ties, households."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_linking"
down_revision: str | None = "0001_intake"
branch_labels = None
depends_on = None

_HOLDS = sa.text("ended_at IS NULL")
_OPEN = sa.text("decided_at IS NULL")


def upgrade() -> None:
    """Makes the tables of this room."""
    op.create_table(
        "match_keys",
        sa.Column("mention_id", sa.String(36), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("mention_id", "generation", "kind", "value"),
    )
    op.create_index("ix_match_keys_value", "match_keys", ["value"])
    op.create_table(
        "persons",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("layer", sa.String(48), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.Column("placeholder", sa.Boolean, nullable=False),
        sa.Column("replaced_by", sa.String(36), sa.ForeignKey("persons.id"), nullable=True),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("mention_id", sa.String(36), nullable=False),
        sa.Column("signal_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("band", sa.String(10), nullable=False),
        sa.Column("score_bits", sa.Float, nullable=False),
        sa.Column("layer", sa.String(48), nullable=False),
        sa.Column("ground", sa.String(64), nullable=False),
        sa.Column("decision_id", sa.String(64), nullable=False),
        sa.Column("entry_id", sa.String(36), nullable=True),
        sa.Column("explanation", sa.JSON, nullable=False),
        sa.Column("weights_version", sa.String(40), nullable=False),
        sa.Column("confirmed_by", sa.String(120), nullable=True),
        sa.Column("confirmed_at", sa.String(24), nullable=True),
        sa.Column("made_at", sa.String(24), nullable=False),
        sa.Column("ended_at", sa.String(24), nullable=True),
        sa.Column("end_reason", sa.String(40), nullable=True),
        sa.Column("previous_link_id", sa.String(36), nullable=True),
    )
    op.create_index(
        "uq_links_mention_id_layer_holds",
        "links",
        ["mention_id", "layer"],
        unique=True,
        sqlite_where=_HOLDS,
        postgresql_where=_HOLDS,
    )
    op.create_index("ix_links_mention_id", "links", ["mention_id"])
    op.create_index("ix_links_person_id", "links", ["person_id"])
    op.create_index("ix_links_signal_id", "links", ["signal_id"])
    op.create_index("ix_links_entry_id", "links", ["entry_id"])
    op.create_table(
        "link_scores",
        sa.Column("link_id", sa.String(36), sa.ForeignKey("links.id"), nullable=False),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("bits", sa.Float, nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "field"),
    )
    op.create_table(
        "candidates",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("mention_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("layer", sa.String(48), nullable=False),
        sa.Column("score_bits", sa.Float, nullable=False),
        sa.Column("scores", sa.JSON, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("weights_version", sa.String(40), nullable=False),
        sa.Column("made_at", sa.String(24), nullable=False),
        sa.Column("decided_at", sa.String(24), nullable=True),
        sa.Column("decided_by", sa.String(120), nullable=True),
        sa.Column("decision", sa.String(20), nullable=True),
    )
    op.create_index(
        "uq_candidates_mention_id_person_id_open",
        "candidates",
        ["mention_id", "person_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index("ix_candidates_person_id", "candidates", ["person_id"])
    op.create_table(
        "cannot_links",
        sa.Column("mention_a", sa.String(36), nullable=False),
        sa.Column("mention_b", sa.String(36), nullable=False),
        sa.Column("made_at", sa.String(24), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("mention_a", "mention_b"),
    )
    op.create_index("ix_cannot_links_mention_b", "cannot_links", ["mention_b"])
    op.create_table(
        "merges",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("survivor", sa.String(36), sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("absorbed", sa.String(36), sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("made_at", sa.String(24), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("undone_at", sa.String(24), nullable=True),
        sa.Column("undone_by", sa.String(120), nullable=True),
    )
    op.create_index("ix_merges_absorbed", "merges", ["absorbed"])
    op.create_table(
        "merge_moves",
        sa.Column("merge_id", sa.String(36), sa.ForeignKey("merges.id"), nullable=False),
        sa.Column("mention_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("merge_id", "mention_id"),
    )
    op.create_table(
        "ties",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("layer", sa.String(48), nullable=False),
        sa.Column("person_from", sa.String(36), sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("person_to", sa.String(36), sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("since", sa.String(40), nullable=True),
        sa.Column("until", sa.String(40), nullable=True),
        sa.Column("signal_id", sa.String(36), nullable=False),
        sa.Column("mention_from", sa.String(36), nullable=False),
        sa.Column("mention_to", sa.String(36), nullable=False),
        sa.Column("recorded_at", sa.String(24), nullable=False),
        sa.Column("ended_at", sa.String(24), nullable=True),
    )
    op.create_index("ix_ties_person_from", "ties", ["person_from"])
    op.create_index("ix_ties_person_to", "ties", ["person_to"])
    op.create_index("ix_ties_signal_id", "ties", ["signal_id"])
    op.create_table(
        "households",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("layer", sa.String(48), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.Column("merged_into", sa.String(36), sa.ForeignKey("households.id"), nullable=True),
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("household_id", sa.String(36), sa.ForeignKey("households.id"), nullable=False),
        sa.Column("person_id", sa.String(36), sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("from_date", sa.String(40), nullable=True),
        sa.Column("until_date", sa.String(40), nullable=True),
        sa.Column("recorded_at", sa.String(24), nullable=False),
        sa.Column("ended_at", sa.String(24), nullable=True),
    )
    op.create_index(
        "uq_memberships_household_id_person_id_holds",
        "memberships",
        ["household_id", "person_id"],
        unique=True,
        sqlite_where=_HOLDS,
        postgresql_where=_HOLDS,
    )
    op.create_index("ix_memberships_person_id", "memberships", ["person_id"])
    op.create_table(
        "bundlings",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("household_id", sa.String(36), sa.ForeignKey("households.id"), nullable=False),
        sa.Column("signal_id", sa.String(36), nullable=False),
        sa.Column("mention_id", sa.String(36), nullable=False),
        sa.Column("basis", sa.String(20), nullable=False),
        sa.Column("recorded_at", sa.String(24), nullable=False),
        sa.Column("ended_at", sa.String(24), nullable=True),
        sa.Column("end_reason", sa.String(40), nullable=True),
    )
    op.create_index(
        "uq_bundlings_household_id_mention_id_holds",
        "bundlings",
        ["household_id", "mention_id"],
        unique=True,
        sqlite_where=_HOLDS,
        postgresql_where=_HOLDS,
    )
    op.create_index("ix_bundlings_mention_id", "bundlings", ["mention_id"])
    op.create_index("ix_bundlings_signal_id", "bundlings", ["signal_id"])
    op.create_table(
        "circle_reviews",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("household_id", sa.String(36), sa.ForeignKey("households.id"), nullable=False),
        sa.Column("signal_id", sa.String(36), nullable=False),
        sa.Column("persons", sa.Integer, nullable=False),
        sa.Column("made_at", sa.String(24), nullable=False),
        sa.Column("decided_at", sa.String(24), nullable=True),
    )
    op.create_index(
        "uq_circle_reviews_household_id_signal_id_open",
        "circle_reviews",
        ["household_id", "signal_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    """Drops them, the dependent ones first."""
    for table in (
        "circle_reviews",
        "bundlings",
        "memberships",
        "households",
        "ties",
        "merge_moves",
        "merges",
        "cannot_links",
        "candidates",
        "link_scores",
        "links",
        "persons",
        "match_keys",
    ):
        op.drop_table(table)
