"""Rows of what follows from links: ended and added, never changed (I6)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, update

from services.signals.intake.reading import chunks
from services.signals.linking.links import now
from shared import ids


def end(connection: Connection, table: Table, row_ids: list[str], **values: object) -> None:
    """Ends these rows at this moment, with more columns in `values`."""
    for chunk in chunks(row_ids):
        connection.execute(
            update(table).where(table.c.id.in_(chunk)).values(ended_at=now(), **values)
        )


def add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Adds rows under ids of their own, recorded at this moment."""
    if rows:
        moment = now()
        connection.execute(
            table.insert(), [{"id": ids.new_id(), "recorded_at": moment, **row} for row in rows]
        )
