"""What the pages ask of the other rooms: the same services that the HTTP API calls."""

from __future__ import annotations

from typing import Protocol

from services.signals.intake.status import Held
from services.signals.picture.desk import Queue
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


class QueueDoor(Protocol):
    def queue(self, actor: Actor) -> Queue:
        """The cases and proposals of this person's desk."""


class CasesDoor(Protocol):
    """What the desk does with cases; each raises NotFound for a case that is not the desk's."""

    def staff(self, actor: Actor) -> list[tuple[str, str]]: ...

    def assign(
        self, actor: Actor, case_id: str, subject: str, name: str, kind: str = "coordinator"
    ) -> object: ...

    def name_actors(
        self, actor: Actor, case_id: str, add: list[str], remove: list[str]
    ) -> object: ...

    def test_purpose(self, actor: Actor, case_id: str, *, met: bool = True) -> object: ...

    def begin_collecting(self, actor: Actor, case_id: str) -> object: ...

    def decide_candidate(self, actor: Actor, candidate_id: str, *, same: bool) -> str: ...

    def confirm_link(self, actor: Actor, link_id: str) -> str: ...


class HeldDoor(Protocol):
    def __call__(self, actor: Actor) -> tuple[int, list[Held]]:
        """(how many deliveries lie in quarantine in this region, the oldest of them)."""
