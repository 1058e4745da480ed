"""Tables of this room. Moments are RFC 3339 texts in UTC with milliseconds.

Postponements, separations and tellings are append-only, which the database enforces (I6).
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, String, Table, text

from services.signals.database import metadata

_OPEN = text("decided_at IS NULL")

# Who logged in as a coordinator: whom a desk can choose, without typing a number.
staff = Table(
    "staff",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("organisation", String(64), nullable=False),
    Column("region", String(64), nullable=False),
    Column("legal_context", String(32), nullable=False),
    Column("seen_on", String(10), nullable=False),  # the day, no more
    Index("ix_staff_organisation", "organisation", "legal_context"),
)

# A doubt that the desk put off: it comes back by itself on the day `until`. The newest counts.
postponements = Table(
    "postponements",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("about", String(36), nullable=False),  # id of a candidate or of an objection
    Column("until", String(10), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", String(32), nullable=False),
    Column("entry_id", String(36), nullable=False),
    Index("ix_postponements_about", "about", "made_at"),
)

# A coordinator says that a signal is about somebody else: the desk judges it.
objections = Table(
    "objections",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("mention_id", String(36), nullable=False),
    Column("person_id", String(36), nullable=False),
    Column("layer", String(48), nullable=False),
    Column("region", String(64), nullable=False),
    Column("case_id", String(36), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", String(32), nullable=False),
    Column("entry_id", String(36), nullable=False),
    Column("decided_at", String(32), nullable=True),
    Column("decided_by", String(64), nullable=True),
    Column("decision", String(16), nullable=True),  # split | kept
    Index(
        "uq_objections_mention_id_layer_open",
        "mention_id",
        "layer",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index("ix_objections_region", "region", "layer", "decided_at"),
)

# Who saw both sides together between `since` and `made_at` saw a wrong picture; the log knows who.
separations = Table(
    "separations",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),  # split | unmerge
    Column("region", String(64), nullable=False),
    Column("layer", String(48), nullable=False),
    Column("case_id", String(36), nullable=False),
    Column("household_ids", JSON, nullable=False),  # that held both sides
    Column("moved", JSON, nullable=False),  # signals of those who left
    Column("stayed", JSON, nullable=False),  # signals of those who stayed
    Column("since", String(32), nullable=False),
    Column("made_at", String(32), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("entry_id", String(36), nullable=False),
    Index("ix_separations_region", "region", "layer", "made_at"),
)

tellings = Table(
    "tellings",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("separation_id", String(36), nullable=False),
    Column("subject", String(64), nullable=False),  # who saw the wrong picture, and was told
    Column("told_by", String(64), nullable=False),
    Column("told_at", String(32), nullable=False),
    Column("entry_id", String(36), nullable=False),
    Index("ix_tellings_separation_id", "separation_id"),
)
