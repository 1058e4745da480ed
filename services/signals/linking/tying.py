"""Ties between persons, as the signals of each scope declare them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from services.signals.intake.reading import chunks, load_ties
from services.signals.intake.records import DeclaredTie
from services.signals.linking.circles import PersonTie
from services.signals.linking.scope import Scope
from services.signals.linking.tables import ties
from services.signals.linking.versions import add, end

TiesOfSignals = Mapping[str, Sequence[PersonTie]]


class _Wanted(NamedTuple):
    """A row of `ties` without what it gets when it is written; names are those of the columns."""

    mention_from: str
    mention_to: str
    kind: str
    since: str | None
    until: str | None
    signal_id: str
    person_from: str
    person_to: str


def settle_ties(connection: Connection, scopes: Sequence[Scope]) -> list[TiesOfSignals]:
    """Ties that hold are from now on those that signals declare between linked persons.

    For each scope: signal → its ties, in a stable order.
    """
    signal_ids = {signal for scope in scopes for signal in scope.signals}
    declared: dict[str, list[DeclaredTie]] = defaultdict(list)
    for tie in load_ties(connection, signal_ids):
        declared[tie.signal_id].append(tie)
    held = _held(connection, signal_ids)
    ended: list[str] = []
    added: list[dict[str, Any]] = []
    result: list[TiesOfSignals] = []
    for scope in scopes:
        wanted = _wanted(scope, declared)
        before = {
            tie: row_id
            for signal in scope.signals
            for tie, row_id in held.get((scope.layer, signal), {}).items()
        }
        ended += [row_id for tie, row_id in before.items() if tie not in wanted]
        added += [
            {"region": scope.region, "layer": scope.layer, **tie._asdict()}
            for tie in sorted(wanted - set(before), key=repr)
        ]
        result.append(_of_signals(wanted))
    end(connection, ties, ended)
    add(connection, ties, added)
    return result


def _wanted(scope: Scope, declared: Mapping[str, Sequence[DeclaredTie]]) -> set[_Wanted]:
    person_of = {link.mention_id: link.person_id for link in scope.links}
    found = set()
    for signal in scope.signals:
        for tie in declared.get(signal, ()):
            one, other = person_of.get(tie.from_mention), person_of.get(tie.to_mention)
            if one is not None and other is not None and one != other:
                found.add(
                    _Wanted(
                        tie.from_mention,
                        tie.to_mention,
                        tie.kind,
                        tie.since,
                        tie.until,
                        signal,
                        one,
                        other,
                    )
                )
    return found


def _held(
    connection: Connection, signal_ids: Collection[str]
) -> dict[tuple[str, str], dict[_Wanted, str]]:
    columns = [ties.c[name] for name in _Wanted._fields]
    found: dict[tuple[str, str], dict[_Wanted, str]] = defaultdict(dict)
    for chunk in chunks(signal_ids):
        for row_id, layer, *told in connection.execute(
            select(ties.c.id, ties.c.layer, *columns).where(
                ties.c.signal_id.in_(chunk), ties.c.ended_at.is_(None)
            )
        ):
            tie = _Wanted(*told)
            found[layer, tie.signal_id][tie] = row_id
    return found


def _of_signals(wanted: Collection[_Wanted]) -> TiesOfSignals:
    found: dict[str, list[PersonTie]] = defaultdict(list)
    for tie in sorted(wanted, key=lambda tie: (*tie[:3], tie.since or "", tie.until or "")):
        found[tie.signal_id].append(
            PersonTie(tie.person_from, tie.person_to, tie.kind, tie.since, tie.until)
        )
    return found
