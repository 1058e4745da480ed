"""What the pages ask of the other rooms: the same services that the HTTP API calls."""

from __future__ import annotations

from typing import Protocol

from services.signals.picture.model import Picture, Worklist
from services.signals.search.model import SearchQuery, SearchResult
from shared.authentication.actor import Actor


class PictureDoor(Protocol):
    def open(self, actor: Actor, case_id: str, purpose: str) -> Picture:
        """Raises NotFound for what this person may not know of, Unavailable when not recorded."""

    def worklist(self, actor: Actor, purpose: str) -> Worklist:
        """The person's own cases; every listing is an entry."""


class SearchDoor(Protocol):
    def search(self, actor: Actor, query: SearchQuery) -> SearchResult:
        """Raises InvalidInput for a question without words or with a date that cannot be."""
