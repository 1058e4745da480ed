"""Tables of intake. Times are RFC 3339 text in UTC (shared.clock.timestamp) unless they came from
a source: those keep the source's own offset and precision.

`signals` is the head of a signal and changes; versions, mentions, ties and narrative states are
append-only, which the database itself enforces (I6).
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from services.signals.database import metadata

signals = Table(
    "signals",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("source_system", String(100), nullable=False),
    Column("source_organisation", String(100), nullable=False),
    Column("source_agency", String(32), nullable=False),
    Column("source_reference", String(200), nullable=False),
    Column("region", String(64), nullable=False),
    Column("kind", String(16), nullable=False),  # report | advice
    # 0: no version is understood yet (quarantine), or there never will be one (advice).
    Column("current_version", Integer, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("withdrawn_at", String(32), nullable=True),
    # What the first delivery held and was answered: a replay gets the same answer, byte for byte.
    Column("first_body_hmac", String(64), nullable=False),
    Column("first_status", Integer, nullable=False),
    Column("first_answer", String, nullable=False),
    UniqueConstraint("source_system", "source_reference"),
    Index("ix_signals_region", "region"),
)

signal_versions = Table(
    "signal_versions",
    metadata,
    Column("signal_id", String(36), ForeignKey("signals.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("state", String(16), nullable=False),  # accepted | withdrawn
    Column("withdrawal_reason", String(32), nullable=True),
    Column("received_at", String(32), nullable=False),
    Column("reported_at", String(40), nullable=False),
    Column("occurred_from", String(40), nullable=False),
    Column("occurred_to", String(40), nullable=True),
    Column("place", String(32), nullable=False),
    Column("addressed_to", String(8), nullable=False),
    Column("severity", String(32), nullable=False),
    Column("category", String(32), nullable=False),
    Column("violence_forms", JSON, nullable=False),
    Column("pattern", String(32), nullable=False),
    Column("origin_incident", String(200), nullable=True),
    Column("relayed_from", JSON(none_as_null=True), nullable=True),
    Column("compartment", String(16), nullable=False),
    Column("conditions", JSON, nullable=False),
    Column("wpg_article", String(8), nullable=False),
    Column("first_processed", String(10), nullable=True),
    Column("kindcheck", String(8), nullable=False),
    Column("informal_care_check", String(8), nullable=False),
    Column("informed", String(8), nullable=False),
    Column("reporter_kind", String(16), nullable=False),
    Column("reporter_visibility", String(16), nullable=False),
    Column("minor_involved", Boolean, nullable=False),
    Column("feedback_wanted", Boolean, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("body_hmac", String(64), nullable=False),
    Column("key_id", String(36), nullable=True),  # NULL on a withdrawal: it says nothing new
    Column("blob", LargeBinary, nullable=True),
    Index("ix_signal_versions_received_at", "received_at"),
)

# A person as one signal names them. `version` is the one that first said it; a correction that
# leaves a person as they were keeps the mention, and with it links and consents.
mentions = Table(
    "mentions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("signal_id", String(36), ForeignKey("signals.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("ref", String(64), nullable=False),
    Column("roles", JSON, nullable=False),
    Column("birth_date", String(10), nullable=True),
    Column("sex", String(8), nullable=False),
    Column("bsn_state", String(8), nullable=False),  # ok | invalid | disputed | none
    Column("body_hmac", String(64), nullable=False),
    Column("key_id", String(36), nullable=False),
    Column("blob", LargeBinary, nullable=False),
    Index("ix_mentions_signal_id", "signal_id"),
)

version_mentions = Table(
    "version_mentions",
    metadata,
    Column("signal_id", String(36), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("mention_id", String(36), ForeignKey("mentions.id"), primary_key=True),
    ForeignKeyConstraint(
        ["signal_id", "version"], ["signal_versions.signal_id", "signal_versions.version"]
    ),
    Index("ix_version_mentions_mention_id", "mention_id"),
)

# One of its addresses turned out to be protected: none of this mention's addresses is used.
mention_flags = Table(
    "mention_flags",
    metadata,
    Column("mention_id", String(36), ForeignKey("mentions.id"), primary_key=True),
    Column("flagged_at", String(32), nullable=False),
)

declared_ties = Table(
    "declared_ties",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("signal_id", String(36), nullable=False),
    Column("version", Integer, nullable=False),
    Column("from_mention", String(36), ForeignKey("mentions.id"), nullable=False),
    Column("to_mention", String(36), ForeignKey("mentions.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("since", String(10), nullable=True),
    Column("until", String(10), nullable=True),
    ForeignKeyConstraint(
        ["signal_id", "version"], ["signal_versions.signal_id", "signal_versions.version"]
    ),
    Index("ix_declared_ties_signal_id_version", "signal_id", "version"),
)

# The newest row of a signal counts: clear | withheld. No row = clear.
narrative_states = Table(
    "narrative_states",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("signal_id", String(36), ForeignKey("signals.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("decided_by", String(64), nullable=False),  # "" = found by Bundel
    Column("decided_at", String(32), nullable=False),
    Index("ix_narrative_states_signal_id", "signal_id"),
)

# The desk's own version of a content without a protected address in it, sealed like the content.
redactions = Table(
    "redactions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("signal_id", String(36), ForeignKey("signals.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("key_id", String(36), nullable=False),
    Column("blob", LargeBinary, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", String(32), nullable=False),
    Index("ix_redactions_signal_id_version", "signal_id", "version"),
)

link_queue = Table(
    "link_queue",
    metadata,
    Column("signal_id", String(36), ForeignKey("signals.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("state", String(8), nullable=False),  # pending | done
    Column("attempts", Integer, nullable=False),
    Column("next_at", String(32), nullable=False),
    Column("reason", String(32), nullable=False),  # why it waits, or how it ended
    Index("ix_link_queue_state_next_at", "state", "next_at"),
)

# Acute and not understood: kept whole and sealed until the source mends or withdraws it (I7).
quarantine = Table(
    "quarantine",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("signal_id", String(36), ForeignKey("signals.id"), nullable=False),
    Column("region", String(64), nullable=False),
    Column("severity", String(32), nullable=False),
    Column("received_at", String(32), nullable=False),
    Column("expected_version", Integer, nullable=False),
    Column("faults", JSON, nullable=False),  # pointers and codes, no values
    Column("body_hmac", String(64), nullable=False),
    Column("key_id", String(36), nullable=False),
    Column("blob", LargeBinary, nullable=False),
    Column("resolved_at", String(32), nullable=True),
    # VT | ZVH | NAZ as the message says; "" when that cannot be read: then all desks see it.
    Column("addressed_to", String(8), nullable=False, server_default=""),
    # The desk sent it back: it stays visible until the source mends or withdraws it.
    Column("returned_at", String(32), nullable=True),
    Column("returned_by", String(64), nullable=True),
    Column("return_reason", String(32), nullable=True),
    Column("resolved_by", String(64), nullable=True),  # the person at the desk who mended it
    Index("ix_quarantine_region_resolved_at", "region", "resolved_at"),
    Index("ix_quarantine_signal_id", "signal_id"),
)
