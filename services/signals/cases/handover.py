"""A proposal to hand a case over: who gives, who takes, what still has to be agreed. Plain values.

A hand-over needs both: the coordinator who gives the case and the one who takes it agree on the
note. In a breakthrough the coordinator is absent and the desk acts in their place.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from shared import clock, ids
from shared.problems import Fault

HANDOVER, BREAKTHROUGH = "handover", "breakthrough"
OPEN, ACCEPTED, REFUSED, WITHDRAWN, OVERTAKEN = (
    "open", "accepted", "refused", "withdrawn", "overtaken",
)  # fmt: skip
GIVER, TAKER, DESK = "giver", "taker", "desk"

# Codes: the reasons stand in the log, where free text has no place (I9).
ABSENCES = ("ill", "left", "unreachable", "conflict-of-interest")
REFUSALS = ("no-capacity", "conflict-of-interest", "note-incomplete", "not-the-right-person")
LONGEST_NOTE = 4000  # characters


@dataclass(frozen=True, slots=True)
class Transfer:
    """One proposal. `state`: open | accepted | refused | withdrawn | overtaken (somebody else
    changed who directs the case). The note is not in it: see TransferService.read."""

    id: str
    case_id: str
    kind: str
    reason: str
    from_subject: str
    from_name: str
    to_subject: str
    to_name: str
    proposed_by: str
    proposed_at: str
    entry_id: str
    giver_agreed: bool
    taker_agreed: bool
    state: str
    outcome_reason: str = ""

    @property
    def settled(self) -> bool:
        """Everybody whose word is needed has agreed."""
        return self.taker_agreed and (self.giver_agreed or self.kind == BREAKTHROUGH)

    def may_read(self, subject: str) -> bool:
        """The note is content: for those who give and take the case, and for who wrote it."""
        return subject in (self.from_subject, self.to_subject, self.proposed_by)


def draft(proposed_by: str, case_id: str, successor: tuple[str, str], absence: str) -> Transfer:
    """A proposal before it is known who gives the case. `successor`: subject and name."""
    subject, name = successor
    return Transfer(
        id=ids.new_id(),
        case_id=case_id,
        kind=BREAKTHROUGH if absence else HANDOVER,
        reason=absence,
        from_subject="",
        from_name="",
        to_subject=subject,
        to_name=name,
        proposed_by=proposed_by,
        proposed_at=clock.timestamp(clock.now()),
        entry_id="",
        giver_agreed=False,
        taker_agreed=False,
        state=OPEN,
    )


def faults_of(
    successor: str, coordinator: str, named: Container[str] | None, note: str, absence: str
) -> list[Fault]:
    """What is wrong with a proposal. `named`: who may see a closed compartment, None when the case
    has none."""
    found = []
    if successor == coordinator:
        found.append(Fault("/subject", "same-person", "Name somebody else than the coordinator."))
    if named is not None and successor not in named:
        found.append(
            Fault("/subject", "not-named", "The desk names this person for the compartment first.")
        )
    if not 0 < len(note.strip()) <= LONGEST_NOTE:
        found.append(
            Fault("/note", "length", f"Write a note of at most {LONGEST_NOTE} characters.")
        )
    if absence and absence not in ABSENCES:
        found.append(Fault("/absence", "unknown-code", f"Use one of: {', '.join(ABSENCES)}."))
    return found
