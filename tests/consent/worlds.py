"""Worlds for the property tests: an asker, the consents in force, and signals seen from cases.

Mostly things fit together, so that rules do permit; each part is sometimes wrong or unknown.
Each world comes from one number, so a failing one can be repeated.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from hypothesis import strategies as st

from services.consent.consents.coverage import Coverage
from services.consent.consents.model import Evidence, GivenBy, Reason, Terms
from services.consent.decisions.judge import police_limit_days
from services.consent.decisions.questions import Asker
from shared.clients.facts import BANDS, CaseFacts, SignalFacts, Subject
from shared.vocabulary import Agency, Category, LegalContext, Purpose, Region, Role
from tests.consent.facts import NOW, TODAY

T = TypeVar("T")
MENTIONS = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(5)]
PEOPLE = ("ann", "bob")
READING = ("case_coordination", "acute_protection", "safety_assessment")
LIMIT = police_limit_days(NOW)
_UNKNOWN = "unheard_of"
_SEEDS = st.integers(min_value=0, max_value=2**40)
_AT_WORK = (
    ("veilig_thuis", "vt_task"), ("veilig_thuis", "vt_task"), ("zvh", "zvh_wgs"),
    ("municipality", "youth_council"), ("youth_care", "gi_measure"), ("municipality", "consent"),
)  # fmt: skip


@dataclass(frozen=True)
class World:
    asker: Asker
    purpose: str
    coverage: Coverage
    signals: tuple[SignalFacts, ...]
    cases: tuple[CaseFacts, ...]


@dataclass(frozen=True)
class _Dice:
    source: random.Random

    def rarely(self, one_in: int = 12) -> bool:
        return self.source.randrange(one_in) == 0

    def of(self, values: Sequence[T]) -> T:
        return self.source.choice(list(values))

    def usually(self, value: str, others: Sequence[str], one_in: int = 12) -> str:
        """`value`, now and then another code, and once in a while one that nobody knows."""
        if not self.rarely(one_in):
            return value
        return _UNKNOWN if self.rarely(5) else str(self.of(others))

    def some(self, values: Sequence[str], most: int) -> frozenset[str]:
        return frozenset(self.source.sample(list(values), self.source.randint(0, most)))


def worlds() -> st.SearchStrategy[World]:
    return _SEEDS.map(lambda seed: make_world(_Dice(random.Random(seed))))


def rolled(source: random.Random) -> _Dice:
    """The dice of a test that makes its own world."""
    return _Dice(source)


def make_world(dice: _Dice, at_work: tuple[str, str, str] | None = None) -> World:
    """`at_work`: agency, legal context and name of the asker when they are not left to the dice."""
    agency, context, name = at_work or (*dice.of(_AT_WORK), dice.of(PEOPLE))
    asker = Asker(
        "actor",
        name,
        {
            "role": dice.usually("coordinator", list(Role)),
            "organisation": dice.of(["org-a", "org-c"]),
            "agency": dice.usually(agency, list(Agency)),
            "region": dice.usually("utrecht", list(Region)),
            "legalContext": dice.usually(context, list(LegalContext)),
        },
    )
    return World(
        asker=asker,
        purpose=dice.usually(dice.of(READING), list(Purpose)),
        coverage=_coverage(dice, context),
        signals=tuple(_signal(dice, context, name) for _ in range(8)),
        cases=tuple(_case(dice, context, name) for _ in range(4)),
    )


def _state(dice: _Dice, context: str) -> str:
    usual = "collecting" if context == "zvh_wgs" else "active"
    return dice.usually(usual, ["queued", "registered", "active", "collecting", "closed"])


def _coordinators(dice: _Dice, name: str) -> frozenset[str]:
    return dice.some(PEOPLE, 2) if dice.rarely(8) else frozenset({name})


def _signal(dice: _Dice, context: str, name: str) -> SignalFacts:
    agency = dice.usually(dice.of(["police", "youth_care", "veilig_thuis"]), list(Agency))
    of_police = agency == "police"
    conditions = ("not_to_zvh", "not_to_youth", "not_to_police", "own_agency_only", _UNKNOWN)
    return SignalFacts(
        source_agency=agency,
        source_organisation=dice.of(["org-a", "org-b"]),
        category=dice.usually(str(dice.of(list(Category))), list(Category)),
        region=dice.usually("utrecht", list(Region)),
        addressed_to=dice.usually("VT", ["ZVH", "NAZ"]),
        wpg_article=dice.usually("8" if of_police else "none", ["13", "9", "12", "none"]),
        first_processed_days=dice.of([LIMIT + 1, LIMIT + 300, LIMIT, LIMIT - 1, 0])
        if of_police
        else 0,
        case_context=dice.usually(context, list(LegalContext)),
        case_state=_state(dice, context),
        coordinators=_coordinators(dice, name),
        closed_compartment=dice.rarely(8),
        named_actors=dice.some(PEOPLE, 2),
        withheld=dice.rarely(8),
        restricted=dice.rarely(8),
        conditions=dice.some(conditions, 2) if dice.rarely(6) else frozenset(),
        minor_involved=not dice.rarely(4),
        human_confirmed=not dice.rarely(6),
        acute=dice.rarely(2),
        subjects=tuple(_subject(dice) for _ in range(dice.of([0, 1, 1, 1, 2]))),
    )


def _subject(dice: _Dice) -> Subject:
    mentions = dice.source.sample(MENTIONS, dice.of([1, 2, 3]))
    return Subject(tuple(mentions), dice.of([None, 0, 11, 12, 15, 16, 40]))


def _case(dice: _Dice, context: str, name: str) -> CaseFacts:
    return CaseFacts(
        case_context=dice.usually(context, list(LegalContext)),
        case_state=_state(dice, context),
        region=dice.usually("utrecht", list(Region)),
        coordinators=_coordinators(dice, name),
        closed_compartment=dice.rarely(5),
        named_actors=dice.some(PEOPLE, 2),
    )


def _coverage(dice: _Dice, context: str) -> Coverage:
    terms = [make_terms(dice, context) for _ in range(dice.of([0, 2, 6, 12]))]
    return Coverage.of(
        terms,
        restricted=dice.some(MENTIONS, 1) if dice.rarely(4) else frozenset(),
        granted=dice.some(MENTIONS, 2) if dice.rarely(3) else frozenset(),
    )


def make_terms(dice: _Dice, context: str = "vt_task") -> Terms:
    """Terms as they may stand in the ledger, also such as no form would take."""
    return Terms(
        mention_id=dice.of(MENTIONS),
        region="utrecht",
        purpose=dice.of(READING[:2]),
        recipient_context=dice.of([context, context, "zvh_wgs", ""]),
        recipient_organisation=dice.of(["", "", "org-a"]),
        categories=frozenset(str(each) for each in dice.source.sample(list(Category), 4)),
        given_by=dice.of(list(GivenBy)),
        incapable=dice.rarely(5),
        band=dice.of(BANDS),
        reason=dice.of([Reason.NONE, Reason.SOLE_AUTHORITY, Reason.CHILD_INTEREST]),
        evidence=dice.of(list(Evidence)),
        valid_from=TODAY - timedelta(days=dice.of([30, 0, -1])),
        valid_until=TODAY + timedelta(days=dice.of([-1, 0, 90])),
    )


def terms_lists() -> st.SearchStrategy[list[Terms]]:
    """Consents for the ledger tests."""
    return _SEEDS.map(
        lambda seed: [make_terms(_Dice(random.Random(seed + n))) for n in range(seed % 10 + 1)]
    )
