"""The part of the index that lives in the database whatever the engine: which documents there are,
in which revision, and under which source and category each is found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, bindparam, or_, select, text, update

from services.signals.search.index import Document, Key, Kind
from services.signals.search.tables import search_documents
from shared import clock

_CHUNK = 500  # ids per query
_COLUMNS = search_documents.c

# The same in SQLite and PostgreSQL. A revision only grows, also over a removal.
_KEEP = text(
    "INSERT INTO search_documents (signal_id, household_id, revision, live, version, tokeniser,"
    " agency, category, reserved, statements, persons, changed_at) VALUES"
    " (:signal_id, :household_id, 1, true, :version, :tokeniser, :agency, :category, :reserved,"
    " :statements, :persons, :changed_at)"
    " ON CONFLICT (signal_id, household_id) DO UPDATE SET"
    " revision = search_documents.revision + 1, live = true, version = excluded.version,"
    " tokeniser = excluded.tokeniser, agency = excluded.agency, category = excluded.category,"
    " reserved = excluded.reserved, statements = excluded.statements, persons = excluded.persons,"
    " changed_at = excluded.changed_at"
)


def keep(
    connection: Connection, documents: Sequence[Document], tokeniser: str, *, tokens: bool
) -> None:
    """Notes documents in place of older ones, with their tokens when these are kept here."""
    if not documents:
        return
    now = clock.timestamp(clock.now())
    connection.execute(
        _KEEP,
        [
            {
                "signal_id": document.key.signal_id,
                "household_id": document.key.household_id,
                "version": document.version,
                "tokeniser": tokeniser,
                **document.kind._asdict(),
                "statements": joined(document.statements) if tokens else None,
                "persons": joined(document.persons) if tokens else None,
                "changed_at": now,
            }
            for document in documents
        ],
    )


def forget(connection: Connection, keys: Collection[Key]) -> None:
    """Removes the tokens of these documents and notes that they are gone."""
    if not keys:
        return
    gone = (
        update(search_documents)
        .where(
            _COLUMNS.signal_id == bindparam("of_signal"),
            _COLUMNS.household_id == bindparam("of_household"),
            _COLUMNS.live.is_(True),
        )
        .values(
            live=False,
            revision=_COLUMNS.revision + 1,
            statements=None,
            persons=None,
            changed_at=clock.timestamp(clock.now()),
        )
    )
    connection.execute(
        gone,
        [{"of_signal": key.signal_id, "of_household": key.household_id} for key in sorted(keys)],
    )


def joined(tokens: Iterable[bytes]) -> bytes:
    """Tokens one after another; sorted: the order of words in the text is not kept."""
    return b"".join(sorted(tokens))


def ways_into(connection: Connection, household_ids: Collection[str]) -> set[tuple[str, Kind]]:
    """The different (household, kind) of live documents in these households."""
    found: set[tuple[str, Kind]] = set()
    for chunk in _chunks(household_ids):
        query = (
            select(_COLUMNS.household_id, _COLUMNS.agency, _COLUMNS.category, _COLUMNS.reserved)
            .where(_COLUMNS.household_id.in_(chunk), _COLUMNS.live.is_(True))
            .distinct()
        )
        found.update((row.household_id, Kind(*row[1:])) for row in connection.execute(query))
    return found


def indexed(
    connection: Connection, household_ids: Collection[str], signal_ids: Collection[str]
) -> set[Key]:
    """Live documents of these households, and of these signals wherever they lie."""
    found: set[Key] = set()
    for column, ids in ((_COLUMNS.household_id, household_ids), (_COLUMNS.signal_id, signal_ids)):
        for chunk in _chunks(ids):
            query = select(_COLUMNS.signal_id, _COLUMNS.household_id).where(
                column.in_(chunk), _COLUMNS.live.is_(True)
            )
            found.update(Key(*row) for row in connection.execute(query))
    return found


def revisions(connection: Connection, keys: Collection[Key]) -> dict[Key, tuple[int, bool]]:
    """(revision, live) of these documents; one never indexed is absent."""
    wanted = set(keys)
    found: dict[Key, tuple[int, bool]] = {}
    for chunk in _chunks({key.signal_id for key in wanted}):
        query = select(
            _COLUMNS.signal_id, _COLUMNS.household_id, _COLUMNS.revision, _COLUMNS.live
        ).where(_COLUMNS.signal_id.in_(chunk))
        for row in connection.execute(query):
            key = Key(row.signal_id, row.household_id)
            if key in wanted:
                found[key] = (row.revision, bool(row.live))
    return found


def outdated(connection: Connection, tokeniser: str, limit: int) -> list[Key]:
    """Live documents with tokens of another key or analyser: to be indexed again."""
    query = (
        select(_COLUMNS.signal_id, _COLUMNS.household_id)
        .where(
            or_(_COLUMNS.tokeniser < tokeniser, _COLUMNS.tokeniser > tokeniser),
            _COLUMNS.live.is_(True),
        )
        .limit(limit)
    )
    return [Key(*row) for row in connection.execute(query)]


def page_of_keys(connection: Connection, after: Key, limit: int) -> list[Key]:
    """The next live documents after this one, in the order of their keys."""
    query = (
        select(_COLUMNS.signal_id, _COLUMNS.household_id)
        .where(
            or_(
                _COLUMNS.signal_id > after.signal_id,
                (_COLUMNS.signal_id == after.signal_id)
                & (_COLUMNS.household_id > after.household_id),
            ),
            _COLUMNS.live.is_(True),
        )
        .order_by(_COLUMNS.signal_id, _COLUMNS.household_id)
        .limit(limit)
    )
    return [Key(*row) for row in connection.execute(query)]


def signals_after(connection: Connection, after: str, limit: int) -> list[str]:
    """The next signals with live documents, in the order of their ids."""
    query = (
        select(_COLUMNS.signal_id)
        .where(_COLUMNS.signal_id > after, _COLUMNS.live.is_(True))
        .distinct()
        .order_by(_COLUMNS.signal_id)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def _chunks(ids: Collection[str]) -> list[list[str]]:
    ordered = sorted(ids)
    return [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]
