"""What is wrong with a held message in words: the place and the fault, never a bare code."""

from __future__ import annotations

import re

from shared.web.labels import LABELS, label
from shared.web.translation import _

# Members whose values are codes that a page can show in words, and from which the desk chooses.
CHOICES = {
    "category": "category",
    "place": "place",
    "severity": "severity",
    "sex": "sex",
    "pattern": "pattern",
}
WHOLE, TRUTH, LISTED = (
    frozenset({"houseNumber", "meldcodeStep"}),
    frozenset({"informed", "bsnDisputed", "feedbackWanted"}),
    frozenset({"violenceForms", "roles", "conditions"}),
)
YES_OR_NO = TRUTH | {"kindcheck", "informalCareCheck"}


def member_words() -> dict[str, str]:
    """Each member's name as people say it."""
    return {
        "sourceReference": _("kenmerk van de afzender"),
        "kind": _("soort"),
        "addressedTo": _("voor wie"),
        "reportedAt": _("gemeld op"),
        "region": _("regio"),
        "category": _("soort inhoud"),
        "severity": _("ernst"),
        "occurredFrom": _("gebeurd op"),
        "occurredTo": _("gebeurd tot"),
        "place": _("plaats"),
        "violenceForms": _("vormen van geweld"),
        "pattern": _("patroon"),
        "statements": _("uitspraak"),
        "text": _("tekst"),
        "by": _("door wie gezegd"),
        "persons": _("persoon"),
        "ref": _("aanduiding"),
        "roles": _("rollen"),
        "name": _("naam"),
        "given": _("voornaam"),
        "initials": _("voorletters"),
        "particle": _("tussenvoegsel"),
        "surname": _("achternaam"),
        "birthDate": _("geboortedatum"),
        "sex": _("geslacht"),
        "bsn": _("BSN"),
        "addresses": _("adres"),
        "street": _("straat"),
        "houseNumber": _("huisnummer"),
        "postcode": _("postcode"),
        "city": _("woonplaats"),
        "phones": _("telefoon"),
        "emails": _("e-mail"),
        "ties": _("relatie"),
        "from": _("van"),
        "to": _("naar"),
        "since": _("sinds"),
        "until": _("tot"),
        "reporter": _("melder"),
        "visibility": _("zichtbaarheid"),
        "profession": _("beroep"),
        "kindcheck": _("kindcheck"),
        "informalCareCheck": _("mantelzorgcheck"),
        "informed": _("geïnformeerd"),
        "reason": _("reden"),
        "police": _("politiegegevens"),
        "article": _("artikel van de Wpg"),
        "firstProcessed": _("eerst verwerkt op"),
        "evidence": _("bewijsstuk"),
        "requests": _("vraag"),
        "answer": _("antwoord"),
        "conditions": _("voorwaarden van de bron"),
        "feedbackWanted": _("terugkoppeling gewenst"),
        "compartment": _("compartiment"),
    }


def where(pointer: str) -> str:
    """A place in the message: "persoon 1, geboortedatum"; what is not known shows as it is."""
    if not pointer:
        return _("het bericht")
    words = member_words()
    found: list[str] = []
    for part in pointer.split("/")[1:]:
        if part.isdigit() and found:
            found[-1] = f"{found[-1]} {int(part) + 1}"
        else:
            found.append(words.get(part, part.replace("~1", "/").replace("~0", "~")))
    return ", ".join(found)


def what(code: str) -> str:
    """What is wrong, and what to do."""
    words = {
        "missing": _("ontbreekt"),
        "null": _("is leeg"),
        "blank": _("is leeg"),
        "wrong-type": _("heeft een verkeerde vorm"),
        "unknown-member": _("hier staat iets dat Bundel niet kent"),
        "unknown-code": _("deze waarde kent Bundel niet: kies een andere"),
        "length": _("is te kort of te lang"),
        "count": _("zijn er te veel of te weinig"),
        "form": _("heeft een verkeerde vorm"),
        "date": _("is geen bestaande datum (schrijf 2026-03-03)"),
        "date-time": _("is geen bestaand tijdstip (schrijf 2026-03-03T21:40:00+01:00)"),
        "too-early": _("ligt te ver terug"),
        "in-future": _("ligt in de toekomst"),
        "range": _("is te groot of te klein"),
        "not-unique": _("komt twee keer voor"),
        "before-start": _("ligt voor het begin"),
        "unknown-ref": _("wijst naar iemand die er niet bij staat"),
        "self-tie": _("wijst naar dezelfde persoon"),
        "bsn": _("is geen geldig BSN"),
        "bad-character": _("bevat een teken dat niet mag"),
        "no-such-place": _("bestaat niet in dit bericht"),
    }
    return words.get(code, _("klopt niet"))


def last(pointer: str) -> str:
    return pointer.rpartition("/")[2]


def value(pointer: str, text: str) -> str:
    """What the message says in a place: codes that pages know in words, all else as it is."""
    if last(pointer) in YES_OR_NO:
        return {"true": _("ja"), "yes": _("ja"), "false": _("nee"), "no": _("nee")}.get(text, text)
    kind = CHOICES.get(last(pointer), "")
    if not kind and pointer.startswith("/violenceForms/"):
        kind = "violence"
    if not kind and "/roles/" in pointer:
        kind = "person_role"
    return label(kind, text) if kind and text in LABELS[kind] else text


def options(pointer: str) -> list[tuple[str, str]]:
    """(code, word) to choose from for this place; empty where the desk writes."""
    kind = CHOICES.get(last(pointer), "")
    if last(pointer) == "addressedTo":
        return [("VT", "Veilig Thuis"), ("ZVH", _("Zorg- en Veiligheidshuis")), ("NAZ", "NAZ")]
    return [(code, label(kind, code)) for code in LABELS[kind]] if kind else []


def typed(pointer: str, text: str) -> object:
    """What the desk wrote, as the message has it there; None leaves the member out."""
    name, text = last(pointer), text.strip()
    inside = pointer.split("/")
    if not text:
        return None
    if name in WHOLE and re.fullmatch(r"-?\d{1,9}", text):
        return int(text)
    if name in TRUTH and "name" not in inside:
        return {
            "ja": True,
            "yes": True,
            "true": True,
            "nee": False,
            "no": False,
            "false": False,
        }.get(text.casefold(), text)
    if name in LISTED:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def returned(reason: str) -> str:
    """Why the desk sends a message back."""
    return {
        "not-readable": _("niet te lezen"),
        "wrong-addressee": _("voor een ander bestemd"),
        "misses-too-much": _("er ontbreekt te veel"),
        "not-acute": _("niet acuut: lever opnieuw aan zonder fouten"),
    }.get(reason, reason)
