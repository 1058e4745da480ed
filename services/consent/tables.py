"""Tables of the consent service. Every one is append-only: rows are added, never changed (I6).

Times are RFC 3339 text in UTC, dates are ISO text: the same on SQLite and PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text

from services.consent.database import metadata

# The one counter: each change of a consent, restriction or emergency grant takes the next number.
revisions = Table(
    "revisions",
    metadata,
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
)

consent_events = Table(
    "consent_events",
    metadata,
    Column("revision", BigInteger, ForeignKey("revisions.revision"), primary_key=True,
           autoincrement=False),
    Column("consent_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),  # given | renewed | withdrawn | doubted | confirmed
    Column("at", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    Column("mention_id", Text, nullable=False, index=True),
    Column("region", Text, nullable=False),
    Column("reason_code", Text, nullable=False),
    # The terms: only in "given" and "renewed".
    Column("purpose", Text),
    Column("recipient_context", Text),
    Column("recipient_organisation", Text),
    Column("categories", Text),  # codes with a space between
    Column("given_by", Text),
    Column("incapable", Boolean),
    Column("band", Text),  # of the person concerned, on the day it was recorded
    Column("evidence", Text),
    Column("valid_from", Text),
    Column("valid_until", Text),
)  # fmt: skip
Index(
    "ix_consent_events_recipient",
    consent_events.c.recipient_context,
    consent_events.c.recipient_organisation,
    consent_events.c.purpose,
)

restriction_events = Table(
    "restriction_events",
    metadata,
    Column("revision", BigInteger, ForeignKey("revisions.revision"), primary_key=True,
           autoincrement=False),
    Column("mention_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),  # imposed | lifted
    Column("at", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("reason_code", Text, nullable=False),
)  # fmt: skip

grant_events = Table(
    "grant_events",
    metadata,
    Column("revision", BigInteger, ForeignKey("revisions.revision"), primary_key=True,
           autoincrement=False),
    Column("grant_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),  # opened | confirmed | ended | reviewed
    Column("at", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    Column("for_subject", Text, nullable=False, index=True),
    Column("mention_ids", Text, nullable=False),  # ids with a space between
    Column("reason_code", Text, nullable=False),
)  # fmt: skip

# What people wrote about a grant: sealed by emergencies/sealing.py.
grant_details = Table(
    "grant_details",
    metadata,
    Column("grant_id", Text, primary_key=True),
    Column("region", Text, nullable=False, index=True),
    Column("organisation", Text, nullable=False),
    Column("entry_id", Text, nullable=False),  # of the opening, in the log
    Column("sealed", LargeBinary, nullable=False),
)

# The texts that decided, so that an old decision can be made again.
policy_versions = Table(
    "policy_versions",
    metadata,
    Column("version", Text, primary_key=True),
    Column("policy_text", Text, nullable=False),
    Column("schema_text", Text, nullable=False),
    Column("first_used_at", Text, nullable=False),
)

# One row per call of the decision interface.
decisions = Table(
    "decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),  # evaluations | filter | own
    Column("subject", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("policy_version", Text, ForeignKey("policy_versions.version"), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("asked", BigInteger, nullable=False),
    Column("permitted", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # zlib of JSON: questions with facts, results
)

APPEND_ONLY = (
    ("revisions", "revision"),
    ("consent_events", "revision"),
    ("restriction_events", "revision"),
    ("grant_events", "revision"),
    ("grant_details", "grant_id"),
    ("policy_versions", "version"),
    ("decisions", "id"),
)
