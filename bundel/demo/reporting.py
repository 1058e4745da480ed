"""How one event becomes a signal: who writes it, about whom, in which words, with what ticked."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bundel.demo import bsn, narratives, rates
from bundel.demo.model import Mention, Reporter, Signal, Source, Statement, Tie
from bundel.demo.people import Household, Person, chance
from bundel.demo.records import RecordKeeping
from shared.clock import DUTCH_TIME

POLICE, VEILIG_THUIS, YOUTH_CARE = "police", "veilig_thuis", "youth_care"
SOURCES = {
    ("utrecht", POLICE): Source.POLICE_UTRECHT,
    ("utrecht", VEILIG_THUIS): Source.VEILIG_THUIS_UTRECHT,
    ("utrecht", YOUTH_CARE): Source.YOUTH_CARE_UTRECHT,
    ("gooi-en-vechtstreek", POLICE): Source.POLICE_GOOI,
    ("gooi-en-vechtstreek", VEILIG_THUIS): Source.VEILIG_THUIS_GOOI,
}
PROFESSIONS = (
    "leerkracht", "intern begeleider", "wijkverpleegkundige", "maatschappelijk werker",
    "schuldhulpverlener", "pedagogisch medewerker", "verloskundige", "jeugdverpleegkundige",
)  # fmt: skip
_PREFIX = {POLICE: "PL0900", VEILIG_THUIS: "VT", YOUTH_CARE: "JH"}
_SPEAKING_AGE = 4


@dataclass(frozen=True)
class Event:
    """Something that happened: counted once, whoever tells it."""

    day: date
    serious: bool
    agency: str  # who tells it first


@dataclass(frozen=True)
class _Cast:
    """Who a signal is about: the child in it, if any; whether the other adult is known."""

    child: Person | None
    unknown: bool


class Reporting:
    """Writes the signals about one household and keeps the truth of who each mention is."""

    def __init__(self, rng: random.Random, household: Household, today: date) -> None:
        self._rng = rng
        self._household = household
        self._midnight = datetime.combine(today, time(0), tzinfo=DUTCH_TIME)
        self._records = {
            agency: RecordKeeping(rng) for agency in (POLICE, VEILIG_THUIS, YOUTH_CARE)
        }
        self._numbers = 0
        self._casts: dict[str, _Cast] = {}
        self.truth: dict[tuple[str, str, str], str] = {}

    def signal(self, event: Event) -> Signal:
        """The first signal of an event."""
        rng, house, agency = self._rng, self._household, event.agency
        reference = self._reference(agency, event.day)
        cast = self._casts[reference] = self._cast(event)
        fragments, category = self._content(event, cast)
        moment = datetime.combine(
            event.day, time(rng.randint(7, 23), rng.randrange(60)), tzinfo=DUTCH_TIME
        )
        slowest = 300 if agency == POLICE else 2800  # minutes until it is written down
        reported = min(
            moment + timedelta(minutes=rng.randint(20, slowest)),
            self._midnight - timedelta(minutes=5),
        )
        moment = min(moment, reported)
        loose: tuple[datetime | date | str, ...] = (moment, event.day, f"{event.day:%Y-%m}")
        police, informed = agency == POLICE, rng.random() < 0.6
        return Signal(
            source=SOURCES[house.region, agency],
            reference=reference,
            reported=reported,
            category=category,
            severity=self._severity(event),
            occurred=moment if police else rng.choice(loose),
            statements=self._statements(fragments, event, cast),
            mentions=self._hurried(event, self._mentions(event, agency, reference, cast)),
            ties=self._ties(event.day, cast),
            addressed_to=self._addressed_to(event, cast),
            place=rng.choice(
                ("home", "home", "home", "street", "school" if cast.child else "home")
            ),
            violence_forms=self._forms(event),
            pattern="divorce" if house.apart_on(event.day) and rng.random() < 0.4 else "unknown",
            origin_incident=reference if police else "",
            reporter=self._reporter(event, category),
            kindcheck=self._kindcheck(),
            informal_care_check=rng.choice(("no", "unknown")),
            informed=informed,
            informed_reason="" if informed else "Nog niet besproken vanwege de veiligheid.",
            police_article=("8" if rng.random() < 0.9 else "13") if police else "",
            first_processed=event.day if police else None,
        )

    def relay(self, signal: Signal, event: Event) -> Signal:
        """The same incident, passed on by Veilig Thuis with its own records of people."""
        cast = self._casts[signal.reference]
        reference = self._reference(VEILIG_THUIS, event.day)
        told = "Politie meldt een voorval in de huiselijke kring; zie het signaal van de politie."
        return replace(
            signal,
            source=SOURCES[self._household.region, VEILIG_THUIS],
            reference=reference,
            reported=min(
                signal.reported + timedelta(hours=self._rng.randint(4, 60)),
                self._midnight - timedelta(minutes=4),
            ),
            category="report",
            statements=(Statement("fact", told),),
            mentions=self._mentions(event, VEILIG_THUIS, reference, cast),
            ties=self._ties(event.day, cast),
            addressed_to="VT",
            relayed_from=(signal.source, signal.reference),
            reporter=Reporter("agency"),
            police_article="",
            first_processed=None,
        )

    def _reference(self, agency: str, day: date) -> str:
        self._numbers += 1
        return f"{_PREFIX[agency]}-{day.year}-{self._household.index:06d}-{self._numbers:03d}"

    def _cast(self, event: Event) -> _Cast:
        rng = self._rng
        born = [child for child in self._household.children if child.birth <= event.day]
        child = rng.choice(born) if born else None
        if event.agency != YOUTH_CARE and not chance(rng, rates.CHILD_PRESENT):
            child = None
        return _Cast(child, event.agency == POLICE and chance(rng, rates.UNKNOWN_PERPETRATOR))

    def _statements(
        self, fragments: narratives.Fragments, event: Event, cast: _Cast
    ) -> tuple[Statement, ...]:
        house = self._household
        given = {
            "a": house.first.given,
            "b": "een onbekende" if cast.unknown else house.second.given,
        }
        speakers = {"a": "p1"} if cast.unknown else {"a": "p1", "b": "p2"}
        if cast.child is not None:
            given["c"] = cast.child.given
            if cast.child.age_on(event.day) >= _SPEAKING_AGE:
                speakers["c"] = "p3"
        female = not cast.unknown and house.second.sex == "female"
        return narratives.tell(self._rng, fragments, given, speakers, other_is_woman=female)

    def _mentions(
        self, event: Event, agency: str, reference: str, cast: _Cast
    ) -> tuple[Mention, ...]:
        source, records = SOURCES[self._household.region, agency], self._records[agency]
        mentions = []
        for ref, person, roles in self._named(event, agency, cast):
            mentions.append(records.mention(person, ref, roles, event.day))
            self.truth[str(source), reference, ref] = person.key
        if cast.unknown:
            mentions.append(Mention("p2", ("perpetrator",), sex="unknown"))
        return tuple(mentions)

    def _hurried(self, event: Event, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """An acute signal is taken as it comes, a mistyped number in it; others are refused."""
        if not (event.serious and event.agency == POLICE):
            return mentions
        return tuple(
            replace(mention, bsn=bsn.spoiled(mention.bsn))
            if mention.bsn and chance(self._rng, rates.WRONG_BSN)
            else mention
            for mention in mentions
        )

    def _named(
        self, event: Event, agency: str, cast: _Cast
    ) -> Iterator[tuple[str, Person, tuple[str, ...]]]:
        house = self._household
        mutual = house.mutual and not event.serious
        yield "p1", house.first, ("both",) if mutual else ("victim",)
        if not cast.unknown:
            role = "both" if mutual else "perpetrator"
            apart = house.apart_on(event.day)
            yield "p2", house.second, (role, "ex_partner") if apart else (role,)
        if cast.child is not None:
            yield "p3", cast.child, ("child_witness",)
            if agency != POLICE:
                rest = [c for c in house.children if c is not cast.child and c.birth <= event.day]
                for place, child in enumerate(rest):
                    yield f"p{4 + place}", child, ("child_witness",)
        if house.new_partner and house.apart_on(event.day) and self._rng.random() < 0.4:
            yield "p8", house.new_partner, ("step_parent" if house.children else "other",)
        if house.other_father and agency == YOUTH_CARE and cast.child is house.children[0]:
            yield "p9", house.other_father, ("family_member",)

    def _ties(self, day: date, cast: _Cast) -> tuple[Tie, ...]:
        house = self._household
        ties: list[Tie] = []
        if not cast.unknown:
            if house.apart_on(day):
                ties.append(Tie("p1", "p2", "ex_partner", house.together_since, house.separated_on))
            else:
                ties.append(Tie("p1", "p2", "partner", house.together_since))
        if cast.child is not None:
            ties.append(Tie("p1", "p3", "parent_child"))
            stepchild = house.other_father is not None and cast.child is house.children[0]
            if not cast.unknown:
                ties.append(Tie("p2", "p3", "step_parent" if stepchild else "parent_child"))
        return tuple(ties)

    def _content(self, event: Event, cast: _Cast) -> tuple[narratives.Fragments, str]:
        draw = self._rng.random()
        if event.agency == YOUTH_CARE:
            treated = draw < 0.12 and cast.child is not None
            return (
                (narratives.TREATMENT, "treatment") if treated else (narratives.YOUTH_CARE, "care")
            )
        if event.agency == VEILIG_THUIS:
            if draw < 0.12:
                return narratives.VT_HEALTH, "health"
            return (
                (narratives.VT_ASSESSMENT, "assessment")
                if draw < 0.4
                else (narratives.VT_REPORT, "report")
            )
        return self._police_content(event, draw)

    def _police_content(self, event: Event, draw: float) -> tuple[narratives.Fragments, str]:
        if draw < 0.06:
            return narratives.POLICE_CONCLUSION, "safety_conclusion"
        if event.serious:
            return narratives.POLICE_SERIOUS, "criminal" if draw < 0.4 else "incident"
        if self._household.apart_on(event.day):
            return narratives.POLICE_AFTER_PARTING, "incident"
        return narratives.POLICE_QUARREL, "incident"

    def _severity(self, event: Event) -> str:
        if event.serious:
            return "acute" if event.agency == POLICE else "structural"
        return self._rng.choice(
            {
                POLICE: ("incidental", "incidental", "structural"),
                YOUTH_CARE: ("structural", "incidental", "suspicion"),
                VEILIG_THUIS: ("suspicion", "structural", "incidental"),
            }[event.agency]
        )

    def _forms(self, event: Event) -> tuple[str, ...]:
        rng = self._rng
        forms = {"psychological"} if rng.random() < 0.9 else set()
        if event.serious or rng.random() < 0.35:
            forms.add("physical")
        if self._household.apart_on(event.day) and rng.random() < 0.4:
            forms.add("stalking")
        for form, share in (
            ("threat", 0.2),
            ("verbal", 0.5),
            ("financial", 0.1),
            ("property", 0.1),
        ):
            if rng.random() < share:
                forms.add(form)
        return tuple(sorted(forms or {"verbal"}))

    def _kindcheck(self) -> str:
        if chance(self._rng, rates.KINDCHECK_UNKNOWN):
            return "unknown"
        return "yes" if self._household.children else "no"

    def _addressed_to(self, event: Event, cast: _Cast) -> str:
        draw = self._rng.random()
        if event.agency == VEILIG_THUIS or self._household.region != "utrecht":
            return "VT"
        if event.serious and draw < 0.12:
            return "ZVH"
        return "NAZ" if cast.child is not None and draw > 0.9 else "VT"

    def _reporter(self, event: Event, category: str) -> Reporter:
        rng = self._rng
        if event.agency == POLICE or category == "assessment":
            return Reporter("agency")
        if event.agency == YOUTH_CARE:
            weighing = "cannot_organise"
            return Reporter("professional", "open", "jeugdhulpverlener", "", "", 5, weighing)
        if category == "health":
            weighing = "unsafe"
            return Reporter("professional", "shielded", "huisarts", "", "", 5, weighing)
        if rng.random() < 0.5:
            weighing = "no_result"
            profession = rng.choice(PROFESSIONS)
            step = rng.choice((4, 5))
            return Reporter("professional", "open", profession, "", "", step, weighing)
        visibility = "shielded" if chance(rng, rates.SHIELDED_REPORTER) else "open"
        return Reporter(rng.choice(("private", "private", "family")), visibility)
