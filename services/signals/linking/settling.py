"""Ties and households brought in line with the links that hold, by ending rows and adding others.

What follows from the links is computed anew for all persons and signals that hang together with
the touched signals, and only differences are written. So undoing a link undoes all that followed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, select, update

from services.signals.intake.reading import (
    chunks,
    load_mentions_by_id,
    load_ties,
)
from services.signals.linking.circles import (
    Circle,
    Gathering,
    Named,
    PersonTie,
    TooLarge,
    circles_of,
)
from services.signals.linking.claims import Claim, settle
from services.signals.linking.links import now
from services.signals.linking.places import position_of
from services.signals.linking.scope import Scope, scopes_of
from services.signals.linking.tables import (
    bundlings,
    candidates,
    circle_reviews,
    households,
    memberships,
    ties,
)
from shared import ids

RESERVED = "reserved"  # basis of what lies in a household and did not help to make it


def settle_signals(connection: Connection, signal_ids: Iterable[str]) -> list[str]:
    """Ties, households and memberships of everything that hangs together with these signals.

    Returns the households that bundle `signal_ids` now. Call it in the transaction that changed
    the links.
    """
    touched = set(signal_ids)
    for scope in scopes_of(connection, touched):
        _settle_ties(connection, scope)
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


def _settle_ties(connection: Connection, scope: Scope) -> None:
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
        for row in connection.execute(
            select(ties).where(ties.c.signal_id.in_(chunk), ties.c.ended_at.is_(None))
        )
    }
    _end(connection, ties, [held[key] for key in held if key not in wanted])
    _add(
        connection,
        ties,
        [
            {"region": scope.region, **dict(zip(columns, key, strict=True))}
            for key in sorted(wanted - set(held), key=repr)
        ],
    )


def _settle_households(connection: Connection, scope: Scope) -> None:
    gatherings = _gatherings(connection, scope)
    circles, too_large = circles_of(gatherings, _maybe_same(connection, scope))
    settlement = settle(circles, _claims(connection, scope))
    homes = [home or _open_household(connection, scope.region) for home in settlement.homes]
    _point_to_survivors(connection, scope, settlement.merged_into)
    _settle_bundlings(connection, scope, circles, homes, settlement.merged_into)
    _settle_memberships(connection, scope, gatherings, circles, homes)
    _ask_the_desk(connection, scope, circles, homes, too_large)


def _gatherings(connection: Connection, scope: Scope) -> list[Gathering]:
    mentions = load_mentions_by_id(connection, [link.mention_id for link in scope.links])
    named: dict[str, list[Named]] = defaultdict(list)
    for link in scope.links:
        roles = mentions[link.mention_id].roles if link.mention_id in mentions else ()
        named[link.signal_id].append(
            Named(link.mention_id, link.person_id, roles, link.placeholder)
        )
    tied: dict[str, list[PersonTie]] = defaultdict(list)
    for chunk in chunks(scope.signals):
        for row in connection.execute(
            select(ties)
            .where(ties.c.signal_id.in_(chunk), ties.c.ended_at.is_(None))
            .order_by(ties.c.mention_from, ties.c.mention_to, ties.c.kind)
        ):
            tied[row.signal_id].append(
                PersonTie(row.person_from, row.person_to, row.kind, row.since, row.until)
            )
    return [
        Gathering(
            signal,
            scope.arrived[signal],
            tuple(members),
            tuple(tied[signal]),
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
                candidates.c.mention_id.in_(chunk), candidates.c.decided_at.is_(None)
            )
        ):
            pairs.append((person_of[row.mention_id], row.person_id))
    return sorted(pairs)


def _claims(connection: Connection, scope: Scope) -> list[Claim]:
    made = {
        row.id: row.created_at
        for chunk in chunks(scope.households)
        for row in connection.execute(
            select(households).where(
                households.c.id.in_(chunk), households.c.region == scope.region
            )
        )
    }
    rows: dict[str, list[Any]] = defaultdict(list)
    for chunk in chunks(set(made)):
        for row in connection.execute(
            select(bundlings).where(
                bundlings.c.household_id.in_(chunk), bundlings.c.basis != "concerns"
            )
        ):
            rows[row.household_id].append(row)
    return [
        Claim(home, created_at, _anchors(rows[home])) for home, created_at in sorted(made.items())
    ]


def _anchors(rows: list[Any]) -> tuple[tuple[str, str], ...]:
    """What a household holds, or held when it was merged; the signal it had first comes first,
    through whatever joins, corrections and returns there were since."""
    first: dict[str, str] = {}
    for row in rows:
        first[row.signal_id] = min(first.get(row.signal_id, row.recorded_at), row.recorded_at)
    held = [row for row in rows if row.ended_at is None]
    if not held:
        merged = [row for row in rows if row.end_reason == "merged"]
        last = max((row.ended_at for row in merged), default="")
        held = [row for row in merged if row.ended_at == last]
    found = sorted((first[row.signal_id], row.signal_id, row.mention_id) for row in held)
    return tuple((signal, mention) for _, signal, mention in found)


def _open_household(connection: Connection, region: str) -> str:
    household_id = ids.new_id()
    connection.execute(
        households.insert().values(
            id=household_id, region=region, created_at=now(), merged_into=None
        )
    )
    return household_id


def _point_to_survivors(connection: Connection, scope: Scope, merged_into: dict[str, str]) -> None:
    for chunk in chunks(scope.households):
        for row in connection.execute(
            select(households).where(
                households.c.id.in_(chunk), households.c.region == scope.region
            )
        ).all():
            survivor = merged_into.get(row.id)
            if survivor != row.merged_into:
                connection.execute(
                    update(households).where(households.c.id == row.id).values(merged_into=survivor)
                )


def _settle_bundlings(
    connection: Connection,
    scope: Scope,
    circles: list[Circle],
    homes: list[str],
    merged_into: dict[str, str],
) -> None:
    wanted: dict[tuple[str, str], tuple[str, str]] = {}
    for circle, home in zip(circles, homes, strict=True):
        for knot in circle.own:
            for mention in knot.mentions:
                wanted[home, mention] = (knot.signal_id, knot.basis)
        for knot in circle.attached:
            for mention in knot.mentions:
                wanted.setdefault((home, mention), (knot.signal_id, "concerns"))
        for knot in circle.reserved:
            for mention in knot.mentions:
                wanted.setdefault((home, mention), (knot.signal_id, RESERVED))
    held = {}
    for chunk in chunks(scope.signals):
        for row in connection.execute(
            select(bundlings).where(
                bundlings.c.signal_id.in_(chunk), bundlings.c.ended_at.is_(None)
            )
        ):
            held[row.household_id, row.mention_id] = row
    gone = [row for key, row in held.items() if wanted.get(key) != (row.signal_id, row.basis)]
    for reason, rows in (
        ("merged", [row.id for row in gone if row.household_id in merged_into]),
        ("regrouped", [row.id for row in gone if row.household_id not in merged_into]),
    ):
        _end(connection, bundlings, rows, end_reason=reason)
    ended = {(row.household_id, row.mention_id) for row in gone}
    _add(
        connection,
        bundlings,
        [
            {"household_id": key[0], "mention_id": key[1], "signal_id": signal, "basis": basis}
            for key, (signal, basis) in sorted(wanted.items())
            if key not in held or key in ended
        ],
    )


def _settle_memberships(
    connection: Connection,
    scope: Scope,
    gatherings: list[Gathering],
    circles: list[Circle],
    homes: list[str],
) -> None:
    wanted: dict[tuple[str, str], tuple[str, str | None, str | None]] = {}
    for circle, home in zip(circles, homes, strict=True):
        knots = (*circle.own, *circle.attached, *circle.reserved)
        bundled = {mention for knot in knots for mention in knot.mentions}
        named = [n for g in gatherings for n in g.named if n.mention_id in bundled]
        declared = [t for g in gatherings for t in g.ties]
        for person in circle.persons:
            position = position_of(person, named, declared, circle.persons)
            wanted[home, person] = (position.place, position.from_date, position.until_date)
    held = {}
    for chunk in chunks(scope.households | set(homes)):
        for row in connection.execute(
            select(memberships)
            .join(households, households.c.id == memberships.c.household_id)
            .where(
                memberships.c.household_id.in_(chunk),
                memberships.c.ended_at.is_(None),
                households.c.region == scope.region,
            )
        ):
            held[row.household_id, row.person_id] = row
    gone = {
        key
        for key, row in held.items()
        if wanted.get(key) != (row.role, row.from_date, row.until_date)
    }
    _end(connection, memberships, [held[key].id for key in gone])
    _add(
        connection,
        memberships,
        [
            {
                "household_id": key[0],
                "person_id": key[1],
                "role": str(role),
                "from_date": since,
                "until_date": until,
            }
            for key, (role, since, until) in sorted(wanted.items())
            if key not in held or key in gone
        ],
    )


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


def _end(connection: Connection, table: Table, row_ids: list[str], **values: object) -> None:
    for chunk in chunks(row_ids):
        connection.execute(
            update(table).where(table.c.id.in_(chunk)).values(ended_at=now(), **values)
        )


def _add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        moment = now()
        connection.execute(
            table.insert(), [{"id": ids.new_id(), "recorded_at": moment, **row} for row in rows]
        )
