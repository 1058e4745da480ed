"""Streets and towns for invented addresses: the names are common, the combinations are made up."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bundel.demo.model import Address


@dataclass(frozen=True)
class TownArea:
    city: str
    first_postcode: int
    last_postcode: int


AREAS = {
    "utrecht": (
        TownArea("Utrecht", 3511, 3585),
        TownArea("Amersfoort", 3811, 3829),
        TownArea("Nieuwegein", 3431, 3439),
        TownArea("Zeist", 3701, 3709),
        TownArea("Woerden", 3441, 3449),
        TownArea("Houten", 3991, 3995),
        TownArea("Veenendaal", 3901, 3907),
    ),
    "gooi-en-vechtstreek": (
        TownArea("Hilversum", 1211, 1223),
        TownArea("Bussum", 1401, 1406),
        TownArea("Huizen", 1271, 1277),
        TownArea("Weesp", 1381, 1384),
    ),
}
STREETS = (
    "Abrikozenstraat", "Akkerwinde", "Amstellaan", "Beatrixlaan", "Berkenlaan", "Boterbloem",
    "Burgemeester Reigerweg", "Cederstraat", "De Gouden Ploeg", "Dotterbloem", "Eikenlaan",
    "Esdoornstraat", "Fazantenkamp", "Frans Halsstraat", "Geraniumplein", "Goudenregenlaan",
    "Graspieper", "Haydnlaan", "Hazelaarstraat", "Heideveld", "Irislaan", "Jasmijnstraat",
    "Kamperfoelie", "Kerkweg", "Klaproosstraat", "Kolibrie", "Korenbloem", "Kwartellaan",
    "Lijsterbeslaan", "Lindenlaan", "Meerkoet", "Merelstraat", "Molenweg", "Nachtegaal",
    "Oude Dijk", "Papaverhof", "Parelgras", "Populierendreef", "Ransuil", "Rietgors", "Rozenlaan",
    "Schubertlaan", "Sering", "Sint Jansweg", "Sperwer", "Tjalk", "Tulpstraat", "Valkenkamp",
    "Veldzuring", "Vermeerstraat", "Vlierlaan", "Vuurtorenpad", "Waterlelie", "Wilgenlaan",
    "Wulpstraat", "Zilverlinde", "Zonnedauw",
)  # fmt: skip
# The letters of a Dutch postcode: SA, SD and SS are never given out.
_LETTERS = "ABCDEGHJKLMNPRSTVWXZ"
_NEVER = {"SA", "SD", "SS"}


def invent_address(rng: random.Random, region: str, kind: str = "residence") -> Address:
    """An address that exists nowhere on purpose: street, number and postcode drawn apart."""
    area = rng.choice(AREAS[region])
    letters = rng.choice(_LETTERS) + rng.choice(_LETTERS)
    while letters in _NEVER:
        letters = rng.choice(_LETTERS) + rng.choice(_LETTERS)
    return Address(
        street=rng.choice(STREETS),
        house_number=rng.randint(1, 289),
        suffix=rng.choice(("", "", "", "", "A", "B")),
        postcode=f"{rng.randint(area.first_postcode, area.last_postcode)}{letters}",
        city=area.city,
        kind=kind,
    )


def invent_phone(rng: random.Random) -> str:
    """A number outside the blocks handed out for mobile telephones (061 to 065, 068)."""
    return f"+31600{rng.randint(0, 999_999):06d}"


def invent_email(rng: random.Random, given: str, surname: str) -> str:
    """An address under .invalid, which leads nowhere (RFC 2606)."""
    plain = "".join(
        c for c in f"{given}.{surname}".lower() if c.isascii() and (c.isalpha() or c == ".")
    )
    return f"{plain}{rng.randint(1, 99)}@post.invalid"
