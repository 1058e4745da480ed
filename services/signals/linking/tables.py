"""Tables of this room. What holds now has no `ended_at`; a change ends a row and adds another.
Only the receipt of the log fills in what was open: a link's state turns from awaiting to active.
`layer`: see layers.py.

Moments are RFC 3339 texts in UTC with milliseconds, so they sort alike on SQLite and PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

from services.signals.database import metadata

_HOLDS = text("ended_at IS NULL")
_OPEN = text("decided_at IS NULL")

match_keys = Table(
    "match_keys",
    metadata,
    Column("mention_id", String(36), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("value", String(64), nullable=False),
    PrimaryKeyConstraint("mention_id", "generation", "kind", "value"),
    Index("ix_match_keys_value", "value"),
)

persons = Table(
    "persons",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("region", String(64), nullable=False),
    Column("layer", String(48), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("placeholder", Boolean, nullable=False),  # compared with nobody
    Column("replaced_by", String(36), ForeignKey("persons.id"), nullable=True),
)

links = Table(
    "links",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("mention_id", String(36), nullable=False),
    Column("signal_id", String(36), nullable=False),
    Column("person_id", String(36), ForeignKey("persons.id"), nullable=False),
    Column("region", String(64), nullable=False),
    Column("state", String(20), nullable=False),
    Column("band", String(10), nullable=False),
    Column("score_bits", Float, nullable=False),
    Column("layer", String(48), nullable=False),
    Column("ground", String(64), nullable=False),
    Column("decision_id", String(64), nullable=False),
    Column("entry_id", String(36), nullable=True),
    Column("explanation", JSON, nullable=False),
    Column("weights_version", String(40), nullable=False),
    Column("confirmed_by", String(120), nullable=True),
    Column("confirmed_at", String(24), nullable=True),
    Column("made_at", String(24), nullable=False),
    Column("ended_at", String(24), nullable=True),
    Column("end_reason", String(40), nullable=True),
    Column("previous_link_id", String(36), nullable=True),
    # A mention names one human in each layer, whatever runs beside.
    Index(
        "uq_links_mention_id_layer_holds",
        "mention_id",
        "layer",
        unique=True,
        sqlite_where=_HOLDS,
        postgresql_where=_HOLDS,
    ),
    Index("ix_links_mention_id", "mention_id"),
    Index("ix_links_person_id", "person_id"),
    Index("ix_links_signal_id", "signal_id"),
    Index("ix_links_entry_id", "entry_id"),
)

link_scores = Table(
    "link_scores",
    metadata,
    Column("link_id", String(36), ForeignKey("links.id"), nullable=False),
    Column("field", String(32), nullable=False),
    Column("bits", Float, nullable=False),
    Column("reason", String(40), nullable=False),
    PrimaryKeyConstraint("link_id", "field"),
)

candidates = Table(
    "candidates",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("mention_id", String(36), nullable=False),
    Column("person_id", String(36), ForeignKey("persons.id"), nullable=False),
    Column("region", String(64), nullable=False),
    Column("layer", String(48), nullable=False),
    Column("score_bits", Float, nullable=False),
    Column("scores", JSON, nullable=False),  # [[field, bits, reason code]...]
    Column("reasons", JSON, nullable=False),  # codes: why a human must look
    Column("weights_version", String(40), nullable=False),
    Column("made_at", String(24), nullable=False),
    Column("decided_at", String(24), nullable=True),
    Column("decided_by", String(120), nullable=True),
    Column("decision", String(20), nullable=True),
    Index(
        "uq_candidates_mention_id_person_id_open",
        "mention_id",
        "person_id",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index("ix_candidates_person_id", "person_id"),
)

cannot_links = Table(
    "cannot_links",
    metadata,
    Column("mention_a", String(36), nullable=False),  # the smaller id of the two
    Column("mention_b", String(36), nullable=False),
    Column("made_at", String(24), nullable=False),
    Column("made_by", String(120), nullable=False),
    Column("reason", String(40), nullable=False),
    PrimaryKeyConstraint("mention_a", "mention_b"),
    Index("ix_cannot_links_mention_b", "mention_b"),
)

merges = Table(
    "merges",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("survivor", String(36), ForeignKey("persons.id"), nullable=False),
    Column("absorbed", String(36), ForeignKey("persons.id"), nullable=False),
    Column("made_at", String(24), nullable=False),
    Column("made_by", String(120), nullable=False),
    Column("undone_at", String(24), nullable=True),
    Column("undone_by", String(120), nullable=True),
    Column("candidate_id", String(36), nullable=True),  # the doubt that a human took away by it
    Index("ix_merges_absorbed", "absorbed"),
)

merge_moves = Table(
    "merge_moves",
    metadata,
    Column("merge_id", String(36), ForeignKey("merges.id"), nullable=False),
    Column("mention_id", String(36), nullable=False),
    PrimaryKeyConstraint("merge_id", "mention_id"),
)

ties = Table(
    "ties",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("region", String(64), nullable=False),
    Column("layer", String(48), nullable=False),
    Column("person_from", String(36), ForeignKey("persons.id"), nullable=False),
    Column("person_to", String(36), ForeignKey("persons.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("since", String(40), nullable=True),
    Column("until", String(40), nullable=True),
    Column("signal_id", String(36), nullable=False),
    Column("mention_from", String(36), nullable=False),
    Column("mention_to", String(36), nullable=False),
    Column("recorded_at", String(24), nullable=False),
    Column("ended_at", String(24), nullable=True),
    Index("ix_ties_person_from", "person_from"),
    Index("ix_ties_person_to", "person_to"),
    Index("ix_ties_signal_id", "signal_id"),
)

households = Table(
    "households",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("region", String(64), nullable=False),
    Column("layer", String(48), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("merged_into", String(36), ForeignKey("households.id"), nullable=True),
)

memberships = Table(
    "memberships",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("household_id", String(36), ForeignKey("households.id"), nullable=False),
    Column("person_id", String(36), ForeignKey("persons.id"), nullable=False),
    Column("role", String(20), nullable=False),
    Column("from_date", String(40), nullable=True),
    Column("until_date", String(40), nullable=True),
    Column("recorded_at", String(24), nullable=False),
    Column("ended_at", String(24), nullable=True),
    Index(
        "uq_memberships_household_id_person_id_holds",
        "household_id",
        "person_id",
        unique=True,
        sqlite_where=_HOLDS,
        postgresql_where=_HOLDS,
    ),
    Index("ix_memberships_person_id", "person_id"),
)

# A person of two circles does not carry the signals of one into the other.
bundlings = Table(
    "bundlings",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("household_id", String(36), ForeignKey("households.id"), nullable=False),
    Column("signal_id", String(36), nullable=False),
    Column("mention_id", String(36), nullable=False),
    Column("basis", String(20), nullable=False),  # tie | incident | alone | history
    Column("recorded_at", String(24), nullable=False),
    Column("ended_at", String(24), nullable=True),
    Column("end_reason", String(40), nullable=True),
    Index(
        "uq_bundlings_household_id_mention_id_holds",
        "household_id",
        "mention_id",
        unique=True,
        sqlite_where=_HOLDS,
        postgresql_where=_HOLDS,
    ),
    Index("ix_bundlings_mention_id", "mention_id"),
    Index("ix_bundlings_signal_id", "signal_id"),
)

circle_reviews = Table(
    "circle_reviews",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("region", String(64), nullable=False),
    Column("household_id", String(36), ForeignKey("households.id"), nullable=False),
    Column("signal_id", String(36), nullable=False),
    Column("persons", Integer, nullable=False),  # how large the circle would have become
    Column("made_at", String(24), nullable=False),
    Column("decided_at", String(24), nullable=True),
    Index(
        "uq_circle_reviews_household_id_signal_id_open",
        "household_id",
        "signal_id",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
)
