"""Many records decided at once: filters of one moment, for what the caller has at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.consent.decisions.judge import Judge
from services.consent.decisions.questions import Asked, Asker, Clusters
from services.consent.decisions.sitting import coverage_of
from services.consent.policy.compiled import Engine
from services.consent.policy.filtering import NoFilter
from services.consent.policy.schema import FactsError

Members = Mapping[str, Any]
# The filter that lets nothing through.
NOTHING: Members = {"anyOf": [], "noneOf": [], "demands": []}


@dataclass(frozen=True)
class Sieve:
    """What is asked: filters on signals for one actor and purpose, and decisions beside them.

    `clusters`: the mentions of the persons at hand, by name. The filters list no other mentions and
    are of no use for records about others. None: they list every mention of the region.
    """

    asker: Asker
    purpose: str
    actions: tuple[str, ...]
    clusters: Clusters | None = field(default=None, repr=False)
    questions: tuple[Asked | None, ...] = ()

    @property
    def mentions(self) -> set[str] | None:
        """All that the filters may list; None = no limit."""
        return set().union(*self.clusters.values()) if self.clusters is not None else None

    def to_json(self) -> dict[str, Any]:
        """What is recorded beside the questions, enough to make the filters again."""
        return {
            "asker": self.asker.to_json(),
            "purpose": self.purpose,
            "actions": list(self.actions),
            "clusters": self.clusters,
        }


def filters_for(
    connection: Connection,
    engine: Engine,
    sieve: Sieve,
    at: datetime,
    revision: int | None = None,
) -> dict[str, Members]:
    """By action the members of its filter; NOTHING for one that has none. `revision` looks back to
    the consents as recorded then."""
    coverage = coverage_of(connection, sieve.asker, sieve.purpose, at, sieve.mentions, revision)
    judge = Judge(engine, sieve.asker, sieve.purpose, at, coverage)
    return {action: _filter(judge, action) for action in sieve.actions}


def _filter(judge: Judge, action: str) -> Members:
    try:
        return judge.filter(action)
    except (FactsError, NoFilter):
        return NOTHING
