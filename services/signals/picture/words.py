"""Words about agencies, organisations and times, for people, in the language spoken now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from services.signals.picture.wording import say, say_count, spoken
from shared.clock import DUTCH_TIME

AGENCIES = {
    "police": "Politie",
    "youth_care": "Jeugdhulp",
    "veilig_thuis": "Veilig Thuis",
    "zvh": "Zorg- en Veiligheidshuis",
    "municipality": "Gemeente",
    "bundel": "Bundel",
}
# Agencies whose name is a common noun: small inside a sentence.
_COMMON = frozenset({"police", "youth_care", "municipality"})
MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september",
    "oktober", "november", "december",
)  # fmt: skip
_DATE_LENGTH = len("2026-03-03")
_LONGEST_HEADLINE = 140


def agency_label(agency: str, *, inside: bool = False) -> str:
    """The agency's name; `inside` a sentence without a capital where it has none."""
    label = say(AGENCIES[agency]) if agency in AGENCIES else agency
    return label.lower() if inside and agency in _COMMON else label


def listed(words: Iterable[str]) -> str:
    """ "a", "a en b", "a, b en c"."""
    found = list(words)
    if len(found) < 2:
        return "".join(found)
    return say("{first} en {last}", first=", ".join(found[:-1]), last=found[-1])


def signals_counted(number: int) -> str:
    """ "1 signaal", "4 signalen"."""
    return say_count("{n} signaal", "{n} signalen", number)


@lru_cache(maxsize=4096)
def start_of(told: str) -> datetime:
    """The first moment a (partial) date or date-time can mean: an aware datetime, for sorting."""
    if len(told) > _DATE_LENGTH:
        moment = datetime.fromisoformat(told)
        return moment if moment.tzinfo else moment.replace(tzinfo=DUTCH_TIME)
    parts = [int(part) for part in told.split("-")] + [1, 1]
    return datetime(parts[0], parts[1], parts[2], tzinfo=DUTCH_TIME)


def when(told: str, now: datetime) -> str:
    """ "vandaag 19.05", "gisteren 16.20", "14 november", "maart 2025": as precise as was told."""
    if not told:
        return ""
    parts = told.split("-")
    if len(parts) == 1:
        return told
    if len(parts) == 2:
        return f"{say(MONTHS[int(parts[1]) - 1])} {parts[0]}"
    moment = start_of(told).astimezone(DUTCH_TIME)
    words = _day(moment.date(), now.astimezone(DUTCH_TIME).date())
    if len(told) <= _DATE_LENGTH:
        return words
    return f"{words} {moment:%H.%M}" if spoken() == "nl" else f"{words} {moment:%H:%M}"


def _day(day: date, today: date) -> str:
    if day == today:
        return say("vandaag")
    if day == today - timedelta(days=1):
        return say("gisteren")
    words = f"{day.day} {say(MONTHS[day.month - 1])}"
    return words if day.year == today.year else f"{words} {day.year}"


def shortened(text: str, longest: int = _LONGEST_HEADLINE) -> str:
    """The first sentence, or as much of it as fits, cut between words."""
    flat = " ".join(text.split())
    for position, character in enumerate(flat[:-1]):
        if character in ".!?" and flat[position + 1] == " " and position > 20:
            flat = flat[: position + 1]
            break
    if len(flat) <= longest:
        return flat
    return flat[: flat.rfind(" ", 0, longest)] + " …"
