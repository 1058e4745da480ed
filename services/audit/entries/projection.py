"""The search columns of an entry, made from its leaf and compared with it when they are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.audit.log.rows import add_rows
from shared import clock


def moment(text: str) -> str:
    """An RFC 3339 time with the precision that makes columns comparable as text."""
    if len(text) == 24 and text[19] == "." and text[23] == "Z":
        return text  # it has it already
    return clock.timestamp(datetime.fromisoformat(text))


def index_row(position: int, body: dict[str, Any]) -> dict[str, Any]:
    """The row of `entry_index` for a leaf's members."""
    actor = body["actor"]
    return {
        "position": position,
        "occurred_at": moment(body["occurredAt"]),
        "actor": actor["id"],
        "agency": actor["agency"],
        "organisation": actor["organisation"],
        "actor_region": actor["region"],
        "region": body.get("region", ""),
        "purpose": body.get("purpose", ""),
        "event": body["event"],
        "decision": body["decision"],
        "household_id": body.get("householdId", ""),
        "case_id": body.get("caseId", ""),
    }


def project(connection: Connection, first: int, bodies: Sequence[dict[str, Any]]) -> None:
    """Adds the search columns of entries `first`, `first + 1`, ..."""
    rows = [index_row(position, body) for position, body in enumerate(bodies, first)]
    tokens = [
        (position, token)
        for position, body in enumerate(bodies, first)
        for token in body.get("subjects", ())
    ]
    if rows:
        columns = tuple(rows[0])
        add_rows(connection, "entry_index", columns, [tuple(row.values()) for row in rows])
    add_rows(connection, "entry_subjects", ("position", "token"), tokens)
