"""The door for reading: who belongs to a household and which mentions say so, all in bulk.

Only links that hold, have their receipt (`active`) and list the asked legal context are seen (I1,
I2). An id of a household that was merged is answered with the circle that survives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, exists, select

from services.signals.linking.states import LinkState
from services.signals.linking.tables import (
    bundlings,
    candidates,
    households,
    links,
    memberships,
    ties,
)
from shared.vocabulary import LegalContext


@dataclass(frozen=True)
class HouseholdItem:
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


@dataclass(frozen=True)
class TieRecord:
    """A tie between two persons as one signal declared it; parent_child runs from the parent."""

    tie_id: str
    person_from: str
    person_to: str
    kind: str
    since: str | None
    until: str | None
    signal_id: str


@dataclass(frozen=True)
class HouseholdRecord:
    household_id: str
    region: str
    created_at: str
    merged_into: str | None


@dataclass(frozen=True)
class LinkRecord:
    """A link as it stands, for the desk: who says what about whom, and why."""

    link_id: str
    mention_id: str
    signal_id: str
    person_id: str
    region: str
    state: str
    band: str
    score_bits: float
    contexts: tuple[LegalContext, ...]
    confirmed_by: str | None
    explanation: tuple[str, ...]  # codes, see explain.py


@dataclass(frozen=True)
class CandidateRecord:
    """A mention that may be a known person: a human decides. `scores`: field, bits, reason code."""

    candidate_id: str
    mention_id: str
    person_id: str
    region: str
    score_bits: float
    scores: tuple[tuple[str, float, str], ...]
    reasons: tuple[str, ...]
    made_at: str


def surviving_households(connection: Connection, household_ids: Iterable[str]) -> dict[str, str]:
    """Asked household → the household it lives on in (itself when it was not merged)."""
    result = {asked: asked for asked in household_ids}
    waiting = set(result.values())
    while waiting:
        rows = connection.execute(
            select(households.c.id, households.c.merged_into).where(
                households.c.id.in_(waiting), households.c.merged_into.is_not(None)
            )
        )
        steps = {row.id: row.merged_into for row in rows}
        for asked, current in result.items():
            result[asked] = steps.get(current, current)
        waiting = set(steps.values())
    return result


def absorbed_households(connection: Connection, household_ids: Iterable[str]) -> set[str]:
    """Households that were merged into these, by whatever many steps."""
    found: set[str] = set()
    waiting = set(household_ids)
    while waiting:
        rows = connection.execute(
            select(households.c.id).where(households.c.merged_into.in_(waiting))
        )
        waiting = set(rows.scalars()) - found
        found |= waiting
    return found


def signals_of_entries(connection: Connection, entry_ids: Iterable[str]) -> set[str]:
    """Signals whose links that hold rest on these entries of the log."""
    rows = connection.execute(
        select(links.c.signal_id).where(
            links.c.entry_id.in_(set(entry_ids)), links.c.ended_at.is_(None)
        )
    )
    return set(rows.scalars())


def sealed_mentions(connection: Connection) -> list[str]:
    """Mentions that no legal context permits to join yet: to be asked again on a new ground."""
    rows = connection.execute(
        select(links.c.mention_id)
        .where(links.c.state == LinkState.SEALED.value, links.c.ended_at.is_(None))
        .order_by(links.c.mention_id)
    )
    return list(rows.scalars())


def load_households(connection: Connection, household_ids: Iterable[str]) -> list[HouseholdRecord]:
    """The households themselves, unknown ids left out."""
    rows = connection.execute(select(households).where(households.c.id.in_(set(household_ids))))
    return [HouseholdRecord(r.id, r.region, r.created_at, r.merged_into) for r in rows]


def household_items(
    connection: Connection, household_ids: Iterable[str], context: LegalContext
) -> list[HouseholdItem]:
    """Every mention bundled in these households that `context` may use, in a stable order."""
    survivors = surviving_households(connection, household_ids)
    asked_of = defaultdict(list)
    for asked, survivor in survivors.items():
        asked_of[survivor].append(asked)
    rows = _bundled_links(connection, survivors.values(), context)
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
    bundled = select(bundlings.c.mention_id).where(
        bundlings.c.household_id == survivor, bundlings.c.ended_at.is_(None)
    )
    rows = connection.execute(
        select(ties)
        .where(
            ties.c.ended_at.is_(None),
            ties.c.mention_from.in_(bundled),
            ties.c.mention_to.in_(bundled),
        )
        .order_by(ties.c.signal_id, ties.c.id)
    ).mappings()
    usable: set[str] | None = None
    if context is not None:
        usable = {r["mention_id"] for r in _bundled_links(connection, [survivor], context)}
    return [
        TieRecord(
            tie_id=row["id"],
            person_from=row["person_from"],
            person_to=row["person_to"],
            kind=row["kind"],
            since=row["since"],
            until=row["until"],
            signal_id=row["signal_id"],
        )
        for row in rows
        if usable is None or {row["mention_from"], row["mention_to"]} <= usable
    ]


def person_mentions(connection: Connection, person_ids: Iterable[str]) -> dict[str, list[str]]:
    """All mentions now held to be these persons, whatever the state: for consents and erasure."""
    result: dict[str, list[str]] = {person: [] for person in person_ids}
    rows = connection.execute(
        select(links.c.person_id, links.c.mention_id)
        .where(links.c.person_id.in_(list(result)), links.c.ended_at.is_(None))
        .order_by(links.c.mention_id)
    )
    for row in rows:
        result[row.person_id].append(row.mention_id)
    return result


def households_of_signals(
    connection: Connection, signal_ids: Iterable[str]
) -> dict[str, list[str]]:
    """Signal → households that bundle it now, oldest household first."""
    wanted = list(signal_ids)
    rows = connection.execute(
        select(bundlings.c.signal_id, households.c.id, households.c.created_at)
        .join(households, households.c.id == bundlings.c.household_id)
        .where(bundlings.c.signal_id.in_(wanted), bundlings.c.ended_at.is_(None))
        .distinct()
        .order_by(households.c.created_at, households.c.id)
    )
    result: dict[str, list[str]] = {signal: [] for signal in wanted}
    for row in rows:
        result[row.signal_id].append(row.id)
    return result


def load_links(connection: Connection, link_ids: Iterable[str]) -> list[LinkRecord]:
    """Links that hold now, by their ids; ended ones are left out."""
    rows = connection.execute(
        select(links).where(links.c.id.in_(set(link_ids)), links.c.ended_at.is_(None))
    ).mappings()
    return [_link(row) for row in rows]


def links_of_signals(connection: Connection, signal_ids: Iterable[str]) -> list[LinkRecord]:
    """Every link that holds for these signals, whatever its state: for the desk only."""
    rows = connection.execute(
        select(links)
        .where(links.c.signal_id.in_(set(signal_ids)), links.c.ended_at.is_(None))
        .order_by(links.c.signal_id, links.c.mention_id)
    ).mappings()
    return [_link(row) for row in rows]


def open_candidates(connection: Connection, region: str) -> list[CandidateRecord]:
    """What the desk of `region` has to judge, oldest first. Other regions' rows never appear, nor
    does what lost its link or its person meanwhile."""
    arriving, held = links.alias("arriving"), links.alias("held")
    rows = (
        connection.execute(
            select(candidates)
            .join(arriving, arriving.c.mention_id == candidates.c.mention_id)
            .where(
                candidates.c.region == region,
                candidates.c.decided_at.is_(None),
                arriving.c.ended_at.is_(None),
                arriving.c.state == LinkState.ACTIVE.value,
                arriving.c.person_id != candidates.c.person_id,
                exists().where(
                    held.c.person_id == candidates.c.person_id,
                    held.c.ended_at.is_(None),
                    held.c.state == LinkState.ACTIVE.value,
                ),
            )
            .order_by(candidates.c.made_at, candidates.c.id)
        )
        .mappings()
        .all()
    )
    return [
        CandidateRecord(
            candidate_id=row["id"],
            mention_id=row["mention_id"],
            person_id=row["person_id"],
            region=row["region"],
            score_bits=row["score_bits"],
            scores=tuple((field, bits, reason) for field, bits, reason in row["scores"]),
            reasons=tuple(row["reasons"]),
            made_at=row["made_at"],
        )
        for row in rows
    ]


def _bundled_links(
    connection: Connection, household_ids: Iterable[str], context: LegalContext
) -> Sequence[RowMapping]:
    rows = (
        connection.execute(
            select(links, bundlings.c.household_id)
            .join(bundlings, bundlings.c.mention_id == links.c.mention_id)
            .join(
                memberships,
                (memberships.c.household_id == bundlings.c.household_id)
                & (memberships.c.person_id == links.c.person_id),
            )
            .where(
                bundlings.c.household_id.in_(set(household_ids)),
                bundlings.c.ended_at.is_(None),
                memberships.c.ended_at.is_(None),
                links.c.ended_at.is_(None),
                links.c.state == LinkState.ACTIVE.value,
            )
        )
        .mappings()
        .all()
    )
    # The list of contexts is JSON: asked here, because the two engines ask it differently.
    return [row for row in rows if context.value in row["contexts"]]


def _link(row: RowMapping) -> LinkRecord:
    return LinkRecord(
        link_id=row["id"],
        mention_id=row["mention_id"],
        signal_id=row["signal_id"],
        person_id=row["person_id"],
        region=row["region"],
        state=row["state"],
        band=row["band"],
        score_bits=row["score_bits"],
        contexts=tuple(LegalContext(name) for name in row["contexts"]),
        confirmed_by=row["confirmed_by"],
        explanation=tuple(row["explanation"]),
    )
