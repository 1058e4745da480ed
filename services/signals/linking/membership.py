"""Who and what lies in a household, in bulk.

Only links of the household's own layer are seen, with their receipt (`active`), and only when that
layer is of the asked legal context (I1, I2). An id of a household that was merged is answered with
the circle that survives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, Select, bindparam, select

from services.signals.linking.lineage import surviving_households
from services.signals.linking.states import LinkState
from services.signals.linking.tables import bundlings, households, links, memberships, ties
from shared.database import among
from shared.vocabulary import LegalContext


class HouseholdItem(msgspec.Struct, frozen=True):
    """One mention of one signal that belongs to a household."""

    household_id: str
    signal_id: str
    mention_id: str
    person_id: str
    link_id: str
    confirmed: bool  # a human confirmed this link (WGS art. 1.9.2)
    band: str  # auto | review | new | manual


@dataclass(frozen=True)
class PersonRecord:
    """A member of a household. `role` is the place in the circle, see circles.Place; dates may
    be partial; `until_date` means a former member (former members stay in the circle)."""

    person_id: str
    mention_ids: tuple[str, ...]
    role: str
    from_date: str | None
    until_date: str | None
    unconfirmed: bool  # rests on a machine's link that no human confirmed (I10)


class TieRecord(msgspec.Struct, frozen=True):
    """A tie between two persons as one signal declared it; parent_child runs from the parent."""

    tie_id: str
    person_from: str
    person_to: str
    kind: str
    since: str | None
    until: str | None
    signal_id: str


def household_items(
    connection: Connection,
    household_ids: Iterable[str],
    context: LegalContext | None,
    signal_ids: Iterable[str] | None = None,
) -> list[HouseholdItem]:
    """Every mention bundled in these households that `context` may use, in a stable order.

    `signal_ids`: only of these signals. Without a context each household is read in its own: to
    index it, never to show it.
    """
    survivors = surviving_households(connection, household_ids)
    asked_of = defaultdict(list)
    for asked, survivor in survivors.items():
        asked_of[survivor].append(asked)
    rows = _bundled_links(connection, survivors.values(), context, signal_ids)
    items = [
        HouseholdItem(
            household_id=asked,
            signal_id=row["signal_id"],
            mention_id=row["mention_id"],
            person_id=row["person_id"],
            link_id=row["id"],
            confirmed=row["confirmed_by"] is not None,
            band=row["band"],
        )
        for row in rows
        for asked in asked_of[row["household_id"]]
    ]
    return sorted(items, key=lambda item: (item.household_id, item.signal_id, item.mention_id))


def household_persons(
    connection: Connection, household_id: str, context: LegalContext
) -> list[PersonRecord]:
    """Members of the household that at least one usable mention names, with those mentions."""
    survivor = surviving_households(connection, [household_id])[household_id]
    mentions: dict[str, list[str]] = defaultdict(list)
    unconfirmed: set[str] = set()
    for row in _bundled_links(connection, [survivor], context):
        mentions[row["person_id"]].append(row["mention_id"])
        if row["confirmed_by"] is None and row["band"] in ("auto", "review"):
            unconfirmed.add(row["person_id"])
    rows = connection.execute(
        select(memberships)
        .where(memberships.c.household_id == survivor, memberships.c.ended_at.is_(None))
        .order_by(memberships.c.person_id)
    ).mappings()
    return [
        PersonRecord(
            person_id=row["person_id"],
            mention_ids=tuple(sorted(mentions[row["person_id"]])),
            role=row["role"],
            from_date=row["from_date"],
            until_date=row["until_date"],
            unconfirmed=row["person_id"] in unconfirmed,
        )
        for row in rows
        if row["person_id"] in mentions
    ]


def household_ties(
    connection: Connection, household_id: str, context: LegalContext | None = None
) -> list[TieRecord]:
    """Ties that signals bundled in the household declared between its members.

    With `context`, only ties of which both mentions are usable in it: give it on every picture.
    """
    survivor = surviving_households(connection, [household_id])[household_id]
    if context is not None:
        found = _bundled_links(connection, [survivor], context)
        held = {row["mention_id"]: row["signal_id"] for row in found}
        return ties_between(connection, held, context)
    bundled = select(bundlings.c.mention_id).where(
        bundlings.c.household_id == survivor, bundlings.c.ended_at.is_(None)
    )
    layer = select(households.c.layer).where(households.c.id == survivor).scalar_subquery()
    query = _TIES.where(
        ties.c.layer == layer, ties.c.mention_from.in_(bundled), ties.c.mention_to.in_(bundled)
    )
    return [TieRecord(*row[:-2]) for row in connection.execute(query).all()]


def ties_between(
    connection: Connection, held: Mapping[str, str], context: LegalContext
) -> list[TieRecord]:
    """Ties that signals declared between mentions they hold. `held`: the signal of each mention,
    as `household_items` gave them in the same transaction for this context."""
    query = _TIES.where(ties.c.layer == context.value, among(ties.c.signal_id, set(held.values())))
    return [
        TieRecord(*row[:-2])
        for row in connection.execute(query).all()
        if row[-2] in held and row[-1] in held
    ]


_TIES = (
    select(
        ties.c.id,
        ties.c.person_from,
        ties.c.person_to,
        ties.c.kind,
        ties.c.since,
        ties.c.until,
        ties.c.signal_id,
        ties.c.mention_from,
        ties.c.mention_to,
    )
    .where(ties.c.ended_at.is_(None))
    .order_by(ties.c.signal_id, ties.c.id)
)


def _bundled_links(
    connection: Connection,
    household_ids: Iterable[str],
    context: LegalContext | None,
    signal_ids: Iterable[str] | None = None,
) -> Sequence[RowMapping]:
    """Links of the layer that each household lies in, when that layer is of this context."""
    asked: dict[str, object] = {"households": list(set(household_ids))}
    if context is not None:
        asked["layer"] = context.value
    if signal_ids is not None:
        asked["signals"] = list(set(signal_ids))
    query = _bundled(context is not None, signal_ids is not None)
    return connection.execute(query, asked).mappings().all()


@cache
def _bundled(of_layer: bool, of_signals: bool) -> Select[Any]:
    """The query is the same each time: it is put together once."""
    query = (
        select(
            links.c.id,
            links.c.signal_id,
            links.c.mention_id,
            links.c.person_id,
            links.c.confirmed_by,
            links.c.band,
            bundlings.c.household_id,
        )
        .join(bundlings, bundlings.c.mention_id == links.c.mention_id)
        .join(
            households,
            (households.c.id == bundlings.c.household_id) & (households.c.layer == links.c.layer),
        )
        .join(
            memberships,
            (memberships.c.household_id == bundlings.c.household_id)
            & (memberships.c.person_id == links.c.person_id),
        )
        .where(
            bundlings.c.household_id.in_(bindparam("households", expanding=True)),
            bundlings.c.ended_at.is_(None),
            memberships.c.ended_at.is_(None),
            links.c.ended_at.is_(None),
            links.c.state == LinkState.ACTIVE.value,
        )
    )
    if of_layer:
        query = query.where(households.c.layer == bindparam("layer"))
    if of_signals:
        query = query.where(bundlings.c.signal_id.in_(bindparam("signals", expanding=True)))
    return query
