"""Fellegi-Sunter weights: how many bits of evidence an agreement or difference is worth.

Provisional: set by hand from published name counts and the error rates found in measurements, not
trained yet. Everything a score depends on besides the two mentions is frozen in here, corpus size
and name frequencies included, so the order in which signals arrive can never change a score.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from services.signals.linking.names import fold

# Bearers per million in the Netherlands, rounded; only names frequent enough to matter.
_SURNAMES = {
    "jong": 5400, "jansen": 4900, "vries": 4600, "berg": 4100, "dijk": 3700, "bakker": 3500,
    "janssen": 3500, "visser": 3200, "smit": 2800, "meijer": 2600, "boer": 2500, "mulder": 2400,
    "groot": 2400, "bos": 2300, "vos": 2000, "peters": 2000, "hendriks": 1900, "leeuwen": 1800,
    "dekker": 1800, "brouwer": 1700, "wit": 1500, "dijkstra": 1500, "smits": 1400, "graaf": 1300,
    "meer": 1300, "linden": 1200, "kok": 1200, "jacobs": 1200, "haan": 1200, "vermeulen": 1100,
    "heuvel": 1100, "veen": 1100, "broek": 1000, "bruijn": 1000, "schouten": 1000, "beek": 1000,
    "willems": 1000, "vliet": 900, "hoekstra": 900, "maas": 900, "verhoeven": 900, "koster": 900,
    "dam": 900, "wal": 800, "prins": 800, "huisman": 800, "yilmaz": 700, "kaya": 600, "singh": 600,
    "ali": 600, "mohamed": 500, "ozturk": 400, "yildiz": 400, "demir": 400,
}  # fmt: skip
_GIVEN = {
    "maria": 30000, "johannes": 26000, "jan": 20000, "johanna": 18000, "anna": 15000,
    "cornelis": 13000, "hendrik": 12000, "willem": 11000, "petrus": 9000, "cornelia": 9000,
    "elisabeth": 9000, "wilhelmina": 8000, "pieter": 8000, "peter": 8000, "catharina": 8000,
    "hendrika": 7000, "gerrit": 7000, "jacobus": 7000, "adriana": 6000, "margaretha": 6000,
    "mohamed": 6000, "wilhelmus": 6000, "antonius": 6000, "hans": 5000, "marie": 5000,
    "henk": 5000, "linda": 4000, "mark": 4000, "patrick": 4000, "dennis": 3500, "fatima": 3000,
    "sander": 2500, "petra": 2500, "sara": 2500, "emma": 2500, "daan": 2000, "lisa": 2500,
}  # fmt: skip


@dataclass(frozen=True)
class Weights:
    """Bits per outcome. Agreement on a name is worth what its rarity says, within bounds."""

    version: str
    corpus_size: int
    surname_rates: Mapping[str, float]
    given_rates: Mapping[str, float]
    rare_surname: float = 1 / 4000
    rare_given: float = 1 / 500
    name_doubt: float = 0.2  # bits lost because a true name is sometimes written otherwise
    given_part: float = 1.0  # bits lost when only a later or one of several names agrees
    given_call_name: float = 3.5
    given_similar: float = 4.0
    given_initial: float = 2.5
    given_different: float = -7.0
    surname_similar: float = 6.0
    surname_sound: float = 4.0
    surname_partner_loss: float = 1.0  # agreement through a partner's name: relatives share it
    surname_different: float = -5.0
    surname_different_may_be_married: float = -2.5
    birth_equal: float = 14.0
    birth_new_year: float = 9.0  # 1 January: what registers write for "unknown day"
    birth_year_month: float = 9.0
    birth_year: float = 5.5
    birth_swapped: float = 10.0
    birth_typing_error: float = 7.0
    birth_different: float = -9.0
    sex_equal: float = 0.9
    sex_different: float = -5.0
    address_equal: float = 10.0
    address_building: float = 8.0  # same number, other or missing suffix
    address_different: float = -0.3
    phone_equal: float = 9.0
    bsn_equal: float = 40.0
    previous_version: float = 12.0  # the uncorrected mention of the same ref was this person
    household_cap: float = 12.0
    person_floor: float = 2.0
    auto_above_corpus: float = 8.7  # 22 bits at 10,000 persons
    review_above_corpus: float = -1.5
    margin: float = 3.0

    @property
    def auto_bits(self) -> float:
        """From here a machine may link by itself: the odds grow with every stranger it meets."""
        return math.log2(self.corpus_size) + self.auto_above_corpus

    @property
    def review_bits(self) -> float:
        """From here a human is asked."""
        return math.log2(self.corpus_size) + self.review_above_corpus

    def surname_bits(self, core: str) -> float:
        return -math.log2(self.surname_rates.get(core, self.rare_surname)) - self.name_doubt

    def given_bits(self, name: str) -> float:
        return -math.log2(self.given_rates.get(name, self.rare_given)) - self.name_doubt


@lru_cache(maxsize=1)
def provisional_weights() -> Weights:
    """The weights in use. A change gets another version: old scores stay readable."""
    return Weights(
        version="provisional-1",
        corpus_size=10_000,
        surname_rates=MappingProxyType(
            {fold(name).replace(" ", ""): count / 1e6 for name, count in _SURNAMES.items()}
        ),
        given_rates=MappingProxyType({fold(name): count / 1e6 for name, count in _GIVEN.items()}),
    )
