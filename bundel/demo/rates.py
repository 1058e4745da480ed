"""Every number the generator draws with, and where it comes from. Nothing is drawn with another.

Sources, by the letters used below:
  [G4]  Verwey-Jonker Instituut, evaluation of domestic violence in the four large cities, 2009-2014
  [MK]  Movisie, Kenniskaart (ex-)partnergeweld voor sociaal professionals, 2023
  assumption: no source gives it; chosen to be plausible, and said so here
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """`value` is a share (0..1), a factor or a mean; `low`..`high` is what a large sample must
    stay between (the test holds the generator to it)."""

    value: float
    source: str
    low: float
    high: float


def _share(value: float, source: str, slack: float = 0.05) -> Rate:
    return Rate(value, source, value - slack, value + slack)


# Who tells first, and how often it happens again
POLICE_FIRST = _share(0.43, "[G4] s.9.3.1: reached help after police intervention, 43%")
VEILIG_THUIS_FIRST = _share(0.35, "assumption: split of the rest over the two other sources")
YOUTH_CARE_FIRST = _share(0.22, "assumption: split of the rest over the two other sources")
REPEATED = Rate(0.6, "[MK]: more than half of the cases repeats", 0.5, 0.75)
SECOND_SOURCE = Rate(
    0.73, "[G4] t.7.3: 73% dealt with two or more institutions in a year (proxy)", 0.63, 0.83
)
SIGNALS_WHEN_REPEATED = Rate(
    6.0, "assumption: no source counts signals in a household (mean)", 4.5, 7.5
)
RELAYED = _share(0.25, "assumption: a police signal also arrives through Veilig Thuis")
MONTHS = Rate(18, "[G4]: three measurements over 18 months", 18, 18)

# The household
CHILDREN = Rate(0.65, "assumption between 0.6 and 0.7: [G4] selected on children (1.0)", 0.6, 0.7)
MEAN_CHILDREN = Rate(2.0, "[G4] s.3.2: mean two children", 1.7, 2.3)
CHILD_PRESENT = Rate(0.8, "[G4] s.2.1: more than 80% of the children witness it", 0.74, 0.86)
SEPARATED = Rate(0.683, "[G4] t.9.2: 68.3% separated", 0.63, 0.74)
NEW_PARTNER = _share(0.2, "assumption: of the separated, a new partner in the circle")
STEP_CHILD = _share(0.15, "assumption: one child has another father, outside the household")
MALE_PERPETRATOR = Rate(0.85, "assumption near [MK]: two thirds of victims are women", 0.8, 0.9)
MUTUAL = _share(0.25, "assumption well below [G4] t.4.6: what is reported is less often mutual")

# How it goes on
DECLINE_FIRST_HALF = Rate(0.65, "[G4] t.4.9: 79 incidents a year against 122", 0.65, 0.65)
DECLINE_WHOLE = Rate(0.59, "[G4] t.4.9: 72 incidents a year against 122", 0.59, 0.59)
SERIOUS_DECLINE = Rate(
    0.9, "assumption: [G4] s.4.5 says serious physical violence hardly declines", 0.9, 0.9
)
POST_SEPARATION_FACTOR = Rate(
    1.46, "[G4] s.6.1.3: 139 incidents a year apart, 95 together", 1.46, 1.46
)
SERIOUS = _share(0.22, "assumption near [G4] t.4.5: serious physical is 15 of 90 incidents")

# How agencies write people down
DOUBLE_RECORD = Rate(0.125, "assumption: 'many' doubles; between 10 and 15%", 0.10, 0.15)
MISSING_CONTACT = Rate(0.15, "assumption: between 10 and 20%", 0.10, 0.20)
WITHOUT_BSN = _share(0.35, "assumption: police and private reports often lack it", 0.08)
TYPING_ERROR = _share(0.04, "assumption: one letter wrong in a name", 0.03)
WRONG_BSN = Rate(0.01, "assumption: a number mistyped in an acute signal", 0.0, 0.03)
PARTIAL_BIRTH_DATE = _share(0.05, "assumption: only the year is known", 0.03)
UNKNOWN_PERPETRATOR = _share(0.06, "assumption: police did not learn who it was", 0.04)
PARTNER_NAME = _share(
    0.45, "assumption: a married woman registered under her husband's name too", 0.1
)
PARTICLE = _share(0.2, "assumption: common share of names with a particle", 0.08)
ALIAS = _share(0.06, "assumption: a nickname or earlier name written down", 0.04)
MOVED = _share(0.2, "assumption: moved within the 18 months", 0.08)
PROTECTED_ADDRESS = Rate(
    0.1, "assumption: [G4] 20% start in a shelter, half of the addresses written down", 0.05, 0.15
)
CORRECTED = _share(0.03, "assumption: a signal is corrected", 0.02)
WITHDRAWN = Rate(0.01, "assumption: a signal is withdrawn", 0.0, 0.025)
SECOND_REGION = Rate(0.1, "assumption: enough in a second region to show its borders", 0.07, 0.13)
KINDCHECK_UNKNOWN = _share(0.15, "assumption: the form left it open")

# What a private person tells Veilig Thuis
SHIELDED_REPORTER = Rate(
    0.5, "assumption: half of the private reporters wish not to be named", 0.35, 0.65
)


def all_rates() -> dict[str, Rate]:
    """Every rate by its name, for the documentation and the test."""
    return {name: rate for name, rate in globals().items() if isinstance(rate, Rate)}
