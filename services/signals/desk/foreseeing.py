"""What an act on links would bring about: it is done, looked at, and taken back.

So what the confirmation says is what will happen, by construction, as long as nothing else changes
in between. The write lock is held meanwhile; only somebody about to decide asks for this.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from services.signals.cases.facts import CaseFile
from services.signals.cases.households import ensure_cases
from services.signals.cases.model import CaseRecord
from services.signals.desk.deciding import known_items, open_files
from services.signals.desk.model import CaseOutlook
from services.signals.linking.finding import lock_linking
from services.signals.linking.reading import households_of_signals
from shared.authentication.actor import Actor
from shared.clients.decisions import Filter
from shared.database import writing

Act = Callable[[Connection], object]


@dataclass(frozen=True, slots=True)
class Standing:
    """An open case with the signals in it that the desk may know of."""

    case: CaseRecord
    known: frozenset[str]


def foresee(
    engine: Engine, actor: Actor, know: Filter, signal_ids: Collection[str], act: Act
) -> tuple[CaseOutlook, ...]:
    """The cases that `act` on links of these signals changes. Raises what `act` raises."""
    with writing(engine).connect() as connection:
        transaction = connection.begin()
        try:
            lock_linking(connection)
            before_files = open_files(connection, actor, signal_ids)
            reach = _reach(before_files, signal_ids)
            act(connection)
            homes = households_of_signals(connection, reach)
            ensure_cases(connection, {home for found in homes.values() for home in found})
            after_files = open_files(connection, actor, reach)
        finally:
            transaction.rollback()
    return _difference(_standings(before_files, know), _standings(after_files, know))


def _reach(files: Sequence[CaseFile], signal_ids: Collection[str]) -> set[str]:
    return {item.signal.id for file in files for item in file.items} | set(signal_ids)


def _standings(files: Sequence[CaseFile], know: Filter) -> list[Standing]:
    return [
        Standing(file.case, frozenset(item.signal.id for item in known_items(file, know)))
        for file in files
    ]


def _difference(before: list[Standing], after: list[Standing]) -> tuple[CaseOutlook, ...]:
    then = {one.case.id: one for one in after}
    now = {one.case.id: one for one in before}
    found = []
    for one in before:
        follows = then.get(one.case.id)
        if follows is None:
            heir = next((other for other in after if one.known & other.known), None)
            joins = heir.case.number if heir else ""
            found.append(_outlook(one.case, len(one.known), 0, "joins", joins))
        elif follows.known != one.known:
            found.append(_outlook(one.case, len(one.known), len(follows.known), "stays"))
    for one in after:
        # A new case that only holds what the desk may not know of is not foretold.
        if one.case.id not in now and one.known:
            found.append(_outlook(one.case, 0, len(one.known), "opens"))
    return tuple(sorted(found, key=lambda one: (one.fate != "stays", one.number)))


def _outlook(
    case: CaseRecord, signals_now: int, signals_then: int, fate: str, joins: str = ""
) -> CaseOutlook:
    coordinator = case.coordinator
    return CaseOutlook(
        case_id=case.id if fate != "opens" else "",
        number=case.number if fate != "opens" else "",  # a new case draws its number when it opens
        coordinator_name=coordinator.name if coordinator else "",
        signals_now=signals_now,
        signals_then=signals_then,
        fate=fate,
        joins=joins,
    )
