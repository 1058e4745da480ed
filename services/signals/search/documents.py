"""The part of the index that is the same for every back end in the database: which documents there
are, and under which source and category each is found."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, insert, or_, select

from services.signals.search import analyser
from services.signals.search.index import Document, Key
from services.signals.search.tables import search_documents
from shared import clock


@dataclass(frozen=True, slots=True)
class Way:
    """A way into documents of one household."""

    household_id: str
    agency: str
    category: str
    access: str


def keep(connection: Connection, document: Document) -> None:
    """Notes a document in place of an older one."""
    forget(connection, [document.key])
    connection.execute(
        insert(search_documents).values(
            signal_id=document.key.signal_id,
            household_id=document.key.household_id,
            version=document.version,
            analyser=analyser.VERSION,
            agency=document.agency,
            category=document.category,
            access=document.access,
            indexed_at=clock.timestamp(clock.now()),
        )
    )


def forget(connection: Connection, keys: Collection[Key]) -> None:
    """Removes the notes of these documents."""
    for key in keys:
        connection.execute(
            delete(search_documents).where(
                search_documents.c.signal_id == key.signal_id,
                search_documents.c.household_id == key.household_id,
            )
        )


def ways(connection: Connection, household_ids: Collection[str]) -> list[Way]:
    """The different ways into documents of these households."""
    columns = search_documents.c
    query = (
        select(columns.household_id, columns.agency, columns.category, columns.access)
        .where(columns.household_id.in_(list(household_ids)))
        .distinct()
    )
    return [
        Way(row.household_id, row.agency, row.category, row.access)
        for row in connection.execute(query)
    ]


def indexed(
    connection: Connection, household_ids: Collection[str], signal_ids: Collection[str]
) -> set[Key]:
    """Documents of these households, and of these signals wherever they lie."""
    columns = search_documents.c
    query = select(columns.signal_id, columns.household_id).where(
        or_(
            columns.household_id.in_(list(household_ids)),
            columns.signal_id.in_(list(signal_ids)),
        )
    )
    return {Key(row.signal_id, row.household_id) for row in connection.execute(query)}


def outdated(connection: Connection) -> set[str]:
    """Households with documents of an older analyser: to be indexed again."""
    query = select(search_documents.c.household_id).where(
        and_(search_documents.c.analyser != analyser.VERSION)
    )
    return set(connection.execute(query.distinct()).scalars())
