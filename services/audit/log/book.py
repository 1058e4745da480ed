"""What the log asks of the room that knows entries; the log itself knows bytes and ids only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Connection

from shared.clients.audit import Entry


class Draft(Protocol):
    """An entry written out. `content_mac` tells one sent again from one that reuses an id."""

    @property
    def entry(self) -> Entry: ...

    @property
    def entry_id(self) -> str: ...

    @property
    def content_mac(self) -> bytes: ...


class Book(Protocol):
    """Makes leaves of entries, and search columns of leaves."""

    def draft(self, entry: Entry) -> Draft:
        """Writes an entry out, in the thread that hands it in. Raises ValueError."""

    def leaves(
        self, connection: Connection, first: int, drafts: Sequence[Any], recorded_at: str
    ) -> list[bytes]:
        """The leaves of drafts this book made, at positions first, first + 1, ..."""

    def project(self, connection: Connection, first: int, leaves: Sequence[bytes]) -> None:
        """Adds the search columns of leaves first, first + 1, ... that are in the tree."""

    def conflict(self, entry: Entry) -> Entry:
        """The incident entry of one that came with the id of another."""

    def clock_set_back(self, before: str, now: str) -> Entry:
        """The incident entry that says that time begins again at `now`, after `before`."""
