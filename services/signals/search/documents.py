"""The part of the index that is the same for every back end in the database: which signals are
indexed, and under which household, source and category each may be found."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, delete, insert, select

from services.signals.search import analyser
from services.signals.search.index import Access, Document
from services.signals.search.tables import search_access, search_documents
from shared import clock


def keep(connection: Connection, document: Document) -> None:
    """Notes a document and its ways of access in place of older ones."""
    forget(connection, [document.signal_id])
    connection.execute(
        insert(search_documents).values(
            signal_id=document.signal_id,
            version=document.version,
            analyser=analyser.VERSION,
            indexed_at=clock.timestamp(clock.now()),
        )
    )
    if document.access:
        connection.execute(
            insert(search_access),
            [
                {
                    "signal_id": document.signal_id,
                    "household_id": way.household_id,
                    "agency": way.agency,
                    "category": way.category,
                    "token": way.token,
                }
                for way in document.access
            ],
        )


def forget(connection: Connection, signal_ids: Collection[str]) -> None:
    """Removes the notes of these documents."""
    for table in (search_access, search_documents):
        connection.execute(delete(table).where(table.c.signal_id.in_(list(signal_ids))))


def ways(connection: Connection, household_ids: Collection[str]) -> list[Access]:
    """The different ways into documents of these households."""
    columns = (
        search_access.c.household_id,
        search_access.c.agency,
        search_access.c.category,
        search_access.c.token,
    )
    query = select(*columns).where(search_access.c.household_id.in_(list(household_ids))).distinct()
    return [
        Access(row.household_id, row.agency, row.category, row.token)
        for row in connection.execute(query)
    ]


def indexed_under(
    connection: Connection, household_ids: Collection[str]
) -> dict[str, frozenset[str]]:
    """Households each signal is indexed under, for signals found under any of these."""
    found: dict[str, set[str]] = {}
    query = select(search_access.c.signal_id, search_access.c.household_id).where(
        search_access.c.household_id.in_(list(household_ids))
    )
    for row in connection.execute(query):
        found.setdefault(row.signal_id, set()).add(row.household_id)
    return {signal_id: frozenset(households) for signal_id, households in found.items()}


def stale(connection: Connection) -> Iterable[str]:
    """Documents made by an older analyser: they must be indexed again."""
    query = select(search_documents.c.signal_id).where(
        search_documents.c.analyser != analyser.VERSION
    )
    return list(connection.execute(query).scalars())
