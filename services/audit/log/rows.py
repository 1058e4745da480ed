"""Rows in bulk, past SQLAlchemy's work for each row: the one writer does nothing else all day.

Table and column names come from this code only, values only as parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection

_AT_ONCE = 500
_ROWS_AT_ONCE = 128


def _mark(connection: Connection) -> str:
    """How the driver writes a parameter."""
    return "?" if connection.dialect.name == "sqlite" else "%s"


@lru_cache(maxsize=256)
def _insert_text(table: str, columns: tuple[str, ...], mark: str, count: int) -> str:
    row = f"({', '.join([mark] * len(columns))})"
    rows = ", ".join([row] * count)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {rows}"  # noqa: S608


def add_rows(
    connection: Connection, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> None:
    """Inserts `rows`, values in the order of `columns`.

    Many rows a statement, in powers of two: the driver gives the interpreter lock away at each
    step, and getting it back from busy threads is what costs.
    """
    at, mark = 0, _mark(connection)
    while at < len(rows):
        count = min(_ROWS_AT_ONCE, 1 << (len(rows) - at).bit_length() - 1)
        text = _insert_text(table, columns, mark, count)
        connection.exec_driver_sql(text, tuple(chain.from_iterable(rows[at : at + count])))
        at += count


def rows_in(connection: Connection, question: str, values: Sequence[Any]) -> Iterator[Any]:
    """The rows of `question` (a SELECT that ends in "WHERE column") whose column is in `values`."""
    mark = _mark(connection)
    for start in range(0, len(values), _AT_ONCE):
        some = tuple(values[start : start + _AT_ONCE])
        # Rounded up, so that the driver prepares a few statements and not one for each length.
        some += some[-1:] * (-len(some) % 16)
        marks = ", ".join([mark] * len(some))
        yield from connection.exec_driver_sql(f"{question} IN ({marks})", some)
