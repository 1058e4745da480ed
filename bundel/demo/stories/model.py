"""What a story is: who says what and when, what people then do, and what each may see of it.

Expectations are data: the tests read them, and so can a reader who wants to know what is promised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bundel.demo import bsn
from bundel.demo.model import Address, Delivery, Mention, Name, Signal, pushed
from bundel.demo.people import PERSONS_PER_HOUSEHOLD
from bundel.demo.population import STORY_BLOCK
from shared.clock import DUTCH_TIME


class Context(StrEnum):
    """The legal contexts in which the stories' cases stand."""

    VT = "vt_task"
    ZVH = "zvh_wgs"
    YOUTH = "youth_council"


@dataclass(frozen=True)
class Assignment:
    """A desk worker gives the household's case in this context to a coordinator (user names).

    `surname`: what the household is found by in this queue, when that is not the story's own name.
    """

    desk: str
    coordinator: str
    context: Context
    region: str = "utrecht"
    surname: str = ""


TO_VT = Assignment("s.kaya", "m.dejong", Context.VT)
TO_ZVH = Assignment("l.smit", "t.maas", Context.ZVH)  # with purpose test and collection before it
TO_YOUTH = Assignment("d.bakker", "j.prins", Context.YOUTH)
TO_GOOI = Assignment("n.peters", "k.bos", Context.VT, "gooi-en-vechtstreek")


@dataclass(frozen=True)
class ConsentGiven:
    """Recorded by the consent officer about the mention `ref` of every named signal.

    `withdrawn`: it is withdrawn again while the demonstration is loaded.
    """

    references: tuple[str, ...]
    ref: str
    recipient: Context
    categories: tuple[str, ...]
    given_by: str  # self | parent | both_parents | guardian | judge | professional_decision
    birth_date: date
    evidence: str = "signed_form"
    withdrawn: bool = False


@dataclass(frozen=True)
class Hidden:
    """None of `texts` may reach `viewer`: not on the work list, in the picture, by search, on any
    page. `absent`: the viewer does not even know that there is a household."""

    viewer: str
    texts: tuple[str, ...]
    why: str
    absent: bool = False


@dataclass(frozen=True)
class Masked:
    """`viewer` learns that there is something (at least `count` items) and why it is not shown."""

    viewer: str
    count: int
    why: str


@dataclass(frozen=True)
class Shown:
    """All of `texts` are in the picture that `viewer` opens."""

    viewer: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """The decision service says no to `action` on the signal `reference` for this purpose."""

    viewer: str
    reference: str
    action: str
    purpose: str
    why: str


Expectation = Hidden | Masked | Shown | Refused


@dataclass(frozen=True)
class Story:
    number: int
    id: str
    household: str  # how people speak of it; the surname the household is found by
    reading: str  # the right reading, in one sentence
    signals: tuple[Signal, ...]
    assignments: tuple[Assignment, ...]
    consents: tuple[ConsentGiven, ...] = ()
    named_actors: tuple[str, ...] = ()  # of the closed compartment
    expectations: tuple[Expectation, ...] = ()

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        return tuple(sorted((pushed(s) for s in self.signals), key=lambda d: (d.at, d.key)))

    def expected(self, kind: type[Expectation]) -> tuple[Expectation, ...]:
        return tuple(each for each in self.expectations if isinstance(each, kind))


@dataclass(frozen=True)
class Calendar:
    """Days told from the day of loading: "yesterday at 16.20", "the last third of March"."""

    today: date

    def ago(self, days: int, hour: int = 12, minute: int = 0) -> datetime:
        """That many days before today, at a Dutch hour."""
        return self._at(self.day_ago(days), hour, minute)

    def day_ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def last(self, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
        """The latest such day that lies before today."""
        found = date(self.today.year, month, day)
        if found >= self.today:
            found = date(self.today.year - 1, month, day)
        return self._at(found, hour, minute)

    def last_weekday(self, weekday: int, hour: int = 12, minute: int = 0) -> datetime:
        """The latest such weekday (0 = Monday) that lies before today."""
        back = (self.today.weekday() - weekday) % 7 or 7
        return self.ago(back, hour, minute)

    def born(self, years: int, month: int, day: int) -> date:
        """A birth date that makes someone `years` old today."""
        birth = date(self.today.year - years, month, day)
        had_it = (month, day) <= (self.today.month, self.today.day)
        return birth if had_it else date(birth.year - 1, month, day)

    def _at(self, day: date, hour: int, minute: int) -> datetime:
        return datetime.combine(day, time(hour, minute), tzinfo=DUTCH_TIME)


@dataclass(frozen=True)
class Character:
    """Someone in a story. `place` is their place in the story's row of numbers (0..7)."""

    story: int
    place: int
    name: Name
    birth: date
    sex: str
    home: Address | None = None
    phone: str = ""

    @property
    def number(self) -> str:
        household = STORY_BLOCK.start + self.story
        return bsn.numbered(household * PERSONS_PER_HOUSEHOLD + self.place)

    def as_(
        self,
        ref: str,
        *roles: str,
        name: Name | None = None,
        with_number: bool = True,
        home: Address | None = None,
    ) -> Mention:
        """How one signal names them; another `name` is another spelling, `home` another address."""
        address = home or self.home
        return Mention(
            ref=ref,
            roles=roles,
            name=name or self.name,
            bsn=self.number if with_number else "",
            birth_date=self.birth.isoformat(),
            sex=self.sex,
            addresses=(address,) if address else (),
            phones=(self.phone,) if self.phone else (),
        )
