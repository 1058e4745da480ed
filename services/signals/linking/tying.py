"""Ties between persons, as the signals of a scope declare them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, select

from services.signals.intake.reading import chunks, load_ties
from services.signals.linking.circles import PersonTie
from services.signals.linking.scope import Scope
from services.signals.linking.tables import ties
from services.signals.linking.versions import add, end


def settle_ties(connection: Connection, scope: Scope) -> None:
    """Ties that hold are from now on those that the signals declare between linked persons."""
    person_of = {link.mention_id: link.person_id for link in scope.links}
    wanted = {
        (
            person_of[tie.from_mention],
            person_of[tie.to_mention],
            tie.kind,
            tie.since,
            tie.until,
            tie.signal_id,
            tie.from_mention,
            tie.to_mention,
        )
        for tie in load_ties(connection, scope.signals)
        if tie.from_mention in person_of
        and tie.to_mention in person_of
        and person_of[tie.from_mention] != person_of[tie.to_mention]
    }
    columns = (
        "person_from", "person_to", "kind", "since", "until", "signal_id",
        "mention_from", "mention_to",
    )  # fmt: skip
    held = {
        tuple(getattr(row, name) for name in columns): row.id
        for chunk in chunks(scope.signals)
        for row in connection.execute(select(ties).where(_hold(scope, chunk)))
    }
    end(connection, ties, [held[key] for key in held if key not in wanted])
    add(
        connection,
        ties,
        [
            {"region": scope.region, "layer": scope.layer, **dict(zip(columns, key, strict=True))}
            for key in sorted(wanted - set(held), key=repr)
        ],
    )


def ties_of(connection: Connection, scope: Scope) -> dict[str, list[PersonTie]]:
    """Signal → the ties it declares, as they hold now."""
    found: dict[str, list[PersonTie]] = defaultdict(list)
    for chunk in chunks(scope.signals):
        for row in connection.execute(
            select(ties)
            .where(_hold(scope, chunk))
            .order_by(ties.c.mention_from, ties.c.mention_to, ties.c.kind)
        ):
            found[row.signal_id].append(
                PersonTie(row.person_from, row.person_to, row.kind, row.since, row.until)
            )
    return found


def _hold(scope: Scope, signal_ids: Sequence[str]) -> ColumnElement[bool]:
    return and_(
        ties.c.signal_id.in_(signal_ids), ties.c.layer == scope.layer, ties.c.ended_at.is_(None)
    )
