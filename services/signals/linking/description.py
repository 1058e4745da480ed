"""What a mention says about a human, in the clear and only in memory: what is compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from services.signals.linking.names import NameForms, PersonName, fold, forms_of

# Kinds of address that may be compared. Shelter and secret addresses are keys for nothing (I8).
COMPARABLE_ADDRESSES = frozenset({"residence", "postal", "registered"})
_DATE = re.compile(r"^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")


@dataclass(frozen=True)
class PlainAddress:
    """Postcode and house number find a Dutch address; the street is not needed."""

    postcode: str
    house_number: str
    suffix: str = ""

    @property
    def key(self) -> str:
        return f"{self.postcode}|{self.house_number}|{self.suffix}"


@dataclass(frozen=True)
class PartialDate:
    """A birth date of which month or day may be unknown."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def full(self) -> bool:
        return self.month is not None and self.day is not None

    @property
    def digits(self) -> str:
        return f"{self.year:04}{self.month or 0:02}{self.day or 0:02}"


@dataclass(frozen=True)
class Description:
    """One mention made comparable. `bsn` is None unless valid; see `disputed`."""

    names: tuple[PersonName, ...] = field(repr=False, default=())
    bsn: str | None = field(repr=False, default=None)
    disputed: bool = False
    birth_date: PartialDate | None = field(repr=False, default=None)
    sex: str = "unknown"  # male | female | other | unknown
    addresses: tuple[PlainAddress, ...] = field(repr=False, default=())
    phones: tuple[str, ...] = field(repr=False, default=())

    @cached_property
    def forms(self) -> tuple[NameForms, ...]:
        """The forms of the name and of each alias, without empty ones."""
        return tuple(forms for forms in map(forms_of, self.names) if not forms.empty)

    @property
    def trusted_bsn(self) -> str | None:
        return None if self.disputed else self.bsn

    @property
    def placeholder(self) -> bool:
        """True for someone without a name: compared with nobody, whatever the role."""
        return not self.forms and self.trusted_bsn is None


def read_date(text: str | None) -> PartialDate | None:
    """2026, 2026-03 or 2026-03-03; `00` parts count as unknown. None when unreadable."""
    found = _DATE.match(text or "")
    if not found:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    if not year:
        return None
    return PartialDate(year, month or None, (day or None) if month else None)


def plain_address(postcode: str | None, house_number: str | None, suffix: str | None) -> (
    PlainAddress | None
):  # fmt: skip
    """A comparable address, or None when postcode or house number is missing."""
    code = re.sub(r"\s+", "", postcode or "").upper()
    number = re.sub(r"\D+", "", str(house_number or ""))
    if not code or not number:
        return None
    return PlainAddress(code, number, fold(suffix or "").replace(" ", ""))


def plain_phone(text: str) -> str | None:
    """The last nine digits: 06-12345678, +31612345678 and 0031612345678 are one number."""
    digits = re.sub(r"\D+", "", text)
    return digits[-9:] if len(digits) >= 9 else None
