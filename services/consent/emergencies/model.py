"""A break-glass grant as its events add up to it, and the clocks that run. Plain values.

Opened for a reason; confirmed by a second person within 60 minutes or it closes; ends 24 hours
after it was opened; reviewed within one working day. What it opens is rule R21's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from shared import clock

CONFIRM_WITHIN = timedelta(minutes=60)
ENDS_AFTER = timedelta(hours=24)

OPENED, CONFIRMED, ENDED, REVIEWED = "opened", "confirmed", "ended", "reviewed"
WAITING, ACTIVE, OVER = "waiting", "active", "ended"
# Why it ended: somebody closed it, nobody confirmed it in time, its day was over.
CLOSED, UNCONFIRMED, TIME_OVER = "closed", "unconfirmed", "time-over"

REASONS = (
    "violence-now", "threat-to-life", "child-in-danger", "person-missing", "suicide-danger",
)  # fmt: skip
OUTCOMES = ("justified", "not-justified", "follow-up")
SHORTEST_REASON, LONGEST_REASON = 20, 1000  # characters of the written reason
_SATURDAY = 5


@dataclass(frozen=True)
class GrantEvent:
    """One recorded fact about a grant. `at` is RFC 3339. `reason`: a code, by kind."""

    grant_id: str
    kind: str
    at: str
    by: str
    reason: str


@dataclass(frozen=True)
class Grant:
    """The present state of one grant. `entry_id`: the log's entry of its opening."""

    id: str
    opened_at: datetime
    opener: str
    reason: str
    region: str
    organisation: str
    entry_id: str
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""
    ended_why: str = ""
    reviewed_at: datetime | None = None
    reviewed_by: str = ""
    outcome: str = ""

    @property
    def confirm_before(self) -> datetime:
        return self.opened_at + CONFIRM_WITHIN

    @property
    def ends_at(self) -> datetime:
        """When it ends at the latest."""
        return self.opened_at + ENDS_AFTER

    def state_at(self, now: datetime) -> str:
        """waiting | active | ended."""
        if self.ended_at is not None or now >= self.ends_at:
            return OVER
        if self.confirmed_at is not None:
            return ACTIVE
        return WAITING if now <= self.confirm_before else OVER

    def over_because(self, now: datetime) -> str:
        """Why it must be ended now, or "" when it need not."""
        if self.ended_at is not None:
            return ""
        if self.confirmed_at is None and now > self.confirm_before:
            return UNCONFIRMED
        return TIME_OVER if now >= self.ends_at else ""

    @property
    def review_before(self) -> datetime:
        """The end of the first working day after it was opened (public holidays are not known)."""
        day = self.opened_at.astimezone(clock.DUTCH_TIME).date() + timedelta(days=1)
        while day.weekday() >= _SATURDAY:
            day += timedelta(days=1)
        return datetime.combine(day + timedelta(days=1), time(), clock.DUTCH_TIME)


@dataclass(frozen=True)
class Details:
    """What people wrote; kept encrypted. `whom` is what the asker typed: it tells nothing of
    whether Bundel knows anybody by it."""

    name: str = field(repr=False)
    whom: str = field(repr=False)
    why: str = field(repr=False)


def fold(opened: Grant, events: Iterable[GrantEvent]) -> Grant:
    """The grant after these later events, in their order. Nothing counts twice."""
    grant = opened
    for event in events:
        at = clock.moment(event.at)
        if event.kind == CONFIRMED and grant.confirmed_at is None and grant.ended_at is None:
            if event.by != grant.opener and at <= grant.confirm_before:
                grant = replace(grant, confirmed_at=at, confirmed_by=event.by)
        elif event.kind == ENDED and grant.ended_at is None:
            grant = replace(grant, ended_at=at, ended_by=event.by, ended_why=event.reason)
        elif event.kind == REVIEWED and grant.reviewed_at is None:
            grant = replace(grant, reviewed_at=at, reviewed_by=event.by, outcome=event.reason)
    return grant
