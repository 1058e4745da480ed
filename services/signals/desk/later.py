"""Doubts that the desk puts off: they stay, go down with a reason, and come back on their day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from services.signals.desk.tables import postponements
from services.signals.intake.reading import chunks
from shared import clock, ids
from shared.problems import Fault, InvalidInput

REASONS = ("asked-source", "asked-coordinator", "awaits-correction", "too-little-known")
LONGEST = timedelta(days=28)
LONGEST_ACUTE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Later:
    """`until`: the day on which it comes back."""

    until: str
    reason: str

    @property
    def holds(self) -> bool:
        return self.until > clock.today().isoformat()


def put_off(connection: Connection, about: str, later: Later, by: str, entry_id: str) -> None:
    """Adds a postponement; the newest counts."""
    connection.execute(
        postponements.insert().values(
            id=ids.new_id(),
            about=about,
            until=later.until,
            reason=later.reason,
            made_by=by,
            made_at=clock.timestamp(clock.now()),
            entry_id=entry_id,
        )
    )


def put_off_until(connection: Connection, about: Collection[str]) -> dict[str, Later]:
    """Those of these doubts that are put off today."""
    found: dict[str, Later] = {}
    for chunk in chunks(set(about)):
        rows = connection.execute(
            select(postponements)
            .where(postponements.c.about.in_(chunk))
            .order_by(postponements.c.made_at, postponements.c.id)
        )
        for row in rows:
            found[row.about] = Later(row.until, row.reason)
    return {about: later for about, later in found.items() if later.holds}


def demand_later(until: date, reason: str, *, acute: bool) -> Later:
    """Raises InvalidInput with every fault at once. An acute doubt waits two days at most."""
    today = clock.today()
    longest = LONGEST_ACUTE if acute else LONGEST
    faults = []
    if reason not in REASONS:
        faults.append(Fault("/reason", "unknown-code", f"Use one of {', '.join(REASONS)}."))
    if not today < until <= today + longest:
        faults.append(
            Fault(
                "/until",
                "too-late-acute" if acute and until > today else "out-of-range",
                f"Choose a day from tomorrow to {longest.days} days from now.",
            )
        )
    if faults:
        raise InvalidInput("Mend every fault named in errors.", faults=faults)
    return Later(until.isoformat(), reason)
