"""Households of scopes and what each may claim; opening them, pointing to those they live on in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from services.signals.intake.reading import chunks
from services.signals.linking.claims import Claim
from services.signals.linking.links import now
from services.signals.linking.scope import Scope
from services.signals.linking.tables import bundlings, households
from shared import ids


class _Home(NamedTuple):
    region: str
    created_at: str
    merged_into: str | None


class _Lay(NamedTuple):
    """A mention that lies, or lay, in a household."""

    household_id: str
    signal_id: str
    mention_id: str
    recorded_at: str
    ended_at: str | None
    end_reason: str | None


@dataclass
class Homes:
    """The households of several scopes, and what is to be written about them."""

    known: Mapping[str, _Home]
    lain: Mapping[str, Sequence[_Lay]]
    _opened: list[dict[str, Any]] = field(default_factory=list)
    _pointed: list[dict[str, Any]] = field(default_factory=list)

    def claims(self, scope: Scope) -> list[Claim]:
        """What each household of the scope holds, so that it can go on as the same household."""
        return [
            Claim(home, self.known[home].created_at, _anchors(self.lain.get(home, ())))
            for home in self._of(scope)
        ]

    def open(self, scope: Scope) -> str:
        """A new household in the scope's region and layer; its id says nothing."""
        household_id = ids.new_id()
        self._opened.append(
            {
                "id": household_id,
                "region": scope.region,
                "layer": scope.layer,
                "created_at": now(),
                "merged_into": None,
            }
        )
        return household_id

    def point_to_survivors(self, scope: Scope, merged_into: Mapping[str, str]) -> None:
        """Households that were joined to another say which; those that came back do not."""
        for home in self._of(scope):
            survivor = merged_into.get(home)
            if survivor != self.known[home].merged_into:
                self._pointed.append({"home": home, "survivor": survivor})

    def write(self, connection: Connection) -> None:
        """Writes what was opened and pointed."""
        if self._opened:
            connection.execute(households.insert(), self._opened)
        if self._pointed:
            connection.execute(
                update(households)
                .where(households.c.id == bindparam("home"))
                .values(merged_into=bindparam("survivor")),
                self._pointed,
            )

    def _of(self, scope: Scope) -> list[str]:
        return sorted(
            home
            for home in scope.households
            if home in self.known and self.known[home].region == scope.region
        )


def homes_of(connection: Connection, scopes: Sequence[Scope]) -> Homes:
    """Reads the households of these scopes with all that lies or lay in them."""
    wanted = {home for scope in scopes for home in scope.households}
    known: dict[str, _Home] = {}
    lain: dict[str, list[_Lay]] = defaultdict(list)
    for chunk in chunks(wanted):
        for home, *told in connection.execute(
            select(
                households.c.id,
                households.c.region,
                households.c.created_at,
                households.c.merged_into,
            ).where(households.c.id.in_(chunk))
        ):
            known[home] = _Home(*told)
        for row in connection.execute(
            select(*(bundlings.c[name] for name in _Lay._fields)).where(
                bundlings.c.household_id.in_(chunk), bundlings.c.basis != "concerns"
            )
        ):
            lain[row[0]].append(_Lay(*row))
    return Homes(known, lain)


def _anchors(rows: Sequence[_Lay]) -> tuple[tuple[str, str], ...]:
    """What a household holds, or held when it was merged; the signal it had first comes first,
    through whatever joins, corrections and returns there were since."""
    first: dict[str, str] = {}
    for row in rows:
        first[row.signal_id] = min(first.get(row.signal_id, row.recorded_at), row.recorded_at)
    held = [row for row in rows if row.ended_at is None]
    if not held:
        merged = [row for row in rows if row.end_reason == "merged"]
        last = max((row.ended_at or "" for row in merged), default="")
        held = [row for row in merged if row.ended_at == last]
    found = sorted((first[row.signal_id], row.signal_id, row.mention_id) for row in held)
    return tuple((signal, mention) for _, signal, mention in found)
