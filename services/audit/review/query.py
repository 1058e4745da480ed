"""Searching entries: which of them a region's officer may see, and which of those are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from services.audit.entries.leaf import read_leaf
from services.audit.entries.projection import index_row
from services.audit.log import store
from services.audit.log.check import LogDamaged
from services.audit.tables import entries, entry_index, entry_subjects

PAGE_SIZE = 50


@dataclass(frozen=True)
class EntryQuery:
    """What is asked for; empty members ask nothing. `since`, `until`: RFC 3339 in UTC with
    milliseconds, `until` not included. `subjects`: person ids."""

    subjects: tuple[str, ...] | None = None  # None: not asked; () : asked, and nobody was found
    actor: str = ""
    agency: str = ""
    organisation: str = ""
    purpose: str = ""
    event: str = ""
    decision: str = ""
    household_id: str = ""
    case_id: str = ""
    since: str = ""
    until: str = ""
    page: int = 1

    def asked(self) -> str:
        """Which members were asked, as a code for the entry of this search: no values."""
        names = [
            f.name
            for f in fields(self)
            if f.name != "page" and getattr(self, f.name) not in ("", None)
        ]
        return "+".join(names) or "everything"


@dataclass(frozen=True)
class LoggedEntry:
    """An entry as it stands in its leaf, with the leaf's own bytes."""

    position: int
    body: dict[str, Any]
    leaf: bytes


def seen_from(region: str) -> ColumnElement[bool]:
    """An officer sees what people of the region's organisations did and what was done to the
    region's cases. What Bundel itself did about nobody belongs to every region."""
    about_nobody = ~exists().where(entry_subjects.c.position == entry_index.c.position)
    own_acts = and_(
        entry_index.c.actor_region == "",
        entry_index.c.region == "",
        entry_index.c.household_id == "",
        about_nobody,
    )
    return or_(entry_index.c.actor_region == region, entry_index.c.region == region, own_acts)


def _asked(query: EntryQuery, tokens: Sequence[str]) -> list[ColumnElement[bool]]:
    wanted = [
        getattr(entry_index.c, name) == getattr(query, name)
        for name in (
            "actor", "agency", "organisation", "purpose", "event", "decision", "household_id",
            "case_id",
        )
        if getattr(query, name)
    ]  # fmt: skip
    if query.since:
        wanted.append(entry_index.c.occurred_at >= query.since)
    if query.until:
        wanted.append(entry_index.c.occurred_at < query.until)
    if query.subjects is not None:
        about = select(entry_subjects.c.position).where(entry_subjects.c.token.in_(tokens))
        wanted.append(entry_index.c.position.in_(about))
    return wanted


def find_entries(
    connection: Connection, query: EntryQuery, tokens: Sequence[str], region: str
) -> tuple[int, list[LoggedEntry]]:
    """How many there are, and one page of them, newest first. `tokens` of query.subjects.

    Raises LogDamaged when a search column does not say what its leaf says.
    """
    where = and_(seen_from(region), *_asked(query, tokens))
    count = connection.execute(select(func.count()).select_from(entry_index).where(where)).scalar()
    rows = connection.execute(
        select(entry_index)
        .where(where)
        .order_by(entry_index.c.position.desc())
        .limit(PAGE_SIZE)
        .offset((query.page - 1) * PAGE_SIZE)
    ).mappings()
    return int(count or 0), with_leaves(connection, [dict(row) for row in rows])


def find_entry(connection: Connection, entry_id: str, region: str) -> LoggedEntry | None:
    """One entry by its id; None when there is none that the region's officer may see."""
    row = (
        connection.execute(
            select(entry_index)
            .join(entries, entries.c.position == entry_index.c.position)
            .where(entries.c.entry_id == entry_id, seen_from(region))
        )
        .mappings()
        .first()
    )
    return None if row is None else with_leaves(connection, [dict(row)])[0]


def with_leaves(connection: Connection, rows: list[dict[str, Any]]) -> list[LoggedEntry]:
    """The entries of these rows of entry_index. Raises LogDamaged when one says otherwise than its
    leaf."""
    leaves = store.leaves_at(connection, [row["position"] for row in rows])
    found = []
    for row in rows:
        position = row["position"]
        try:
            body = read_leaf(leaves[position])
        except (KeyError, ValueError) as error:
            raise LogDamaged(f"entry {position} cannot be read") from error
        # The columns are for finding only; what is shown is what was signed.
        if body["index"] != position or index_row(position, body) != row:
            raise LogDamaged(f"the search columns of entry {position} say otherwise than its leaf")
        found.append(LoggedEntry(position, body, leaves[position]))
    return found
