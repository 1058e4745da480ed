"""The filter extension of the consent service: one answer that decides over many records (I3).

A filter says the same as asking record by record. What it cannot read, it does not let through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from shared.clients.facts import BANDS, CaseFacts, FactValue, SignalFacts, Subject

Facts: TypeAlias = SignalFacts | CaseFacts
# Raises KeyError for a field that the facts lack, TypeError for a value of another kind.
Check: TypeAlias = Callable[[Mapping[str, FactValue], Sequence[Subject]], bool]


class FilterError(ValueError):
    """A filter that cannot be read: it lets nothing through."""


@dataclass(frozen=True)
class Condition:
    """One test on one field. `value` is a plain value, a frozenset, or the lists by age band."""

    field: str
    op: str
    value: Any

    def holds(self, values: Mapping[str, FactValue], subjects: Sequence[Subject]) -> bool:
        """True when the facts meet the condition. Raises FilterError on an unknown field."""
        if self.op in _ON_SUBJECTS:
            return _ON_SUBJECTS[self.op](subjects, self.value)
        if self.field not in values:
            raise FilterError(f"unknown field {self.field}")
        return _ON_VALUES[self.op](values[self.field], self.value)


def _covered(subjects: Sequence[Subject], lists: Mapping[str, frozenset[str]]) -> bool:
    return bool(subjects) and all(
        not lists[subject.band].isdisjoint(subject.held) for subject in subjects
    )


def _touched(subjects: Sequence[Subject], mentions: frozenset[str]) -> bool:
    return bool(mentions) and any(not mentions.isdisjoint(subject.held) for subject in subjects)


_ON_SUBJECTS: Mapping[str, Callable[[Sequence[Subject], Any], bool]] = {
    "subjectsCovered": _covered,
    "subjectsNotCovered": lambda subjects, lists: not _covered(subjects, lists),
    "subjectsTouch": _touched,
    "subjectsNotTouch": lambda subjects, mentions: not _touched(subjects, mentions),
}
_ON_VALUES: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: bool(left == right),
    "ne": lambda left, right: bool(left != right),
    "in": lambda left, right: left in right,
    "notIn": lambda left, right: left not in right,
    "lt": lambda left, right: bool(left < right),
    "le": lambda left, right: bool(left <= right),
    "gt": lambda left, right: bool(left > right),
    "ge": lambda left, right: bool(left >= right),
    "subset": lambda left, right: bool(left <= right),
    "contains": lambda left, right: right in left,
    "notContains": lambda left, right: right not in left,
}


def _check(condition: Condition) -> Check:
    """The test as one function: it runs for each condition of each rule on each record."""
    name, value = condition.field, condition.value
    if condition.op in _ON_SUBJECTS:
        on_subjects = _ON_SUBJECTS[condition.op]
        return lambda _values, subjects: on_subjects(subjects, value)
    match condition.op:  # the commonest are spelt out: a call less
        case "eq":
            return lambda values, _subjects: values[name] == value
        case "ne":
            return lambda values, _subjects: values[name] != value
        case "in":
            return lambda values, _subjects: values[name] in value
    on_values = _ON_VALUES[condition.op]
    return lambda values, _subjects: on_values(values[name], value)


@dataclass(frozen=True)
class Clause:
    """One way a rule permits (in anyOf) or forbids (in noneOf): all conditions hold."""

    rule_id: str
    article: str
    summary: str
    visible_fields: frozenset[str]
    all_of: tuple[Condition, ...]

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        return tuple(_check(condition) for condition in self.all_of)

    def holds(self, values: Mapping[str, FactValue], subjects: Sequence[Subject]) -> bool:
        """Raises KeyError or TypeError for facts that the conditions do not fit."""
        for check in self.checks:  # noqa: SIM110 - half the time of all(...)
            if not check(values, subjects):
                return False
        return True


@dataclass(frozen=True)
class MatchedRule:
    """The rule that lets a record through, and the fields it opens."""

    rule_id: str
    article: str
    summary: str
    visible_fields: frozenset[str]


@dataclass(frozen=True)
class Filter:
    """Which records one actor may know or view for one purpose, now.

    `demands` hold for every record (its codes are known codes). Use it within one request only.
    """

    any_of: tuple[Clause, ...]
    none_of: tuple[Clause, ...]
    demands: tuple[Condition, ...]
    reporter_any_of: tuple[Clause, ...]
    reporter_none_of: tuple[Clause, ...]
    policy_version: str
    revision: int
    decision_id: str

    @staticmethod
    def nothing() -> Filter:
        """The filter that lets nothing through."""
        return Filter((), (), (), (), (), "", 0, "")

    def matches(self, facts: Facts) -> MatchedRule | None:
        """The first rule that permits, or None when none does or a forbidding rule applies."""
        if not facts.valid():
            return None
        values, subjects = facts.values(), facts.subjects
        try:
            for demand in self._demanded:
                if not demand(values, subjects):
                    return None
            for clause in self.none_of:
                if clause.holds(values, subjects):
                    return None
            for clause in self.any_of:
                if clause.holds(values, subjects):
                    fields = clause.visible_fields
                    if fields and self._opens_reporter(values, subjects):
                        fields = fields | {"reporter"}
                    return MatchedRule(clause.rule_id, clause.article, clause.summary, fields)
        except (TypeError, KeyError):
            return None  # a field or a value this filter does not know: nothing is let through
        return None

    @cached_property
    def _demanded(self) -> tuple[Check, ...]:
        return tuple(_check(demand) for demand in self.demands)

    def _opens_reporter(self, values: Mapping[str, FactValue], subjects: Sequence[Subject]) -> bool:
        return any(clause.holds(values, subjects) for clause in self.reporter_any_of) and not any(
            clause.holds(values, subjects) for clause in self.reporter_none_of
        )


def read_filter(body: Any) -> Filter:
    """The filter in an answer of the consent service. Raises FilterError when it cannot be read."""
    try:
        reporter = body.get("reporter") or {"anyOf": [], "noneOf": []}
        return Filter(
            any_of=tuple(_clause(item) for item in body["anyOf"]),
            none_of=tuple(_clause(item) for item in body["noneOf"]),
            demands=tuple(_condition(item) for item in body["demands"]),
            reporter_any_of=tuple(_clause(item) for item in reporter["anyOf"]),
            reporter_none_of=tuple(_clause(item) for item in reporter["noneOf"]),
            policy_version=str(body["policyVersion"]),
            revision=int(body["revision"]),
            decision_id=str(body["decisionId"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FilterError("the filter cannot be read") from error


def _clause(item: Mapping[str, Any]) -> Clause:
    return Clause(
        rule_id=str(item["ruleId"]),
        article=str(item.get("article", "")),
        summary=str(item.get("summary", "")),
        visible_fields=frozenset(item.get("visibleFields", ())),
        all_of=tuple(_condition(part) for part in item["allOf"]),
    )


def _condition(item: Mapping[str, Any]) -> Condition:
    field, op, value = str(item["field"]), str(item["op"]), item["value"]
    if op in ("subjectsCovered", "subjectsNotCovered"):
        return Condition(field, op, {band: frozenset(value[band]) for band in BANDS})
    if op in ("subjectsTouch", "subjectsNotTouch", "in", "notIn", "subset"):
        return Condition(field, op, frozenset(value))
    if op not in _ON_VALUES:
        raise FilterError(f"unknown operation {op}")
    return Condition(field, op, value)
