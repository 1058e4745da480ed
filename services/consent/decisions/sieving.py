"""Many records decided at once: filters of one moment, for what the caller has at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.consent.decisions.judge import Judge
from services.consent.decisions.questions import Asked, Asker, BadQuestion, Clusters
from services.consent.decisions.sitting import Key, coverage_of
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

    @property
    def key(self) -> Key:
        """See sitting.key_of."""
        return (*self.asker.key, self.purpose)

    def knows_all_of(self, questions: Iterable[Asked]) -> bool:
        """Do the filters' consents and restrictions decide these questions too?"""
        known = self.mentions
        if known is None:
            return True
        with suppress(BadQuestion):
            return all(
                known.issuperset(subject.mentions)
                for question in questions
                for subject in (question.subjects if "subjects" in question.given else ())
            )
        return False

    def to_json(self) -> dict[str, Any]:
        """What is recorded beside the questions, enough to make the filters again."""
        return {
            "asker": self.asker.to_json(),
            "purpose": self.purpose,
            "actions": list(self.actions),
            "clusters": self.clusters,
        }


def sieve_judge(
    connection: Connection,
    engine: Engine,
    sieve: Sieve,
    at: datetime,
    revision: int | None = None,
) -> Judge:
    """Who makes the filters. `revision` looks back to the consents as recorded then."""
    coverage = coverage_of(connection, sieve.asker, sieve.purpose, at, sieve.mentions, revision)
    return Judge(engine, sieve.asker, sieve.purpose, at, coverage)


def filters_of(judge: Judge, actions: Iterable[str]) -> dict[str, Members]:
    """By action the members of its filter; NOTHING for one that has none."""
    return {action: _filter(judge, action) for action in actions}


def _filter(judge: Judge, action: str) -> Members:
    try:
        return judge.filter(action)
    except (FactsError, NoFilter):
        return NOTHING
