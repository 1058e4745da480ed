"""What follows for cases when households that were one part again: each gets back what it had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Connection, select

from services.signals.cases import repository
from services.signals.cases.model import CLOSED, CaseRecord
from services.signals.cases.tables import case_events, compartments
from services.signals.linking.reading import absorbed_households

MOVED, RETURNED = "moved", "returned"  # kinds of events; the reason is the household left


def note_move(connection: Connection, case: CaseRecord) -> None:
    """Keeps which household a case left, so that it can go back there."""
    repository.note_event(
        connection, case.id, case.state, kind=MOVED, by="bundel", reason=case.household_id
    )


def follow_partings(
    connection: Connection, household_ids: Collection[str], merged: str, reopened: str
) -> list[CaseRecord]:
    """Cases that belong to these households, which live on by themselves, are theirs again. A case
    that was closed by a merge (`merged`) opens as it was (`reopened`). Those that changed."""
    changed = _go_back(connection, household_ids)
    cases = repository.cases_of_households(connection, household_ids)
    directed = {(c.household_id, c.legal_context) for c in cases if c.state != CLOSED}
    for case in cases:
        if case.state != CLOSED or (case.household_id, case.legal_context) in directed:
            continue
        events = _events(connection, case.id)
        if not events or events[-1][0] != merged:
            continue
        states = [state for _, state, _ in events if state != CLOSED]
        repository.set_state(
            connection, case.id, states[-1] if states else case.state, kind=reopened, by="bundel"
        )
        directed.add((case.household_id, case.legal_context))
        changed.append(case.id)
    _forget_carried(connection, household_ids)
    found = repository.load_cases(connection, changed)
    return [found[case_id] for case_id in changed]


def _go_back(connection: Connection, household_ids: Collection[str]) -> list[str]:
    left = connection.execute(
        select(case_events.c.case_id)
        .where(case_events.c.kind == MOVED, case_events.c.reason.in_(list(household_ids)))
        .distinct()
    )
    back = []
    for case_id in sorted(left.scalars()):
        moves = [e for e in _events(connection, case_id) if e[0] in (MOVED, RETURNED)]
        home = moves[-1][2]
        case = repository.load_cases(connection, [case_id])[case_id]
        taken = any(
            other.state != CLOSED and other.legal_context is case.legal_context
            for other in repository.cases_of_households(connection, [home])
        )
        if moves[-1][0] == MOVED and home in household_ids and not taken:
            repository.note_event(
                connection,
                case_id,
                case.state,
                kind=RETURNED,
                by="bundel",
                reason=case.household_id,
            )
            repository.move_case(connection, case_id, home)
            back.append(case_id)
    return back


def _events(connection: Connection, case_id: str) -> list[tuple[str, str, str]]:
    """(kind, state, reason), oldest first."""
    rows = connection.execute(
        select(case_events.c.kind, case_events.c.state, case_events.c.reason)
        .where(case_events.c.case_id == case_id)
        .order_by(case_events.c.at)
    )
    return [(row.kind, row.state, row.reason) for row in rows]


def _forget_carried(connection: Connection, household_ids: Collection[str]) -> None:
    """Who was named here only because another household had been merged into it is so no more."""
    carried: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(
        select(compartments.c.household_id, compartments.c.subject).where(
            compartments.c.household_id.in_(list(household_ids)),
            compartments.c.added_by == "bundel",
            compartments.c.removed_at.is_(None),
        )
    ):
        carried[row.household_id].add(row.subject)
    for household, subjects in sorted(carried.items()):
        absorbed = absorbed_households(connection, [household])
        named = repository.named_actors(connection, absorbed)
        kept = {subject for found in named.values() for subject in found}
        for subject in sorted(subjects - kept):
            repository.unname_actor(connection, household, subject, "bundel")
