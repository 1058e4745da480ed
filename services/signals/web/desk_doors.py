"""What the desk's pages ask of the other rooms: the same services that the HTTP API calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from services.signals.desk.model import CasePersons, Foreseen, Judged, Pair, Queue
from services.signals.intake.status import Held
from shared.authentication.actor import Actor


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


class JudgingDoor(Protocol):
    """Doubted pairs; each raises NotFound for a pair that is not the desk's."""

    def open(self, actor: Actor, candidate_id: str) -> Pair: ...

    def foresee(self, actor: Actor, candidate_id: str, *, same: bool) -> Foreseen: ...

    def decide(self, actor: Actor, candidate_id: str, *, same: bool) -> Judged: ...

    def postpone(self, actor: Actor, candidate_id: str, until: date, reason: str) -> Judged: ...

    def confirm(self, actor: Actor, link_id: str) -> Judged: ...


class PeopleDoor(Protocol):
    def persons(self, actor: Actor, case_id: str) -> CasePersons:
        """The persons of a case with every mention of them."""


class UndoingDoor(Protocol):
    """Splits, merges and taking them back; `foresee_…` tells what follows and changes nothing."""

    def foresee_split(self, actor: Actor, link_id: str, person_id: str | None) -> Foreseen: ...

    def split(self, actor: Actor, link_id: str, person_id: str | None) -> Judged: ...

    def foresee_merge(self, actor: Actor, survivor: str, absorbed: str) -> Foreseen: ...

    def merge(self, actor: Actor, survivor: str, absorbed: str) -> Judged: ...

    def foresee_unmerge(self, actor: Actor, merge_id: str, *, for_good: bool) -> Foreseen: ...

    def unmerge(self, actor: Actor, merge_id: str, *, for_good: bool) -> Judged: ...


class HeldDoor(Protocol):
    def __call__(self, actor: Actor) -> tuple[int, list[Held]]:
        """(how many deliveries lie in quarantine in this region, the oldest of them)."""


@dataclass(frozen=True)
class Desk:
    """The doors that the desk's pages knock on."""

    queue: QueueDoor
    judging: JudgingDoor
    people: PeopleDoor
    undoing: UndoingDoor
    cases: CasesDoor
    held: HeldDoor
