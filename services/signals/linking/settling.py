"""Ties and households brought in line with the links that hold, by ending rows and adding others.

What follows from the links is computed anew for all persons and signals that hang together with
the touched signals, in each layer by itself, and only differences are written. So undoing a link
undoes all that followed, and nothing in one layer moves anything in another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, select

from services.signals.intake.reading import chunks, load_mentions_by_id
from services.signals.linking.bundling import settle_bundlings, settle_memberships
from services.signals.linking.circles import Circle, Gathering, Named, TooLarge, circles_of
from services.signals.linking.claiming import claims, open_household, point_to_survivors
from services.signals.linking.claims import settle
from services.signals.linking.links import now
from services.signals.linking.scope import Scope, scopes_of
from services.signals.linking.tables import bundlings, candidates, circle_reviews
from services.signals.linking.tying import settle_ties, ties_of
from shared import ids


def settle_signals(connection: Connection, signal_ids: Iterable[str]) -> list[str]:
    """Ties, households and memberships of everything that hangs together with these signals.

    Returns the households that bundle `signal_ids` now. Call it in the transaction that changed
    the links.
    """
    touched = set(signal_ids)
    for scope in scopes_of(connection, touched):
        settle_ties(connection, scope)
        _settle_households(connection, scope)
    result: set[str] = set()
    for chunk in chunks(touched):
        result |= set(
            connection.scalars(
                select(bundlings.c.household_id).where(
                    bundlings.c.signal_id.in_(chunk), bundlings.c.ended_at.is_(None)
                )
            )
        )
    return sorted(result)


def _settle_households(connection: Connection, scope: Scope) -> None:
    gatherings = _gatherings(connection, scope)
    circles, too_large = circles_of(gatherings, _maybe_same(connection, scope))
    settlement = settle(circles, claims(connection, scope))
    homes = [home or open_household(connection, scope) for home in settlement.homes]
    point_to_survivors(connection, scope, settlement.merged_into)
    settle_bundlings(connection, scope, circles, homes, settlement.merged_into)
    settle_memberships(connection, scope, gatherings, circles, homes)
    _ask_the_desk(connection, scope, circles, homes, too_large)


def _gatherings(connection: Connection, scope: Scope) -> list[Gathering]:
    mentions = load_mentions_by_id(connection, [link.mention_id for link in scope.links])
    named: dict[str, list[Named]] = defaultdict(list)
    for link in scope.links:
        roles = mentions[link.mention_id].roles if link.mention_id in mentions else ()
        named[link.signal_id].append(
            Named(link.mention_id, link.person_id, roles, link.placeholder)
        )
    tied = ties_of(connection, scope)
    return [
        Gathering(
            signal,
            scope.arrived[signal],
            tuple(members),
            tuple(tied.get(signal, ())),
            reserved=signal in scope.reserved,
        )
        for signal, members in named.items()
        if signal in scope.arrived
    ]


def _maybe_same(connection: Connection, scope: Scope) -> list[tuple[str, str]]:
    """Pairs of persons that wait for a human to say whether they are one."""
    person_of = {
        link.mention_id: link.person_id
        for link in scope.links
        if link.signal_id not in scope.reserved
    }
    pairs = []
    for chunk in chunks(set(person_of)):
        for row in connection.execute(
            select(candidates.c.mention_id, candidates.c.person_id).where(
                candidates.c.mention_id.in_(chunk),
                candidates.c.layer == scope.layer,
                candidates.c.decided_at.is_(None),
            )
        ):
            pairs.append((person_of[row.mention_id], row.person_id))
    return sorted(pairs)


def _ask_the_desk(
    connection: Connection,
    scope: Scope,
    circles: list[Circle],
    homes: list[str],
    too_large: list[TooLarge],
) -> None:
    home_of = {
        knot.signal_id: home
        for circle, home in zip(circles, homes, strict=True)
        for knot in circle.own
    }
    for found in too_large:
        home, signal = home_of[found.other_signal_id], found.knot.signal_id
        asked = connection.scalar(
            select(circle_reviews.c.id).where(
                circle_reviews.c.household_id == home, circle_reviews.c.signal_id == signal
            )
        )
        if asked is None:
            connection.execute(
                circle_reviews.insert().values(
                    id=ids.new_id(),
                    region=scope.region,
                    household_id=home,
                    signal_id=signal,
                    persons=found.persons,
                    made_at=now(),
                )
            )
