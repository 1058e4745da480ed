"""What a case is, and the states it may pass through. Plain values, no database.

vt_task and youth_council: queued → active → closed. zvh_wgs (WGS 2.31): registered →
purpose_tested → collecting → closed (then shielded). A closed case opens again on a new signal.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared import ids
from shared.vocabulary import LegalContext

QUEUED = "queued"
REGISTERED = "registered"
PURPOSE_TESTED = "purpose_tested"
COLLECTING = "collecting"
ACTIVE = "active"
CLOSED = "closed"

COORDINATOR = "coordinator"
DEPUTY = "deputy"

# The addressed task of a signal sets the first ground of its bundle.
FIRST_GROUND = {
    "VT": LegalContext.VT_TASK,
    "ZVH": LegalContext.ZVH_WGS,
    "NAZ": LegalContext.YOUTH_COUNCIL,
}
SIGHT_ON_SAFETY = {
    LegalContext.VT_TASK: "veilig_thuis",
    LegalContext.ZVH_WGS: "zvh",
    LegalContext.YOUTH_COUNCIL: "municipality",
}
FIRST_PHASE = "direct_safety"  # phase 1 of the Dutch vision on phased chain care

_ALLOWED = {
    QUEUED: {ACTIVE, CLOSED},
    ACTIVE: {CLOSED},
    REGISTERED: {PURPOSE_TESTED, CLOSED},
    PURPOSE_TESTED: {COLLECTING, CLOSED},
    COLLECTING: {CLOSED},
    CLOSED: {QUEUED, ACTIVE, REGISTERED},
}


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who directs a case, or stands in. `until_at` is "" while it lasts; `ends_at` the moment
    named beforehand at which a deputy stops by itself, or ""."""

    id: str
    case_id: str
    subject: str
    name: str
    organisation: str
    kind: str
    from_at: str
    until_at: str
    ends_at: str = ""


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case with its active assignments and the people named for its closed compartment."""

    id: str
    number: str
    household_id: str
    region: str
    legal_context: LegalContext
    state: str
    phase: str
    opened_at: str
    closed_at: str
    sight_on_safety: str
    assignments: tuple[Assignment, ...] = ()
    named_actors: tuple[str, ...] = ()

    @property
    def coordinator(self) -> Assignment | None:
        return next((a for a in self.assignments if a.kind == COORDINATOR), None)

    @property
    def deputies(self) -> tuple[Assignment, ...]:
        return tuple(a for a in self.assignments if a.kind == DEPUTY)

    @property
    def directing(self) -> tuple[str, ...]:
        """Subjects of the active coordinator and deputies."""
        return tuple(sorted({a.subject for a in self.assignments}))


def first_state(context: LegalContext) -> str:
    """Under the WGS a participant registers first (2.31); elsewhere the desk's queue."""
    return REGISTERED if context is LegalContext.ZVH_WGS else QUEUED


def may_become(state: str, following: str) -> bool:
    return following in _ALLOWED.get(state, set())


def reopened_state(case: CaseRecord) -> str:
    """The state in which a closed case opens again: the WGS steps are taken anew."""
    if case.legal_context is LegalContext.ZVH_WGS:
        return REGISTERED
    return ACTIVE if case.coordinator else QUEUED


def draw_number(year: int, digits: int) -> str:
    """A case number like "26-0042": drawn at random, so that it tells nothing of how many cases
    there are."""
    drawn = int.from_bytes(ids.random_bytes(8)) % 10**digits
    return f"{year % 100:02d}-{drawn:0{digits}d}"
