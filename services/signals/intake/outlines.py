"""The codes and dates of many signals, without what is sealed: to weigh and count them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from services.signals.intake.records import ACUTE
from services.signals.intake.tables import narrative_states, signal_versions, signals
from shared.clock import epoch_days

_CHUNK = 500  # ids per query


@dataclass(frozen=True, slots=True)
class SignalOutline:
    """What rules ask about a signal and lists are sorted by; members as in SignalRecord."""

    id: str
    version: int
    source_agency: str
    source_organisation: str
    region: str
    category: str
    addressed_to: str
    wpg_article: str
    first_processed: str | None
    compartment: str
    conditions: tuple[str, ...]
    severity: str
    minor_involved: bool
    occurred_from: str
    withheld: bool

    @property
    def acute(self) -> bool:
        return self.severity in ACUTE

    @property
    def first_processed_days(self) -> int:
        return _days(self.first_processed)


@lru_cache(maxsize=4096)
def _days(day: str | None) -> int:
    return 0 if day is None else epoch_days(date.fromisoformat(day))


_COLUMNS = select(
    signals.c.id,
    signal_versions.c.version,
    signals.c.source_agency,
    signals.c.source_organisation,
    signals.c.region,
    signal_versions.c.category,
    signal_versions.c.addressed_to,
    signal_versions.c.wpg_article,
    signal_versions.c.first_processed,
    signal_versions.c.compartment,
    signal_versions.c.conditions,
    signal_versions.c.severity,
    signal_versions.c.minor_involved,
    signal_versions.c.occurred_from,
).join(
    signal_versions,
    (signal_versions.c.signal_id == signals.c.id)
    & (signal_versions.c.version == signals.c.current_version),
)
_ASKED: BindParameter[str] = bindparam("asked", expanding=True)
_LIVE = _COLUMNS.where(signals.c.id.in_(_ASKED), signal_versions.c.state != "withdrawn")
_WITHHELD = select(narrative_states.c.signal_id).where(
    narrative_states.c.id.in_(
        select(func.max(narrative_states.c.id))
        .where(narrative_states.c.signal_id.in_(_ASKED))
        .group_by(narrative_states.c.signal_id)
    ),
    narrative_states.c.state == "withheld",
)


def load_outlines(connection: Connection, signal_ids: Iterable[str]) -> dict[str, SignalOutline]:
    """Current versions by id. Unknown ids, withdrawn signals, advice and what still lies in
    quarantine are absent."""
    found: dict[str, SignalOutline] = {}
    ordered = sorted(set(signal_ids))
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        withheld = set(connection.execute(_WITHHELD, {"asked": chunk}).scalars())
        for row in connection.execute(_LIVE, {"asked": chunk}):
            found[row.id] = SignalOutline(
                id=row.id,
                version=row.version,
                source_agency=row.source_agency,
                source_organisation=row.source_organisation,
                region=row.region,
                category=row.category,
                addressed_to=row.addressed_to,
                wpg_article=row.wpg_article,
                first_processed=row.first_processed,
                compartment=row.compartment,
                conditions=tuple(row.conditions),
                severity=row.severity,
                minor_involved=bool(row.minor_involved),
                occurred_from=row.occurred_from,
                withheld=row.id in withheld,
            )
    return found
