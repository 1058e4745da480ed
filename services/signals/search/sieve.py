"""A filter asked about many records at once: decided from what is the same for a whole group of
them, and left open where the persons concerned make the difference.

Never widened: what is not certain is OPEN, and is then asked with all facts, one by one (I3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.clients.decisions import Clause, Condition, Filter, MatchedRule, SignalFacts
from shared.clients.facts import FactValue
from shared.clients.filters import FilterError

# Tests on the persons a signal is about: their consents, restrictions and ages.
_ON_PERSONS = frozenset(
    {"subjectsCovered", "subjectsNotCovered", "subjectsTouch", "subjectsNotTouch"}
)
_OF_PERSONS = frozenset({"bands"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """`rule` permits, unless `open`: then only all the facts can tell."""

    rule: MatchedRule | None = None
    open: bool = False


DENIED = Judgement()
OPEN = Judgement(open=True)


def judge(rules: Filter, facts: SignalFacts) -> Judgement:
    """What the filter says of records with these facts, whoever their subjects are (those of
    `facts` are not looked at)."""
    values = facts.values()
    try:
        # Codes of age bands are always known ones: they come from a list, not from a source.
        demands = [one for one in rules.demands if one.field not in _OF_PERSONS]
        if not all(demand.holds(values, ()) for demand in demands):
            return DENIED
        forbidden = [clause for clause in rules.none_of if _may_hold(clause, facts)]
        if any(_certain(clause) for clause in forbidden):
            return DENIED
        unsure = bool(forbidden)
        for clause in rules.any_of:
            if not _may_hold(clause, facts):
                continue
            if unsure or not _certain(clause):
                return OPEN
            return Judgement(
                MatchedRule(clause.rule_id, clause.article, clause.summary, clause.visible_fields)
            )
    except (FilterError, TypeError, KeyError):
        return DENIED
    return DENIED


def _may_hold(clause: Clause, facts: SignalFacts) -> bool:
    values = facts.values()
    return all(one.holds(values, ()) for one in clause.all_of if not _about_persons(one))


def _certain(clause: Clause) -> bool:
    return not any(_about_persons(one) for one in clause.all_of)


def _about_persons(condition: Condition) -> bool:
    return condition.op in _ON_PERSONS or condition.field in _OF_PERSONS


def possible(rules: Filter, told: Mapping[str, FactValue]) -> bool:
    """Can the filter let through any record of which this much is known? False is certain."""
    try:
        if any(_certain_of(clause, told) and _agrees(clause, told) for clause in rules.none_of):
            return False
        return any(_agrees(clause, told) for clause in rules.any_of)
    except (FilterError, TypeError, KeyError):
        return False


def _certain_of(clause: Clause, told: Mapping[str, FactValue]) -> bool:
    return all(one.field in told and not _about_persons(one) for one in clause.all_of)


def _agrees(clause: Clause, told: Mapping[str, FactValue]) -> bool:
    """Everything in the clause that is about what is told holds."""
    return all(
        one.holds(told, ())
        for one in clause.all_of
        if one.field in told and not _about_persons(one)
    )
