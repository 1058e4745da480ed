"""Persons taken apart: what must be remembered, so that who saw them together can be told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from services.signals.desk.tables import separations
from services.signals.linking.reading import absorbed_households, households_of_signals
from services.signals.linking.tables import links
from shared import clock, ids
from shared.clients.audit import MOST_SIGNALS

SPLIT, UNMERGE = "split", "unmerge"


@dataclass(frozen=True, slots=True)
class Separation:
    """`moved`, `stayed`: signals of either side. Who saw one of each together, in one of these
    households or in a search, between `since` and `made_at`, saw a wrong picture."""

    id: str
    kind: str
    region: str
    layer: str
    case_id: str
    household_ids: tuple[str, ...]
    moved: tuple[str, ...]
    stayed: tuple[str, ...]
    since: str
    made_at: str
    made_by: str
    entry_id: str


def about(
    connection: Connection, kind: str, moved: Collection[str], stayed: Collection[str], since: str
) -> Separation:
    """What a separation of these signals is about, before it is made. A signal that names both
    sides is on neither alone: it stays."""
    homes = households_of_signals(connection, {*moved, *stayed})
    households = {home for found in homes.values() for home in found}
    households |= absorbed_households(connection, households)
    leaving = sorted(set(moved) - set(stayed)) or sorted(moved)
    return Separation(
        id=ids.new_id(),
        kind=kind,
        region="",
        layer="",
        case_id="",
        household_ids=tuple(sorted(households)),
        moved=tuple(leaving[: MOST_SIGNALS // 2]),
        stayed=tuple(sorted(stayed)[: MOST_SIGNALS // 2]),
        since=since,
        made_at="",
        made_by="",
        entry_id="",
    )


def keep(connection: Connection, separation: Separation) -> None:
    """Adds it; in the transaction of the separation itself."""
    connection.execute(
        separations.insert().values(
            id=separation.id,
            kind=separation.kind,
            region=separation.region,
            layer=separation.layer,
            case_id=separation.case_id,
            household_ids=list(separation.household_ids),
            moved=list(separation.moved),
            stayed=list(separation.stayed),
            since=separation.since,
            made_at=separation.made_at or clock.timestamp(clock.now()),
            made_by=separation.made_by,
            entry_id=separation.entry_id,
        )
    )


def separations_of_desk(
    connection: Connection, region: str, layer: str, most: int, separation_id: str = ""
) -> tuple[int, list[Separation]]:
    """(how many, the newest `most`) of one desk; only the one named when an id is given."""
    here = [separations.c.region == region, separations.c.layer == layer]
    if separation_id:
        here.append(separations.c.id == separation_id)
    count = connection.execute(
        select(func.count()).select_from(separations).where(*here)
    ).scalar_one()
    rows = connection.execute(
        select(separations)
        .where(*here)
        .order_by(separations.c.made_at.desc(), separations.c.id)
        .limit(most)
    )
    return count, [
        _separation({str(key): value for key, value in row._mapping.items()}) for row in rows
    ]


def together_since(
    connection: Connection, mention_ids: Iterable[str], person_id: str, layer: str
) -> str:
    """Since when one of these mentions is held to be this person."""
    found = connection.scalar(
        select(func.min(links.c.made_at)).where(
            links.c.mention_id.in_(list(mention_ids)),
            links.c.person_id == person_id,
            links.c.layer == layer,
        )
    )
    return str(found or "")


def _separation(row: Mapping[str, Any]) -> Separation:
    values = dict(row)
    for name in ("household_ids", "moved", "stayed"):
        values[name] = tuple(values[name])
    return Separation(**values)
