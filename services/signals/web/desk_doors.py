"""What the desk's pages ask of the other rooms: the same services that the HTTP API calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from services.signals.desk.doubting import Objected, PersonDoubt
from services.signals.desk.model import CasePersons, Foreseen, Judged, Pair, Queue
from services.signals.desk.narratives import Narrative, Redacted, WithheldList
from services.signals.desk.quarantine import HeldDone, HeldMessage
from services.signals.desk.viewers import Separations, Told, ViewersOf
from services.signals.intake.mending import Change
from services.signals.intake.status import Held
from shared.authentication.actor import Actor


class QueueDoor(Protocol):
    def queue(self, actor: Actor) -> Queue:
        """The cases and proposals of this person's desk."""


class CasesDoor(Protocol):
    """What the desk does with cases; each raises NotFound for a case that is not the desk's."""

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


class ViewersDoor(Protocol):
    """Who saw what was taken apart since."""

    def separations(self, actor: Actor) -> Separations: ...

    def viewers(self, actor: Actor, separation_id: str) -> ViewersOf: ...

    def tell(self, actor: Actor, separation_id: str, subject: str) -> Told: ...


class StaffDoor(Protocol):
    def known(self, actor: Actor) -> list[tuple[str, str]]:
        """(subject, name) of whom this desk can choose."""


class QuarantineDoor(Protocol):
    """Messages that were not understood, for this desk."""

    def listed(self, actor: Actor, page: int = 1) -> tuple[int, list[Held]]: ...

    def open(self, actor: Actor, held_id: str) -> HeldMessage: ...

    def mend(
        self, actor: Actor, held_id: str, changes: Sequence[Change], *, drop_unknown: bool = False
    ) -> HeldDone: ...

    def send_back(self, actor: Actor, held_id: str, reason: str) -> HeldDone: ...


class NarrativesDoor(Protocol):
    """Texts that the desk must redact before anybody sees them."""

    def listed(self, actor: Actor) -> WithheldList: ...

    def open(self, actor: Actor, signal_id: str) -> Narrative: ...

    def redact(self, actor: Actor, signal_id: str, texts: Mapping[str, str]) -> Redacted: ...


class DoubtingDoor(Protocol):
    """What a coordinator puts to the desk; each opens the picture first, decided and logged."""

    def about(self, actor: Actor, case_id: str, person_id: str, purpose: str) -> PersonDoubt: ...

    def doubt(
        self,
        actor: Actor,
        case_id: str,
        person_id: str,
        signal_id: str,
        purpose: str,
        reason: str,
    ) -> Objected: ...


@dataclass(frozen=True)
class Desk:
    """The doors that the desk's pages knock on."""

    queue: QueueDoor
    judging: JudgingDoor
    people: PeopleDoor
    undoing: UndoingDoor
    cases: CasesDoor
    viewers: ViewersDoor
    staff: StaffDoor
    quarantine: QuarantineDoor
    narratives: NarrativesDoor
    doubting: DoubtingDoor
