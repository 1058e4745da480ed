"""How people and households are called on a page, from the names that visible signals tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from services.signals.intake.records import MentionContent, Name
from services.signals.picture.wording import say

_MOST_IN_A_HOUSEHOLD_NAME = 2


def _joined(*parts: str | None) -> str:
    return " ".join(part.strip() for part in parts if part and part.strip())


def own_surname(name: Name) -> str:
    """Particle and surname as borne in the sentence: "van Dalen"."""
    return _joined(name.particle, name.surname)


def used_surname(name: Name) -> str:
    """The surname as the person uses it (BRP naamgebruik)."""
    own = own_surname(name)
    partner = _joined(name.partner_particle, name.partner_surname)
    if not partner:
        return own
    if name.name_use == "partner":
        return partner
    if name.name_use == "partner_own":
        return "-".join(part for part in (partner, own) if part)
    if name.name_use == "own_partner":
        return "-".join(part for part in (own, partner) if part)
    return own or partner


def leading_surname(name: Name) -> str:
    """The one surname a household is called by: of a double name the part that comes first."""
    partner = _joined(name.partner_particle, name.partner_surname)
    if partner and name.name_use in ("partner", "partner_own"):
        return partner
    return own_surname(name) or partner


def full_name(name: Name | None) -> str:
    """ "Ilse Brandsma"; initials when there is no given name; a neutral word without a name."""
    if name is None:
        return say("Onbekende persoon")
    return _joined(name.given or name.initials, used_surname(name)) or say("Onbekende persoon")


def short_name(name: Name | None) -> str:
    """The given name, for "over Ilse"; else the full name."""
    if name is not None and name.given:
        return name.given
    return full_name(name)


def best_name(contents: Sequence[MentionContent]) -> Name | None:
    """The name most mentions give; of equals the fullest, then the first in the alphabet."""
    told = Counter(content.name for content in contents if content.name is not None)
    if not told:
        return None
    return min(told, key=lambda name: (-told[name], -len(full_name(name)), full_name(name)))


def household_name(surnames: Iterable[tuple[str, int]], number: str) -> str:
    """ "Brandsma", "Van Noord / Smit": surnames of adult members, each with the number of visible
    signals about its bearer. The most frequent among the members first, of equals the one that
    most signals are about. Without any visible surname the case number, which says nothing.
    """
    bearers: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for surname, signals in surnames:
        if surname:
            bearers[surname] += 1
            told[surname] += signals
    if not bearers:
        return say("Zaak {number}", number=number)
    ordered = sorted(bearers, key=lambda one: (-bearers[one], -told[one], one.casefold()))
    return " / ".join(_capital(surname) for surname in ordered[:_MOST_IN_A_HOUSEHOLD_NAME])


def _capital(surname: str) -> str:
    return surname[:1].upper() + surname[1:]
