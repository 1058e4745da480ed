"""Ties and households brought in line with the links that hold, by ending rows and adding others.

What follows from the links is computed anew for all persons and signals that hang together with
the touched signals, in each layer by itself, and only differences are written. So undoing a link
undoes all that followed, and nothing in one layer moves anything in another. However many signals
are touched, each table is read and written once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from services.signals.intake.reading import chunks
from services.signals.intake.tables import mentions
from services.signals.linking.bundling import Settled, settle_bundlings, settle_memberships
from services.signals.linking.circles import Circle, Gathering, Named, TooLarge, circles_of
from services.signals.linking.claiming import homes_of
from services.signals.linking.claims import settle
from services.signals.linking.links import now
from services.signals.linking.scope import Scope, scopes_of
from services.signals.linking.tables import bundlings, candidates, circle_reviews
from services.signals.linking.tying import TiesOfSignals, settle_ties
from shared import ids


def settle_signals(connection: Connection, signal_ids: Iterable[str]) -> list[str]:
    """Ties, households and memberships of everything that hangs together with these signals.

    Returns the households that bundle `signal_ids` now. Call it in the transaction that changed
    the links.
    """
    touched = set(signal_ids)
    settle_scopes(connection, scopes_of(connection, touched))
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


def settle_scopes(connection: Connection, scopes: Sequence[Scope]) -> None:
    """Settles each scope by itself; rows of all of them are read and written together."""
    if not scopes:
        return
    tied = settle_ties(connection, scopes)
    roles = _roles(connection, {link.mention_id for scope in scopes for link in scope.links})
    doubted = _doubted(connection, {link.mention_id for scope in scopes for link in scope.links})
    homes = homes_of(connection, scopes)
    settled = []
    asked: list[tuple[Settled, list[TooLarge]]] = []
    for scope, ties in zip(scopes, tied, strict=True):
        gatherings = _gatherings(scope, ties, roles)
        circles, too_large = circles_of(gatherings, _maybe_same(scope, doubted))
        settlement = settle(circles, homes.claims(scope))
        own = [home or homes.open(scope) for home in settlement.homes]
        homes.point_to_survivors(scope, settlement.merged_into)
        settled.append(Settled(scope, gatherings, circles, own, settlement.merged_into))
        if too_large:
            asked.append((settled[-1], too_large))
    homes.write(connection)
    settle_bundlings(connection, settled)
    settle_memberships(connection, settled)
    for one, too_large in asked:
        _ask_the_desk(connection, one.scope, one.circles, one.homes, too_large)


def _roles(connection: Connection, mention_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Mention → the roles its signal gives it."""
    return {
        mention: tuple(roles)
        for chunk in chunks(set(mention_ids))
        for mention, roles in connection.execute(
            select(mentions.c.id, mentions.c.roles).where(mentions.c.id.in_(chunk))
        )
    }


def _gatherings(
    scope: Scope, tied: TiesOfSignals, roles: Mapping[str, tuple[str, ...]]
) -> list[Gathering]:
    named: dict[str, list[Named]] = defaultdict(list)
    for link in scope.links:
        named[link.signal_id].append(
            Named(link.mention_id, link.person_id, roles.get(link.mention_id, ()), link.placeholder)
        )
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


def _doubted(
    connection: Connection, mention_ids: Iterable[str]
) -> dict[tuple[str, str], list[str]]:
    """(layer, mention) → persons it may be, as long as no human has said."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for chunk in chunks(set(mention_ids)):
        for mention, person, layer in connection.execute(
            select(candidates.c.mention_id, candidates.c.person_id, candidates.c.layer).where(
                candidates.c.mention_id.in_(chunk), candidates.c.decided_at.is_(None)
            )
        ):
            found[layer, mention].append(person)
    return found


def _maybe_same(
    scope: Scope, doubted: Mapping[tuple[str, str], Sequence[str]]
) -> list[tuple[str, str]]:
    """Pairs of persons that wait for a human to say whether they are one."""
    return sorted(
        (link.person_id, other)
        for link in scope.links
        if link.signal_id not in scope.reserved
        for other in doubted.get((scope.layer, link.mention_id), ())
    )


def _ask_the_desk(
    connection: Connection,
    scope: Scope,
    circles: Sequence[Circle],
    homes: Sequence[str],
    too_large: Sequence[TooLarge],
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
