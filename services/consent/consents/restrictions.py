"""Restriction of processing (AVG art. 18) and objection (art. 21): codes, and the present state.

A restriction hangs on a mention, like a consent: every signal about that person is masked with
neutral words, in every context, at the next answer (rule A18). It stays open with consent, and
under a break-glass, which protects somebody else (art. 18(2)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, select

from services.consent.tables import restriction_events

IMPOSED, LIFTED = "imposed", "lifted"
WHY_RESTRICTED = (
    "accuracy_contested",  # art. 18(1)(a)
    "unlawful_not_erased",  # (b)
    "needed_for_claim",  # (c)
    "objection_pending",  # (d), art. 21
)
WHY_LIFTED = ("corrected", "found_accurate", "objection_rejected", "person_agrees", "in_error")
_MOST_LISTED = 200


@dataclass(frozen=True)
class Restriction:
    """The latest restriction of one mention. `lifted_at` is "" while it holds."""

    mention_id: str
    since: str
    reason: str
    lifted_at: str = ""
    lifted_because: str = ""

    @property
    def holds(self) -> bool:
        return not self.lifted_at


def restrictions_of(
    connection: Connection, region: str, mentions: Sequence[str] | None = None
) -> list[Restriction]:
    """By mention, the latest change first. Without `mentions` the latest 200 of the region."""
    table = restriction_events.c
    if mentions is None:
        latest = (
            select(table.mention_id)
            .where(table.region == region)
            .group_by(table.mention_id)
            .order_by(func.max(table.revision).desc())
            .limit(_MOST_LISTED)
        )
        mentions = [str(one) for one in connection.execute(latest).scalars()]
    rows = connection.execute(
        select(restriction_events)
        .where(table.region == region, table.mention_id.in_(list(mentions)))
        .order_by(table.revision)
    ).all()
    found: dict[str, tuple[int, Restriction]] = {}
    for row in rows:
        before = found.pop(row.mention_id, None)
        state = _after(before[1] if before else None, row)
        if state is not None:
            found[row.mention_id] = (int(row.revision), state)
    return [state for _revision, state in sorted(found.values(), key=lambda one: -one[0])]


def _after(before: Restriction | None, row: Row[tuple[object, ...]]) -> Restriction | None:
    if row.kind == IMPOSED:
        if before is not None and before.holds:
            return before  # imposed again: it held already
        return Restriction(row.mention_id, row.at, row.reason_code)
    if before is None or not before.holds:
        return before
    return Restriction(row.mention_id, before.since, before.reason, row.at, row.reason_code)
