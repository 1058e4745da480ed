"""Which region a signal belongs to: as told, else by postcode, else the source's own (row 4).

The table holds the demonstration's regions only; a real installation loads that of all 25.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from shared.vocabulary import Region

# First and last four digits of the postcode, ascending, without overlap.
_RANGES: tuple[tuple[int, int, Region], ...] = (
    (1200, 1299, Region.GOOI),  # Hilversum, Laren, Blaricum, Huizen, Wijdemeren
    (1380, 1384, Region.GOOI),  # Weesp
    (1394, 1412, Region.GOOI),  # Nederhorst den Berg, Muiden, Bussum, Naarden
    (2900, 2909, Region.ROTTERDAM),  # Capelle aan den IJssel
    (2980, 2994, Region.ROTTERDAM),  # Ridderkerk, Barendrecht
    (3000, 3199, Region.ROTTERDAM),
    (3400, 3999, Region.UTRECHT),
)
_STARTS = [start for start, _, _ in _RANGES]


def region_of_postcode(postcode: str) -> Region | None:
    """The region of a Dutch postcode (1234AB), or None outside the table."""
    digits = postcode.strip()[:4]
    if not (len(digits) == 4 and digits.isascii() and digits.isdigit()):
        return None
    place = bisect_right(_STARTS, int(digits)) - 1
    if place < 0 or int(digits) > _RANGES[place][1]:
        return None
    return _RANGES[place][2]


def region_for(told: str | None, postcodes: Iterable[str], source_region: str) -> str:
    """`postcodes`: those of the unprotected addresses, in the order of the signal."""
    if told:
        return told
    for postcode in postcodes:
        found = region_of_postcode(postcode)
        if found is not None:
            return found
    return source_region
