"""Which stored mentions may be the same human: composite keys, kept only as keyed hashes.

Two mentions that share one key are compared in full. No key holds one field alone, save the BSN
under a kind of its own; every key holds the region, since persons are per region. Addresses enter
only as postcode + house number of comparable addresses: shelter and secret ones never (I8).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from services.signals.linking.description import Description, PartialDate
from services.signals.linking.names import NameForms, call_name, phonetic

# The kind of key and its fields, before hashing.
_Composite: TypeAlias = tuple[str, tuple[str, ...]]


class Keyer(Protocol):
    """services.signals.protection.matchkeys.MatchKeyer."""

    @property
    def generation(self) -> int: ...

    def value(self, kind: str, fields: tuple[str, ...]) -> str: ...


@dataclass(frozen=True)
class MatchKey:
    generation: int
    kind: str
    value: str = field(repr=False)


def match_keys(description: Description, region: str, keyer: Keyer) -> frozenset[MatchKey]:
    """All keys of a mention. A placeholder has none: nobody can be found by a role."""
    result = {
        MatchKey(keyer.generation, kind, keyer.value(kind, (region, *fields)))
        for kind, fields in _composites(description)
        if all(fields)
    }
    bsn = bsn_key(description, keyer)
    return frozenset(result | {bsn}) if bsn else frozenset(result)


def bsn_key(description: Description, keyer: Keyer) -> MatchKey | None:
    """The key of a valid, undisputed BSN; the same in every region, so that a guard can use it."""
    if description.trusted_bsn is None:
        return None
    return MatchKey(keyer.generation, "bsn", keyer.value("bsn", (description.trusted_bsn,)))


def _composites(description: Description) -> set[_Composite]:
    if description.placeholder:
        return set()
    found: set[_Composite] = set()
    for forms in description.forms:
        given = call_name(forms.given[0]) if forms.given else ""
        initial = forms.initials[:1]
        found |= _name_keys(forms, given)
        if description.birth_date is not None:
            found |= _birth_keys(forms, given, initial, description.birth_date, description.sex)
            for address in description.addresses:
                place = f"{address.postcode} {address.house_number}"
                year = str(description.birth_date.year)
                found.add(("place-initial-year", (place, initial, year)))
        for phone in description.phones:
            found.add(("phone-initial", (phone, initial)))
        for address in description.addresses:
            found.add(("place-given", (f"{address.postcode} {address.house_number}", given)))
    return found


def _name_keys(forms: NameForms, given: str) -> set[_Composite]:
    return {("surname-given", (phonetic(core), given)) for core in forms.cores}


def _birth_keys(
    forms: NameForms, given: str, initial: str, birth: PartialDate, sex: str
) -> set[_Composite]:
    found: set[_Composite] = {
        ("surname-initial-year", (phonetic(core), initial, str(birth.year))) for core in forms.cores
    }
    if not birth.full:
        return found
    # Day and month in order of size, so that swapping them still finds the person.
    low, high = sorted((birth.month or 0, birth.day or 0))
    date = f"{birth.year}-{low}-{high}"
    found |= {("surname-birth", (phonetic(core), date)) for core in forms.cores}
    found.add(("given-birth", (given, date)))
    if sex in ("male", "female"):
        found.add(("initial-birth-sex", (initial, date, sex)))
    return found
