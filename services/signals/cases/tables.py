"""Tables of this room. Moments are text: RFC 3339 in UTC with milliseconds, so they sort."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint, and_

from services.signals.database import metadata

cases = Table(
    "cases",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("number", String(16), nullable=False),
    Column("household_id", String(36), nullable=False),
    Column("region", String(64), nullable=False),
    Column("legal_context", String(32), nullable=False),
    Column("state", String(32), nullable=False),
    Column("phase", String(32), nullable=False),
    Column("opened_at", String(32), nullable=False),
    Column("closed_at", String(32)),
    Column("sight_on_safety", String(64), nullable=False),
    UniqueConstraint("region", "number"),
)
Index(
    "uq_cases_active",
    cases.c.household_id,
    cases.c.legal_context,
    unique=True,
    sqlite_where=cases.c.closed_at.is_(None),
    postgresql_where=cases.c.closed_at.is_(None),
)
Index("ix_cases_desk", cases.c.region, cases.c.legal_context, cases.c.state)

# What happened to a case: append-only; `cases.state` is the last one (I6).
case_events = Table(
    "case_events",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), nullable=False, index=True),
    Column("at", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("state", String(32), nullable=False),
    Column("by", String(64), nullable=False),
    Column("entry_id", String(36), nullable=False),
    Column("reason", String(64), nullable=False),
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), nullable=False, index=True),
    Column("subject", String(64), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("organisation", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("from_at", String(32), nullable=False),
    Column("until_at", String(32)),
    Column("ends_at", String(32)),
    Column("assigned_by", String(64), nullable=False),
    Column("entry_id", String(36), nullable=False),
)
_active_coordinator = and_(
    assignments.c.kind == "coordinator",
    assignments.c.until_at.is_(None),
)
Index(
    "uq_assignments_coordinator",
    assignments.c.case_id,
    unique=True,
    sqlite_where=_active_coordinator,
    postgresql_where=_active_coordinator,
)
Index(
    "uq_assignments_active",
    assignments.c.case_id,
    assignments.c.subject,
    unique=True,
    sqlite_where=assignments.c.until_at.is_(None),
    postgresql_where=assignments.c.until_at.is_(None),
)

# Proposals to hand a case over. An open one has no `ended_at`; a case has one at most.
transfers = Table(
    "transfers",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # handover | breakthrough
    Column("reason", String(32), nullable=False),  # of a breakthrough, else ""
    Column("from_subject", String(64), nullable=False, index=True),
    Column("from_name", String(200), nullable=False),
    Column("to_subject", String(64), nullable=False, index=True),
    Column("to_name", String(200), nullable=False),
    Column("proposed_by", String(64), nullable=False),
    Column("proposed_at", String(32), nullable=False),
    Column("note_key", String(36), nullable=False),
    Column("note", LargeBinary, nullable=False),  # sealed by protection/vault.py
    Column("entry_id", String(36), nullable=False),
    Column("giver_agreed_at", String(32)),
    Column("taker_agreed_at", String(32)),
    Column("ended_at", String(32)),
    Column("outcome", String(16)),  # accepted | refused | withdrawn | overtaken
    Column("outcome_reason", String(32)),
    Column("ended_by", String(64)),
)
Index(
    "uq_transfers_open",
    transfers.c.case_id,
    unique=True,
    sqlite_where=transfers.c.ended_at.is_(None),
    postgresql_where=transfers.c.ended_at.is_(None),
)

looks = Table(
    "looks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("actor", String(64), nullable=False),
    Column("case_id", String(36), nullable=False),
    Column("looked_at", String(32), nullable=False),
    Column("picture_version", String(64), nullable=False),
)
Index("ix_looks_actor", looks.c.actor, looks.c.case_id, looks.c.looked_at)

# Who is named for a closed compartment (honour-related): only they even know of it.
compartments = Table(
    "compartments",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("household_id", String(36), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("added_by", String(64), nullable=False),
    Column("added_at", String(32), nullable=False),
    Column("removed_at", String(32)),
    Column("removed_by", String(64)),
)
Index(
    "uq_compartments_active",
    compartments.c.household_id,
    compartments.c.subject,
    unique=True,
    sqlite_where=compartments.c.removed_at.is_(None),
    postgresql_where=compartments.c.removed_at.is_(None),
)
