"""One answer: the rules, applied to the facts sent and the consents in force. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from services.consent.consents.coverage import Coverage
from services.consent.decisions.questions import Asked, Asker, BadQuestion
from services.consent.policy.compiled import Engine, Prepared
from services.consent.policy.condition import Facts
from services.consent.policy.filtering import Test, Way, filter_of
from services.consent.policy.rules import Rule
from services.consent.policy.schema import FactsError
from shared import clock

# What has to hold besides the action itself: nobody views a reporter without viewing the signal.
_IMPLIED = {"view_reporter": "view"}
_REPORTER = "reporter"


@dataclass(frozen=True)
class Answer:
    """`mask`: the rule that keeps content closed, given only when its existence may be told."""

    permitted: bool
    ground: Rule | None = None
    mask: Rule | None = None
    visible_fields: frozenset[str] = frozenset()
    fault: str = ""  # facts | subject | question: a deny because the question was not complete

    def outline(self) -> list[Any]:
        """What is recorded and compared when a decision is made again."""
        return [
            self.permitted,
            self.ground.id if self.ground else "",
            self.mask.id if self.mask else "",
            sorted(self.visible_fields),
        ]


@dataclass(frozen=True)
class Checkable:
    """A permit and everything Cedar needs to confirm it."""

    principal: Mapping[str, Any]
    action: str
    context: Mapping[str, Any]
    resource: Facts


@dataclass
class Judge:
    """Answers for one asker and purpose at one moment. Not kept beyond the request."""

    # Resource types whose name in the interface is not the schema's in lower case.
    type_names: ClassVar[Mapping[str, str]] = {"Candidate": "signal"}

    engine: Engine
    asker: Asker
    purpose: str
    at: datetime
    coverage: Coverage
    permits: list[Checkable] = field(default_factory=list)
    _prepared: dict[str, Prepared] = field(default_factory=dict)

    @property
    def context(self) -> dict[str, Any]:
        return {"purpose": self.purpose, "policeLimitDays": police_limit_days(self.at)}

    def prepared(self, action: str) -> Prepared:
        """The rules narrowed to this asker and action. Raises FactsError."""
        if action not in self._prepared:
            self._prepared[action] = self.engine.prepare(
                self.asker.principal(), action, self.context
            )
        return self._prepared[action]

    def answer(self, asked: Asked) -> Answer:
        """Never raises: what is missing or not understood is a deny (I2)."""
        try:
            cedar_type = self.engine.resource_type(asked.action)
            if asked.resource_type != self.type_names.get(cedar_type, cedar_type.lower()):
                return Answer(False, fault="question")
            facts = self._facts(asked, cedar_type)
            return self._decide(asked.action, facts)
        except (FactsError, BadQuestion):
            return Answer(False, fault="facts")

    def _facts(self, asked: Asked, cedar_type: str) -> Facts:
        if cedar_type != "Signal":
            return self.engine.read_resource(asked.action, asked.given)
        subjects = asked.subjects
        given = dict(asked.given)
        if not isinstance(given.get("restricted"), bool):
            raise FactsError("restricted is missing")
        given["restricted"] = given["restricted"] or self.coverage.is_restricted(subjects)
        given["bands"] = {subject.band for subject in subjects} or {"unknown"}
        given["underGrant"] = self.coverage.is_granted(subjects)
        given["consented"] = self.coverage.consented(subjects, str(given.get("category")))
        return self.engine.read_resource(asked.action, given)

    def _decide(self, action: str, facts: Facts) -> Answer:
        prepared = self.prepared(action)
        verdict = prepared.verdict(facts)
        implied = _IMPLIED.get(action)
        permitted = verdict.permitted and (
            implied is None or self.prepared(implied).verdict(facts).permitted
        )
        if not permitted:
            return Answer(False, mask=self._mask(action, facts))
        self._note(action, facts)
        rule = verdict.ground
        visible = rule.visible_fields if rule is not None and action == "view" else frozenset()
        if visible and self.prepared("view_reporter").verdict(facts).permitted:
            visible |= {_REPORTER}
        return Answer(True, ground=rule, visible_fields=visible)

    def _mask(self, action: str, facts: Facts) -> Rule | None:
        """Why content stays closed; None when the asker may not even know of it."""
        if action not in ("view", "view_reporter"):
            return None
        if not self.prepared("know").verdict(facts).permitted:
            return None
        prepared = self.prepared("view")
        barrier = prepared.verdict(facts).barrier
        if barrier is not None:
            return barrier if barrier.tell else None
        return prepared.nearest(facts)

    def _note(self, action: str, facts: Facts) -> None:
        self.permits.append(Checkable(self.asker.principal(), action, self.context, facts))

    def filter(self, action: str) -> dict[str, Any]:
        """Members of the filter answer. Raises FactsError, NoFilter."""
        result = filter_of(self.prepared(action), self.derived)
        if action == "view":
            reporter = filter_of(self.prepared("view_reporter"), self.derived)
            result["reporter"] = {name: reporter[name] for name in ("anyOf", "noneOf")}
        return result

    def derived(self, name: str, wanted: bool) -> list[Way] | None:
        """How a fact that consent adds itself is told in a filter; None for all other facts."""
        match name:
            case "consented":
                return self._consented_ways(wanted)
            case "underGrant":
                return self._touching(self.coverage.granted, wanted)
            case "restricted":
                return self._restricted_ways(wanted)
            case "bands":
                return []
        return None

    def _consented_ways(self, wanted: bool) -> list[Way]:
        found: list[Way] = []
        for lists in self.coverage.lists():
            category = Test("category", "in", lists.categories)
            if not lists.empty:
                op = "subjectsCovered" if wanted else "subjectsNotCovered"
                found.append((category, Test("subjects", op, dict(lists.by_band))))
            elif not wanted:
                found.append((category,))
        return found

    @staticmethod
    def _touching(mentions: frozenset[str], wanted: bool) -> list[Way]:
        if not mentions:
            return [] if wanted else [()]
        return [(Test("subjects", "subjectsTouch" if wanted else "subjectsNotTouch", mentions),)]

    def _restricted_ways(self, wanted: bool) -> list[Way]:
        own = Test("restricted", "eq", wanted)
        touching = self._touching(self.coverage.restricted, wanted)
        if wanted:
            return [(own,), *touching]
        return [(own, *way) for way in touching]


def police_limit_days(at: datetime) -> int:
    """Police data first processed on or before this day are five years old (Wpg 8(6), 14(2))."""
    return clock.epoch_days(_years_before(at.astimezone(clock.DUTCH_TIME).date(), 5))


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return (day - timedelta(days=1)).replace(year=day.year - years)
