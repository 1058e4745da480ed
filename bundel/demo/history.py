"""Months of what happened in one household, and everything that was delivered about it.

Intensity declines after help begins and is higher after parting; how often and by whom it is told
is drawn with the rates of `rates`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from bundel.demo import rates
from bundel.demo.model import Delivery, Signal, Statement, corrected, pushed, withdrawn
from bundel.demo.people import Household, chance
from bundel.demo.reporting import POLICE, VEILIG_THUIS, YOUTH_CARE, Event, Reporting


@dataclass(frozen=True)
class Told:
    """What a household's history gives: deliveries, and the truth that only the generator knows."""

    household: Household
    deliveries: tuple[Delivery, ...]
    # (source, reference, ref) of each mention -> key of the person it really is
    truth: dict[tuple[str, str, str], str] = field(repr=False)


def tell_history(rng: random.Random, household: Household, today: date) -> Told:
    """All deliveries about one household up to the end of yesterday, in the order of time."""
    reporting = Reporting(rng, household, today)
    deliveries: list[Delivery] = []
    for event in _events(rng, household, today):
        signal = reporting.signal(event)
        deliveries.append(pushed(signal))
        if event.agency == POLICE and chance(rng, rates.RELAYED):
            deliveries.append(pushed(reporting.relay(signal, event)))
        deliveries.extend(_afterthoughts(rng, signal, today))
    deliveries.sort(key=lambda delivery: (delivery.at, delivery.key))
    return Told(household, tuple(deliveries), reporting.truth)


def _afterthoughts(rng: random.Random, signal: Signal, today: date) -> list[Delivery]:
    later = signal.reported + timedelta(hours=rng.randint(3, 90))
    if later >= datetime.combine(today, time(0), tzinfo=UTC):
        return []
    if chance(rng, rates.CORRECTED):
        note = Statement("fact", "Aanvulling: tijdstip en volgorde zijn nagevraagd en kloppen.")
        return [corrected(signal, later, (*signal.statements, note))]
    if chance(rng, rates.WITHDRAWN):
        return [withdrawn(signal, later, "wrong_persons")]
    return []


def _events(rng: random.Random, household: Household, today: date) -> list[Event]:
    count = 1
    if chance(rng, rates.REPEATED):
        mean = rates.SIGNALS_WHEN_REPEATED.value
        count = max(2, round(rng.gammavariate(3.0, mean / 3.0)))
    agencies = [_agency(rng, household)]
    several = chance(rng, rates.SECOND_SOURCE)
    while len(agencies) < count:
        agencies.append(_agency(rng, household) if several else agencies[0])
    if several and count > 1 and len(set(agencies)) == 1:
        others = [agency for agency in _agencies(household) if agency != agencies[0]]
        agencies[rng.randrange(1, count)] = rng.choice(others)
    weights = [chance(rng, rates.SERIOUS) for _ in range(count)]
    days = sorted((_day(rng, household, today, serious), serious) for serious in weights)
    return [
        Event(day, serious, agency) for (day, serious), agency in zip(days, agencies, strict=True)
    ]


def _agencies(household: Household) -> tuple[str, ...]:
    # Youth care speaks of children; the second region has no youth-care system here.
    if household.children and household.region == "utrecht":
        return (POLICE, VEILIG_THUIS, YOUTH_CARE)
    return (POLICE, VEILIG_THUIS)


def _agency(rng: random.Random, household: Household) -> str:
    """Drawn so that the mix over all households stays 43/35/22, though youth care needs a child."""
    police, own = rates.POLICE_FIRST.value, rates.VEILIG_THUIS_FIRST.value
    youth = rates.YOUTH_CARE_FIRST.value / (rates.CHILDREN.value * (1 - rates.SECOND_REGION.value))
    if YOUTH_CARE in _agencies(household) and rng.random() < youth:
        return YOUTH_CARE
    return POLICE if rng.random() < police / (police + own) else VEILIG_THUIS


def _day(rng: random.Random, household: Household, today: date, serious: bool) -> date:
    """A day of the last months, more probable where there is more intensity."""
    began = today - timedelta(days=30 * int(rates.MONTHS.value))
    last = (today - began).days - 1
    highest = rates.POST_SEPARATION_FACTOR.value
    while True:
        offset = rng.randrange(last)
        day = began + timedelta(days=offset)
        weight = intensity(offset / last, serious)
        if household.apart_on(day):
            weight *= rates.POST_SEPARATION_FACTOR.value
        if rng.random() * highest < weight:
            return day


def intensity(place: float, serious: bool) -> float:
    """How much happens at `place` (0 = 18 months ago, 1 = now), with 1.0 at the beginning."""
    if serious:
        return 1.0 - (1.0 - rates.SERIOUS_DECLINE.value) * place
    half, whole = rates.DECLINE_FIRST_HALF.value, rates.DECLINE_WHOLE.value
    if place < 0.5:
        return 1.0 - (1.0 - half) * place * 2
    return half - (half - whole) * (place - 0.5) * 2
