"""Dates and times in words, as people in the Netherlands read them.

Event times may be partial ("2026", "2026-03"): what is not known is not shown. All clock times are
Dutch local time, written with a full stop ("19.05") in Dutch and a colon in English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared import clock
from shared.web.translation import _, language

MONTHS_NL = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_NL = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september",
    "oktober", "november", "december",
)  # fmt: skip
LONG_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
DAYS_NL = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_YEAR = re.compile(r"^\d{4}$")
_MONTH = re.compile(r"^(\d{4})-(\d{2})$")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")

Precision = str  # "year" | "month" | "day" | "time"


@dataclass(frozen=True)
class Moment:
    """A point in time as precisely as it is known. `at` is the earliest moment it can mean."""

    at: datetime  # in Dutch time
    precision: Precision


def moment_of(value: str | date | datetime) -> Moment:
    """Reads a partial date, a date or a date-time. Raises ValueError on anything else."""
    if isinstance(value, datetime):
        return Moment(value.astimezone(clock.DUTCH_TIME), "time")
    if isinstance(value, date):
        return Moment(_midnight(value), "day")
    if _YEAR.match(value):
        return Moment(_midnight(date(int(value), 1, 1)), "year")
    if found := _MONTH.match(value):
        return Moment(_midnight(date(int(found[1]), int(found[2]), 1)), "month")
    if _DAY.match(value):
        return Moment(_midnight(date.fromisoformat(value)), "day")
    moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError("a date-time needs an offset")
    return Moment(moment.astimezone(clock.DUTCH_TIME), "time")


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.DUTCH_TIME)


def time_of_day(value: datetime) -> str:
    """19.05 (Dutch) or 19:05 (English)."""
    local = value.astimezone(clock.DUTCH_TIME)
    point = "." if language() == "nl" else ":"
    return f"{local.hour}{point}{local.minute:02d}"


def short_month(month: int) -> str:
    return (MONTHS_NL if language() == "nl" else MONTHS_EN)[month - 1]


def day_month(day: date) -> str:
    """14 nov, or 14 nov 2025 when it is another year than this one."""
    text = f"{day.day} {short_month(day.month)}"
    return text if day.year == clock.today().year else f"{text} {day.year}"


def when(value: str | date | datetime | None) -> str:
    """vandaag 19.05, gisteren 16.20, 14 nov, 14 nov 2025, mrt 2026, 2026; "" for nothing."""
    if value is None or value == "":
        return ""
    moment = moment_of(value)
    day = moment.at.date()
    if moment.precision == "year":
        return str(day.year)
    if moment.precision == "month":
        return f"{short_month(day.month)} {day.year}"
    today = clock.today()
    if day not in (today, today - timedelta(days=1)):
        return day_month(day)
    word = _("vandaag") if day == today else _("gisteren")
    return f"{word} {time_of_day(moment.at)}" if moment.precision == "time" else word


def when_exactly(value: str | date | datetime | None) -> str:
    """As `when`, and with the time of day on other days too when it is known."""
    if value is None or value == "":
        return ""
    text = when(value)
    moment = moment_of(value)
    recent = clock.today() - timedelta(days=1) <= moment.at.date() <= clock.today()
    if moment.precision != "time" or recent:
        return text
    return f"{text}, {time_of_day(moment.at)}"


def month_year(value: str | date | datetime | None) -> str:
    """feb 26: enough for "since"."""
    if value is None or value == "":
        return ""
    moment = moment_of(value)
    if moment.precision == "year":
        return str(moment.at.year)
    return f"{short_month(moment.at.month)} {moment.at.year % 100:02d}"


def long_day(value: datetime) -> str:
    """zaterdag 21 november."""
    local = value.astimezone(clock.DUTCH_TIME)
    days, months = (DAYS_NL, LONG_NL) if language() == "nl" else (DAYS_EN, LONG_EN)
    return f"{days[local.weekday()]} {local.day} {months[local.month - 1]}"


def ago(value: datetime) -> str:
    """How long ago in words: zojuist, 3 uur geleden, gisteren, 2 dagen geleden."""
    hours = int((clock.now() - value).total_seconds() // 3600)
    days = (clock.today() - value.astimezone(clock.DUTCH_TIME).date()).days
    if hours < 1:
        return _("zojuist")
    if days < 1 or hours < 12:
        return _("{n} uur geleden", n=hours)
    if days == 1:
        return _("gisteren")
    if days < 14:
        return _("{n} dagen geleden", n=days)
    if days < 60:
        return _("{n} weken geleden", n=days // 7)
    return _("{n} maanden geleden", n=days // 30)
