"""Ages from birth dates that may be partial."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from shared.clients.decisions import band_of


def whole_years(birth_date: str | None, today: date) -> int | None:
    """Age today in whole years, from "2010", "2010-05" or "2010-05-17".

    A partial date that could put someone in two age bands of the consent rules (R18-R20) gives
    None: then nobody's consent is read from it. Elsewhere the lower age.
    """
    if not birth_date:
        return None
    try:
        parts = [int(part) for part in birth_date.split("-")]
        year, month = parts[0], parts[1] if len(parts) > 1 else None
        first = date(year, month or 1, parts[2] if len(parts) > 2 else 1)
        last_month = month or 12
        last_day = parts[2] if len(parts) > 2 else monthrange(year, last_month)[1]
        last = date(year, last_month, last_day)
    except (ValueError, IndexError):
        return None
    youngest, oldest = _years(last, today), _years(first, today)
    if youngest < 0 or band_of(youngest) != band_of(oldest):
        return None
    return youngest


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
