"""Which indexes of another engine get every change: the one that is searched, and one in the
making. Written down in the database, so that every process sends to the same."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from services.signals.search.tables import search_targets
from shared import clock

LIVE, BUILDING = "live", "building"


def receiving(connection: Connection) -> list[str]:
    """Names of the indexes that get every change, the one that is searched first."""
    query = select(search_targets.c.name).order_by(
        search_targets.c.state.desc(), search_targets.c.name
    )
    return list(connection.execute(query).scalars())


def in_state(connection: Connection, state: str) -> list[str]:
    query = select(search_targets.c.name).where(search_targets.c.state == state)
    return list(connection.execute(query.order_by(search_targets.c.name)).scalars())


def register(connection: Connection, name: str, state: str) -> None:
    """From the commit on, what is sent goes to this index too."""
    connection.execute(
        insert(search_targets).values(name=name, state=state, made_at=clock.timestamp(clock.now()))
    )


def promote(connection: Connection, name: str) -> list[str]:
    """Makes this the one that is searched; names of those that get nothing any more."""
    former = [one for one in receiving(connection) if one != name]
    connection.execute(delete(search_targets).where(search_targets.c.name != name))
    connection.execute(
        update(search_targets).where(search_targets.c.name == name).values(state=LIVE)
    )
    return former


def withdraw(connection: Connection, name: str) -> None:
    """This index gets nothing any more."""
    connection.execute(delete(search_targets).where(search_targets.c.name == name))
