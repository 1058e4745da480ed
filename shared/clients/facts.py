"""Facts about a signal or a case, as they travel with a question to the consent service.

Complete or worthless: a fact of the wrong kind makes `valid()` false, and that is a deny (I2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

FactValue: TypeAlias = str | int | bool | frozenset[str]

# The age bands of Jeugdwet 7.3.4, 7.3.11, 7.3.15 and Wmo 2015 5.3.3 (rules R18-R20).
BANDS = ("under12", "from12", "from16", "unknown")
_OLDEST = 150


def band_of(age: int | None) -> str:
    """The age band of somebody of `age` whole years today; None = not known."""
    if age is None:
        return "unknown"
    if age < 12:
        return "under12"
    return "from12" if age < 16 else "from16"


@dataclass(frozen=True)
class Subject:
    """A person whose consent a rule may need: the cluster's mention ids, age in years today.

    One value may stand in the facts of many signals: what is worked out of it is kept.
    """

    mentions: tuple[str, ...]
    age: int | None = None

    @cached_property
    def band(self) -> str:
        return band_of(self.age)

    @cached_property
    def held(self) -> frozenset[str]:
        """The mentions as a set, to compare with lists of mentions."""
        return frozenset(self.mentions)

    @cached_property
    def valid(self) -> bool:
        """There are mentions, all of them text, and the age is a number somebody can have."""
        return (
            bool(self.mentions)
            and all(isinstance(mention, str) for mention in self.mentions)
            and (self.age is None or (_is_count(self.age) and 0 <= self.age <= _OLDEST))
        )

    def to_json(self, clusters: Clusters | None = None) -> dict[str, object]:
        """With `clusters` the mentions are told there, once, and only named here."""
        if clusters is not None:
            return {"cluster": clusters.name(self.mentions), "age": self.age}
        return {"mentions": list(self.mentions), "age": self.age}


@dataclass
class Clusters:
    """The mentions of each person in a call, under a name that holds in that call only.

    Told with every signal they would grow with the square of a household's signals.
    """

    _names: dict[tuple[str, ...], str] = field(default_factory=dict, repr=False)

    def name(self, mentions: tuple[str, ...]) -> str:
        return self._names.setdefault(mentions, f"c{len(self._names)}")

    def to_json(self) -> dict[str, list[str]]:
        return {name: list(mentions) for mentions, name in self._names.items()}


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 2**53


@dataclass(frozen=True)
class SignalFacts:
    """Everything the rules ask about one signal, seen from one case.

    `first_processed_days`: days since 1970-01-01, 0 = not police data. `coordinators` and
    `named_actors`: token subjects. `subjects`: the persons concerned.
    """

    source_agency: str
    source_organisation: str
    category: str
    region: str
    addressed_to: str  # VT | ZVH | NAZ
    wpg_article: str  # none | 8 | 13 | 9 | 10 | 12
    first_processed_days: int
    case_context: str
    case_state: str
    coordinators: frozenset[str]
    closed_compartment: bool
    named_actors: frozenset[str]
    withheld: bool
    restricted: bool
    conditions: frozenset[str]
    minor_involved: bool
    human_confirmed: bool
    acute: bool
    subjects: tuple[Subject, ...] = field(repr=False)

    @property
    def bands(self) -> frozenset[str]:
        """The age bands of the subjects; nobody known counts as an unknown age."""
        return frozenset(subject.band for subject in self.subjects) or frozenset({"unknown"})

    @cached_property
    def told(self) -> Mapping[str, FactValue]:
        """The facts by their name in the interface, without the subjects."""
        return {
            "sourceAgency": self.source_agency,
            "sourceOrganisation": self.source_organisation,
            "category": self.category,
            "region": self.region,
            "addressedTo": self.addressed_to,
            "wpgArticle": self.wpg_article,
            "firstProcessedDays": self.first_processed_days,
            "caseContext": self.case_context,
            "caseState": self.case_state,
            "coordinators": self.coordinators,
            "closedCompartment": self.closed_compartment,
            "namedActors": self.named_actors,
            "withheld": self.withheld,
            "restricted": self.restricted,
            "conditions": self.conditions,
            "minorInvolved": self.minor_involved,
            "humanConfirmed": self.human_confirmed,
            "acute": self.acute,
            "bands": self.bands,
        }

    def values(self) -> Mapping[str, FactValue]:
        return self.told

    @cached_property
    def _valid(self) -> bool:
        return all(subject.valid for subject in self.subjects) and _kinds_valid(self.told)

    def valid(self) -> bool:
        """Every fact is of its kind. The codes themselves are checked against the schema."""
        return self._valid

    def to_json(self, clusters: Clusters | None = None) -> dict[str, Any]:
        body = _jsonable(self.told)
        del body["bands"]  # derived: the consent service works it out itself
        body["subjects"] = [subject.to_json(clusters) for subject in self.subjects]
        return body


@dataclass(frozen=True)
class CaseFacts:
    """What the rules ask about a case itself."""

    case_context: str
    case_state: str
    region: str
    coordinators: frozenset[str]
    closed_compartment: bool
    named_actors: frozenset[str]

    @property
    def subjects(self) -> tuple[Subject, ...]:
        return ()

    def values(self) -> Mapping[str, FactValue]:
        return {
            "caseContext": self.case_context,
            "caseState": self.case_state,
            "region": self.region,
            "coordinators": self.coordinators,
            "closedCompartment": self.closed_compartment,
            "namedActors": self.named_actors,
        }

    def valid(self) -> bool:
        return _kinds_valid(self.values())

    def to_json(self, _clusters: Clusters | None = None) -> dict[str, Any]:
        return _jsonable(self.values())


@dataclass(frozen=True)
class TransferFacts(CaseFacts):
    """What the rules ask about a case that is handed over: the case, and to whom (subjects)."""

    successors: frozenset[str] = frozenset()

    def values(self) -> dict[str, FactValue]:
        return {**CaseFacts.values(self), "successors": self.successors}


@dataclass(frozen=True)
class PlaceFacts:
    """What the rules ask about something that belongs to a desk: a held message
    (`addressedContext`) or persons taken apart (`caseContext`)."""

    region: str
    context: str
    name: str  # of the context, as the rules call it

    def to_json(self, _clusters: Clusters | None = None) -> dict[str, Any]:
        return {"region": self.region, self.name: self.context}


_BOOLEANS = frozenset(
    {"closedCompartment", "withheld", "restricted", "minorInvolved", "humanConfirmed", "acute"}
)
_SETS = frozenset({"coordinators", "namedActors", "conditions", "bands", "successors"})
_COUNTS = frozenset({"firstProcessedDays"})


def _kinds_valid(values: Mapping[str, FactValue]) -> bool:
    return all(_kind_valid(name, value) for name, value in values.items())


def _kind_valid(name: str, value: object) -> bool:
    if name in _BOOLEANS:
        return isinstance(value, bool)
    if name in _COUNTS:
        return _is_count(value)
    if name in _SETS:
        return isinstance(value, frozenset) and all(isinstance(item, str) for item in value)
    return isinstance(value, str)


def _jsonable(values: Mapping[str, FactValue]) -> dict[str, Any]:
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in values.items()
    }
