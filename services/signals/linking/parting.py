"""What may never be one person: pairs a human parted, and two different BSNs."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, or_, select

from services.signals.intake.reading import chunks
from services.signals.linking.links import now
from services.signals.linking.tables import cannot_links, match_keys
from shared.problems import Conflict


def part(
    connection: Connection, one: Iterable[str], other: Iterable[str], by: str, reason: str
) -> None:
    """Keeps for ever that these mentions are two people. Known pairs are left as they are."""
    pairs = {(min(a, b), max(a, b)) for a in one for b in other if a != b}
    known = parted_pairs(connection, {m for pair in pairs for m in pair})
    rows = [
        {"mention_a": a, "mention_b": b, "made_at": now(), "made_by": by, "reason": reason}
        for a, b in sorted(pairs)
        if frozenset((a, b)) not in known
    ]
    if rows:
        connection.execute(cannot_links.insert(), rows)


def parted_pairs(connection: Connection, mention_ids: Iterable[str]) -> set[frozenset[str]]:
    """All pairs a human parted in which one of these mentions occurs."""
    found: set[frozenset[str]] = set()
    for chunk in chunks(set(mention_ids)):
        rows = connection.execute(
            select(cannot_links.c.mention_a, cannot_links.c.mention_b).where(
                or_(cannot_links.c.mention_a.in_(chunk), cannot_links.c.mention_b.in_(chunk))
            )
        )
        found |= {frozenset((row.mention_a, row.mention_b)) for row in rows}
    return found


def demand_one_bsn(connection: Connection, mention_ids: Collection[str]) -> None:
    """Raises Conflict when these mentions hold two different valid, undisputed BSNs."""
    values: dict[int, set[str]] = {}
    for chunk in chunks(set(mention_ids)):
        for row in connection.execute(
            select(match_keys.c.generation, match_keys.c.value).where(
                match_keys.c.mention_id.in_(chunk), match_keys.c.kind == "bsn"
            )
        ):
            values.setdefault(row.generation, set()).add(row.value)
    if any(len(found) > 1 for found in values.values()):
        raise Conflict("Two different BSNs are never one person. Mark the wrong one as disputed.")


def demand_joinable(connection: Connection, one: list[str], other: list[str]) -> None:
    demand_one_bsn(connection, [*one, *other])
    parted = parted_pairs(connection, one)
    if any(frozenset((a, b)) in parted for a in one for b in other):
        raise Conflict("These mentions were said to be two people. That stays.")
