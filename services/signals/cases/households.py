"""Opening cases for households: what linking joined becomes a case in the desk's queue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from services.signals.cases import repository
from services.signals.cases.model import (
    CLOSED,
    FIRST_GROUND,
    FIRST_PHASE,
    SIGHT_ON_SAFETY,
    CaseRecord,
    first_state,
    reopened_state,
)
from services.signals.cases.partings import follow_partings, note_move
from services.signals.intake.reading import load_signals
from services.signals.intake.records import SignalRecord
from services.signals.linking.reading import (
    HouseholdRecord,
    absorbed_households,
    household_items,
    load_households,
    surviving_households,
)
from shared import clock, ids
from shared.vocabulary import LegalContext

OPENED, REOPENED, MERGED = "opened", "reopened", "merged"
NO_COMPARTMENT = "none"


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What became of a case: opened | reopened | merged."""

    kind: str
    case: CaseRecord


def ensure_cases(connection: Connection, household_ids: Collection[str]) -> list[CaseChange]:
    """Sees to it that every household has an open case in each context it was addressed to.

    The addressed task of a signal is the first ground: VT, ZVH or NAZ. Only links that the context
    permits count. Safe to call again: the second time it changes nothing.
    """
    survivors = surviving_households(connection, household_ids)
    for absorbed in absorbed_households(connection, set(survivors.values())):
        survivors.update(surviving_households(connection, [absorbed]))
    changes = _follow_merges(connection, survivors)
    changes += [
        CaseChange(REOPENED, case)
        for case in follow_partings(connection, set(survivors.values()), MERGED, REOPENED)
    ]
    households = {h.household_id: h for h in load_households(connection, set(survivors.values()))}
    existing: dict[tuple[str, LegalContext], CaseRecord] = {}
    for case in reversed(repository.cases_of_households(connection, households)):
        key = (case.household_id, case.legal_context)
        if key not in existing or existing[key].state == CLOSED:
            existing[key] = case
    wanted = _addressed(connection, households, existing)
    opened = []
    for (household_id, context), signals in sorted(wanted.items()):
        found = existing.get((household_id, context))
        if found is None:
            opened.append(_new_case(households[household_id], context))
        else:
            news = [signal for signal in signals if signal.received_at > found.closed_at]
            if news:
                changes.append(CaseChange(REOPENED, _reopen(connection, found, news)))
    changes += [CaseChange(OPENED, case) for case in repository.add_cases(connection, opened)]
    return changes


def _addressed(
    connection: Connection,
    households: Collection[str],
    existing: Mapping[tuple[str, LegalContext], CaseRecord],
) -> dict[tuple[str, LegalContext], list[SignalRecord]]:
    """Signals that ask for a case, of households that have no open one in their context."""
    wanted: dict[tuple[str, LegalContext], list[SignalRecord]] = defaultdict(list)
    for context in FIRST_GROUND.values():
        lacking = [
            household
            for household in households
            if (household, context) not in existing or existing[household, context].state == CLOSED
        ]
        items = household_items(connection, lacking, context) if lacking else []
        signals = load_signals(connection, {item.signal_id for item in items})
        pairs = {(item.household_id, item.signal_id) for item in items}
        for household_id, signal_id in sorted(pairs):
            signal = signals.get(signal_id)
            if signal is None or signal.withdrawn:
                continue
            if FIRST_GROUND.get(signal.addressed_to) is context:
                wanted[household_id, context].append(signal)
    return wanted


def _new_case(household: HouseholdRecord, context: LegalContext) -> CaseRecord:
    return CaseRecord(
        id=ids.new_id(),
        number="",
        household_id=household.household_id,
        region=household.region,
        legal_context=context,
        state=first_state(context),
        phase=FIRST_PHASE,
        opened_at=clock.timestamp(clock.now()),
        closed_at="",
        sight_on_safety=SIGHT_ON_SAFETY[context],
    )


def _reopen(connection: Connection, case: CaseRecord, news: Collection[SignalRecord]) -> CaseRecord:
    """A case comes back to who directed it; but when all news is in a closed compartment only to
    who is named for it. To the others it would tell that there is something (I4): the desk has it.
    """
    if all(signal.compartment != NO_COMPARTMENT for signal in news):
        for subject in set(case.directing) - set(case.named_actors):
            repository.end_assignments(connection, case.id, subject=subject)
        case = repository.load_cases(connection, [case.id])[case.id]
    repository.set_state(connection, case.id, reopened_state(case), kind=REOPENED, by="bundel")
    return repository.load_cases(connection, [case.id])[case.id]


def _follow_merges(connection: Connection, survivors: dict[str, str]) -> list[CaseChange]:
    """Cases of a household that was merged into another follow it; of two open cases in one
    context one goes on and the other is closed with that reason."""
    absorbed = {asked: survivor for asked, survivor in survivors.items() if asked != survivor}
    changes: list[CaseChange] = []
    for asked, survivor in absorbed.items():
        repository.carry_named_actors(connection, asked, survivor)
    for case in reversed(repository.cases_of_households(connection, absorbed)):
        if case.state == CLOSED:
            continue
        survivor = absorbed[case.household_id]
        rivals = [
            other
            for other in repository.cases_of_households(connection, [survivor])
            if other.legal_context is case.legal_context and other.state != CLOSED
        ]
        if not rivals:
            note_move(connection, case)
            repository.move_case(connection, case.id, survivor)
            changes.append(CaseChange(MERGED, case))
            continue
        kept, ended = sorted([case, rivals[0]], key=_claim)
        if ended.coordinator is not None:
            continue  # both are directed: the desk chooses, both stay open until then (I10)
        repository.set_state(connection, ended.id, CLOSED, kind=MERGED, by="bundel", reason=kept.id)
        if kept is case:
            note_move(connection, case)
            repository.move_case(connection, case.id, survivor)
        changes.append(CaseChange(MERGED, ended))
    return changes


def _claim(case: CaseRecord) -> tuple[bool, str, str]:
    """A case that somebody directs goes on before one that waits; then the older one. So a merge
    with signals that a coordinator may not know of takes no case from them (I4)."""
    return (case.coordinator is None, case.opened_at, case.id)
