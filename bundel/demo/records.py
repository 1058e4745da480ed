"""How agencies write people down: incomplete, misspelt, twice, under another name.

Each source system keeps its own record of a person and copies it into every signal. A share of the
persons has two records in a source; the truth (who is who) stays with the generator.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date

from bundel.demo import rates
from bundel.demo.model import Mention, Name
from bundel.demo.people import Person, chance

_SWAPS = (
    ("ij", "y"), ("y", "ij"), ("ei", "ij"), ("k", "c"), ("c", "k"), ("ks", "x"), ("ou", "au"),
    ("ie", "i"), ("ss", "s"), ("s", "z"), ("nn", "n"), ("tt", "t"), ("ph", "f"), ("dt", "d"),
    ("oe", "ou"), ("ch", "g"), ("aa", "a"), ("ll", "l"), ("v", "f"), ("é", "e"), ("Ç", "C"),
)  # fmt: skip


def respelled(rng: random.Random, text: str) -> str:
    """The same sound written otherwise; when no rule fits, one letter doubled or dropped."""
    fitting = [(old, new) for old, new in _SWAPS if old in text[1:]]
    if fitting:
        old, new = rng.choice(fitting)
        place = text.index(old, 1)
        return text[:place] + new + text[place + len(old) :]
    return mistyped(rng, text)


def mistyped(rng: random.Random, text: str) -> str:
    """One typing error: two letters swapped, one dropped or one doubled. Short names stay."""
    if len(text) < 4:
        return text
    place = rng.randint(1, len(text) - 2)
    kind = rng.randrange(3)
    if kind == 0 and text[place] != text[place + 1]:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if kind == 1:
        return text[:place] + text[place + 1 :]
    return text[:place] + text[place] + text[place:]


@dataclass(frozen=True)
class Record:
    """One source's record of a person: what it knows and how it spells it."""

    person: Person
    name: Name
    birth_date: str
    number: str
    with_contact: bool
    alias: Name | None

    def mention(self, rng: random.Random, ref: str, roles: tuple[str, ...], day: date) -> Mention:
        """The record copied into a signal on `day`, now and then with a fresh typing error."""
        name = self.name
        if chance(rng, rates.TYPING_ERROR):
            name = replace(name, surname=mistyped(rng, name.surname))
        person = self.person
        return Mention(
            ref=ref,
            roles=roles,
            name=name,
            bsn=self.number,
            birth_date=self.birth_date,
            sex=person.sex,
            addresses=(person.home_on(day),) if self.with_contact else (),
            phones=(person.phone,) if self.with_contact and person.age_on(day) >= 12 else (),
            emails=(person.email,)
            if self.with_contact and person.age_on(day) >= 16 and rng.random() < 0.4
            else (),
            aliases=(self.alias,) if self.alias else (),
        )


class RecordKeeping:
    """The records one source has of the persons of one household."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._records: dict[str, list[Record]] = {}

    def mention(self, person: Person, ref: str, roles: tuple[str, ...], day: date) -> Mention:
        """The person as this source writes them down that day."""
        if person.key not in self._records:
            self._records[person.key] = self._open(person)
        record = self._rng.choice(self._records[person.key])
        return record.mention(self._rng, ref, roles, day)

    @property
    def records(self) -> dict[str, list[Record]]:
        """Person key -> records, to measure how many doubles there are."""
        return self._records

    def _open(self, person: Person) -> list[Record]:
        first = self._record(person, person.name)
        if not chance(self._rng, rates.DOUBLE_RECORD):
            return [first]
        return [first, self._record(person, self._other_name(person))]

    def _record(self, person: Person, name: Name) -> Record:
        rng = self._rng
        if not name.partner_surname or rng.random() < 0.4:
            name = replace(name, partner_surname="", partner_particle="", name_use="own")
        number = "" if chance(rng, rates.WITHOUT_BSN) else person.number
        alias = (
            replace(name, given=person.nickname, initials="")
            if person.nickname and chance(rng, rates.ALIAS)
            else None
        )
        return Record(
            person=person,
            name=name,
            birth_date=str(person.birth.year)
            if chance(rng, rates.PARTIAL_BIRTH_DATE)
            else person.birth.isoformat(),
            number=number,
            with_contact=not chance(rng, rates.MISSING_CONTACT),
            alias=alias,
        )

    def _other_name(self, person: Person) -> Name:
        rng = self._rng
        name = person.name
        kind = rng.randrange(3)
        if kind == 0 and name.particle:
            return replace(name, particle="", surname=respelled(rng, name.surname))
        if kind == 1 and person.nickname:
            return replace(name, given=person.nickname, surname=respelled(rng, name.surname))
        return replace(name, surname=respelled(rng, name.surname))
