"""Synthetic persons and households: who lives, or lived, with whom. Nothing has happened yet.

A household is a circle of people, never an address: an ex-partner in another house belongs to it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from bundel.demo import bsn, names, rates
from bundel.demo.model import Address, Name
from bundel.demo.places import invent_address, invent_email, invent_phone

PERSONS_PER_HOUSEHOLD = 8  # places kept in the row of numbers, more than any household uses
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Person:
    """One invented human. `key` names them in the truth that belongs to the generated signals."""

    key: str
    name: Name
    birth: date
    sex: str  # male | female
    number: str  # citizen service number
    homes: tuple[tuple[date, Address], ...]  # from when on they live where
    phone: str
    email: str
    nickname: str = ""

    @property
    def given(self) -> str:
        return self.name.given

    def home_on(self, day: date) -> Address:
        """Where they live on that day."""
        current = self.homes[0][1]
        for since, address in self.homes:
            if since <= day:
                current = address
        return current

    def age_on(self, day: date) -> int:
        return (
            day.year - self.birth.year - ((day.month, day.day) < (self.birth.month, self.birth.day))
        )


@dataclass(frozen=True)
class Household:
    """Two adults who are or were partners, children, and who came later.

    `first` is the one harmed most; `mutual` says that both use violence.
    """

    index: int
    region: str
    first: Person
    second: Person
    children: tuple[Person, ...]
    together_since: date
    separated_on: date | None
    new_partner: Person | None
    other_father: Person | None  # of the oldest child, when that is not `second`
    mutual: bool

    @property
    def persons(self) -> tuple[Person, ...]:
        others = (self.new_partner, self.other_father)
        return (self.first, self.second, *self.children, *(p for p in others if p))

    def apart_on(self, day: date) -> bool:
        return self.separated_on is not None and self.separated_on <= day


def chance(rng: random.Random, rate: rates.Rate) -> bool:
    return rng.random() < rate.value


class _Maker:
    """Makes the persons of one household, each with a number of their own."""

    def __init__(self, rng: random.Random, index: int, region: str, today: date) -> None:
        self._rng = rng
        self._index = index
        self._region = region
        self._today = today
        self._made = 0
        self._given: set[str] = set()

    def surname(self) -> tuple[str, str]:
        """Particle and surname."""
        if chance(self._rng, rates.PARTICLE):
            return self._rng.choice(names.PARTICLE_SURNAMES)
        return "", self._rng.choice(names.PLAIN_SURNAMES)

    def person(
        self,
        pool: tuple[str, ...],
        sex: str,
        age: float,
        surname: tuple[str, str],
        homes: tuple[tuple[date, Address], ...],
        partner: tuple[str, str] | None = None,
    ) -> Person:
        rng = self._rng
        given = rng.choice([name for name in pool if name not in self._given])
        self._given.add(given)
        position = self._index * PERSONS_PER_HOUSEHOLD + self._made
        self._made += 1
        particle, last = surname
        name = Name(
            given=given,
            initials=f"{given[0]}." + rng.choice(("", "", f"{rng.choice('ACEHJLMPRSTW')}.")),
            particle=particle,
            surname=last,
            partner_particle=partner[0] if partner else "",
            partner_surname=partner[1] if partner else "",
            name_use=rng.choice(("partner", "partner_own", "own_partner")) if partner else "own",
        )
        return Person(
            key=f"{self._index}.{self._made}",
            name=name,
            birth=self._today - timedelta(days=int(age * _DAYS_A_YEAR) + rng.randint(1, 364)),
            sex=sex,
            number=bsn.numbered(position),
            homes=homes,
            phone=invent_phone(rng),
            email=invent_email(rng, given, last),
            nickname=names.NICKNAMES.get(given, ""),
        )


def invent_household(rng: random.Random, index: int, region: str, today: date) -> Household:
    """One household in `region`, as it is on `today`. The same generator state, the same people."""
    maker = _Maker(rng, index, region, today)
    months = int(rates.MONTHS.value)
    began = today - timedelta(days=30 * months)
    woman_harmed = chance(rng, rates.MALE_PERPETRATOR)
    first_sex, second_sex = ("female", "male") if woman_harmed else ("male", "female")
    first_pool, second_pool = (names.WOMEN, names.MEN) if woman_harmed else (names.MEN, names.WOMEN)
    base_age = rng.triangular(21, 62, 33)
    first_surname, second_surname = maker.surname(), maker.surname()
    while second_surname == first_surname:
        second_surname = maker.surname()
    separated_on = (
        began + timedelta(days=rng.randint(20, 30 * months - 40))
        if chance(rng, rates.SEPARATED)
        else None
    )
    shared_home = invent_address(rng, region)
    first_homes, second_homes = _homes(rng, region, began, separated_on, shared_home)
    married = chance(rng, rates.PARTNER_NAME)
    woman_partner = second_surname if woman_harmed else first_surname
    first = maker.person(
        first_pool, first_sex, base_age, first_surname, first_homes,
        woman_partner if married and woman_harmed else None,
    )  # fmt: skip
    second = maker.person(
        second_pool, second_sex, max(19.0, base_age + rng.gauss(2, 4)), second_surname,
        second_homes, woman_partner if married and not woman_harmed else None,
    )  # fmt: skip
    father_name = second_surname if woman_harmed else first_surname
    children: list[Person] = []
    pool: tuple[str, ...]
    other_father: Person | None = None
    if chance(rng, rates.CHILDREN):
        for _ in range(rng.choices((1, 2, 3, 4), (32, 43, 18, 7))[0]):
            girl = rng.random() < 0.5
            pool, sex = (names.GIRLS, "female") if girl else (names.BOYS, "male")
            oldest_possible = max(1.0, min(17.5, base_age - 18))
            age = rng.triangular(0.2, oldest_possible, min(6.5, oldest_possible * 0.6))
            children.append(maker.person(pool, sex, age, father_name, first_homes))
        if woman_harmed and chance(rng, rates.STEP_CHILD):
            home = ((began - timedelta(days=900), invent_address(rng, region)),)
            other_father = maker.person(names.MEN, "male", base_age + 2, maker.surname(), home)
    new_partner = None
    if separated_on and chance(rng, rates.NEW_PARTNER):
        pool, sex = (names.MEN, "male") if woman_harmed else (names.WOMEN, "female")
        home = ((separated_on, first_homes[-1][1]),)
        new_partner = maker.person(pool, sex, base_age + rng.gauss(1, 5), maker.surname(), home)
    return Household(
        index=index,
        region=region,
        first=first,
        second=second,
        children=tuple(children),
        together_since=began - timedelta(days=rng.randint(200, 4000)),
        separated_on=separated_on,
        new_partner=new_partner,
        other_father=other_father,
        mutual=chance(rng, rates.MUTUAL),
    )


_Homes = tuple[tuple[date, Address], ...]


def _homes(
    rng: random.Random, region: str, began: date, separated_on: date | None, shared: Address
) -> tuple[_Homes, _Homes]:
    """Where the two adults live through the months; after parting one leaves, at times hidden."""
    first: list[tuple[date, Address]] = [(began - timedelta(days=400), shared)]
    second = list(first)
    if chance(rng, rates.MOVED):
        moved = (began + timedelta(days=rng.randint(10, 300)), invent_address(rng, region))
        if separated_on is None or moved[0] < separated_on:
            first.append(moved)
            second.append(moved)
    if chance(rng, rates.PROTECTED_ADDRESS):
        since = separated_on or began + timedelta(days=rng.randint(60, 400))
        first.append((since, invent_address(rng, region, rng.choice(("shelter", "secret")))))
    elif separated_on and rng.random() < 0.5:
        first.append((separated_on, invent_address(rng, region)))
    elif separated_on:
        second.append((separated_on, invent_address(rng, region)))
    return tuple(first), tuple(second)
