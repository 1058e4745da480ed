"""Comparing two mentions field by field. Symmetric, and dependent on nothing but the two."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import OSA, JaroWinkler

from services.signals.linking.description import Description, PartialDate
from services.signals.linking.names import NameForms, call_name, phonetic
from services.signals.linking.weights import Weights

SIMILAR = 0.92
_VERY_SIMILAR = 0.95


@dataclass(frozen=True)
class FieldScore:
    """What one field adds. `reason` is a code for explain.py; `unknown` says nothing."""

    field: str
    bits: float
    reason: str


@dataclass(frozen=True)
class Comparison:
    """All fields of a pair, household evidence capped."""

    fields: tuple[FieldScore, ...]

    @property
    def total(self) -> float:
        return sum(score.bits for score in self.fields)

    @property
    def person_bits(self) -> float:
        """Evidence for this human rather than for someone of the same house or family."""
        return sum(s.bits for s in self.fields if s.field in ("given", "birth_date", "sex"))

    def reason(self, field: str) -> str:
        return next((s.reason for s in self.fields if s.field == field), "unknown")

    def bits(self, field: str) -> float:
        return next((s.bits for s in self.fields if s.field == field), 0.0)


def compare(one: Description, other: Description, weights: Weights) -> Comparison:
    """Every field scored. Shelter and secret addresses are not in a Description at all (I8)."""
    address = _address(one, other, weights)
    phone = _phone(one, other, weights)
    room = weights.household_cap - max(address.bits, 0.0)
    if phone.bits > room:
        phone = FieldScore("phone", max(room, 0.0), phone.reason)
    given, surname = _names(one, other, weights)
    return Comparison(
        (
            _bsn(one, other, weights),
            given,
            surname,
            _birth_date(one.birth_date, other.birth_date, weights),
            _sex(one.sex, other.sex, weights),
            address,
            phone,
        )
    )


def _bsn(one: Description, other: Description, weights: Weights) -> FieldScore:
    if one.bsn is None or other.bsn is None:
        return FieldScore("bsn", 0.0, "unknown")
    disputed = one.disputed or other.disputed
    if one.bsn == other.bsn:
        return FieldScore(
            "bsn", 0.0 if disputed else weights.bsn_equal, "disputed" if disputed else "equal"
        )
    return FieldScore("bsn", 0.0, "different_disputed" if disputed else "different")


def _names(one: Description, other: Description, weights: Weights) -> tuple[FieldScore, FieldScore]:
    """The best pair of a name or alias of one with a name or alias of the other."""
    married = "female" in (one.sex, other.sex) or "unknown" in (one.sex, other.sex)
    pairs = [
        (_given(a, b, weights), _surname(a, b, weights, married))
        for a in one.forms
        for b in other.forms
    ]
    if not pairs:
        return FieldScore("given", 0.0, "unknown"), FieldScore("surname", 0.0, "unknown")
    return max(pairs, key=lambda pair: (pair[0].bits + pair[1].bits, pair[0].reason))


def _given(a: NameForms, b: NameForms, weights: Weights) -> FieldScore:
    bits, reason = _given_bits(a, b, weights)
    return FieldScore("given", bits, reason)


def _given_bits(a: NameForms, b: NameForms, weights: Weights) -> tuple[float, str]:
    written_out = bool(a.given and b.given) and min(len(a.given[0]), len(b.given[0])) > 1
    if not written_out:
        if not a.initials or not b.initials:
            return 0.0, "unknown"
        if a.initials[0] == b.initials[0]:
            return weights.given_initial, "initial"
        return weights.given_different, "different"
    first_a, first_b = a.given[0], b.given[0]
    shared = {name for name in set(a.given) & set(b.given) if len(name) > 1}
    if first_a == first_b or "".join(a.given) == "".join(b.given):
        result = weights.given_bits(first_a), "equal"
    elif shared & {first_a, first_b}:
        rarest = max(weights.given_bits(name) for name in sorted(shared))
        result = min(rarest - weights.given_part, weights.given_similar), "part"
    elif call_name(first_a) == call_name(first_b):
        result = weights.given_call_name, "call_name"
    else:
        result = _given_likeness(first_a, first_b, weights)
    return result


def _given_likeness(first_a: str, first_b: str, weights: Weights) -> tuple[float, str]:
    likeness = JaroWinkler.similarity(first_a, first_b)
    if likeness >= _VERY_SIMILAR:
        return weights.given_similar, "very_similar"
    if likeness >= SIMILAR or phonetic(first_a) == phonetic(first_b):
        return weights.given_similar - 1.0, "similar"
    return weights.given_different, "different"


def _surname(a: NameForms, b: NameForms, weights: Weights, married: bool) -> FieldScore:
    bits, reason = _surname_bits(a, b, weights, married)
    return FieldScore("surname", bits, reason)


def _surname_bits(a: NameForms, b: NameForms, weights: Weights, married: bool) -> tuple[float, str]:
    all_a, all_b = a.own | a.partner, b.own | b.partner
    if not all_a or not all_b:
        return 0.0, "unknown"
    if a.own & b.own:
        return _rarity(a.own & b.own, a, b, weights), "equal"
    if all_a & all_b:
        return _rarity(all_a & all_b, a, b, weights) - weights.surname_partner_loss, "partner"
    # A glued "vandenberg" and "van den berk": the pair of forms that is most alike decides.
    if max(JaroWinkler.similarity(x, y) for x in all_a for y in all_b) >= SIMILAR:
        return weights.surname_similar, "similar"
    if {phonetic(core) for core in a.cores} & {phonetic(core) for core in b.cores}:
        return weights.surname_sound, "sound"
    marriage = weights.surname_different_may_be_married
    return marriage if married else weights.surname_different, "different"


def _rarity(shared: frozenset[str], a: NameForms, b: NameForms, weights: Weights) -> float:
    """The rarity of the name agreed upon; of its core, so that a particle adds nothing."""
    cores = [core for core in (*a.cores, *b.cores) if core in shared] or sorted(shared)
    return max(weights.surname_bits(core) for core in cores)


def _birth_date(one: PartialDate | None, other: PartialDate | None, weights: Weights) -> FieldScore:
    if one is None or other is None:
        return FieldScore("birth_date", 0.0, "unknown")
    bits, reason = _date_bits(one, other, weights)
    return FieldScore("birth_date", bits, reason)


def _date_bits(one: PartialDate, other: PartialDate, weights: Weights) -> tuple[float, str]:
    if not (one.full and other.full):
        return _partial_bits(one, other, weights)
    first_of_year = (1, 1)
    if one == other:
        if (one.month, one.day) == first_of_year:
            result = weights.birth_new_year, "new_year"
        else:
            result = weights.birth_equal, "equal"
    elif one.year == other.year and (one.month, one.day) == (other.day, other.month):
        result = weights.birth_swapped, "swapped"
    elif OSA.distance(one.digits, other.digits) == 1:
        result = weights.birth_typing_error, "typing_error"
    elif one.year == other.year and first_of_year in (
        (one.month, one.day),
        (other.month, other.day),
    ):
        result = weights.birth_year, "year"
    else:
        result = weights.birth_different, "different"
    return result


def _partial_bits(one: PartialDate, other: PartialDate, weights: Weights) -> tuple[float, str]:
    if one.year != other.year:
        return weights.birth_different, "different"
    if one.month is None or other.month is None:
        return weights.birth_year, "year"
    if one.month != other.month:
        return weights.birth_different, "different"
    return weights.birth_year_month, "year_month"


def _sex(one: str, other: str, weights: Weights) -> FieldScore:
    known = {"male", "female"}
    if one not in known or other not in known:
        return FieldScore("sex", 0.0, "unknown")
    if one == other:
        return FieldScore("sex", weights.sex_equal, "equal")
    return FieldScore("sex", weights.sex_different, "different")


def _address(one: Description, other: Description, weights: Weights) -> FieldScore:
    if not one.addresses or not other.addresses:
        return FieldScore("address", 0.0, "unknown")
    if {a.key for a in one.addresses} & {a.key for a in other.addresses}:
        return FieldScore("address", weights.address_equal, "equal")
    buildings = {(a.postcode, a.house_number) for a in one.addresses}
    if buildings & {(a.postcode, a.house_number) for a in other.addresses}:
        return FieldScore("address", weights.address_building, "building")
    # People move: another address is hardly evidence against.
    return FieldScore("address", weights.address_different, "different")


def _phone(one: Description, other: Description, weights: Weights) -> FieldScore:
    if set(one.phones) & set(other.phones):
        return FieldScore("phone", weights.phone_equal, "equal")
    return FieldScore("phone", 0.0, "unknown")
