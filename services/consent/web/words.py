"""Dutch words for the codes of consents, and what to do about each fault in the form."""

from __future__ import annotations

from shared.problems import Fault
from shared.web import _


def given_by(code: str) -> str:
    words = {
        "self": _("de persoon zelf"),
        "parent": _("één ouder"),
        "both_parents": _("beide ouders met gezag"),
        "guardian": _("wettelijk vertegenwoordiger (voogd, mentor, curator)"),
        "judge": _("de rechter (vervangende toestemming)"),
        "professional_decision": _("één ouder, met een gemotiveerd besluit over de andere"),
    }
    return words.get(code, code)


def evidence(code: str) -> str:
    words = {
        "signed_form": _("ondertekend formulier"),
        "recorded_conversation": _("verslag van een gesprek"),
        "letter": _("brief"),
        "court_order": _("beschikking van de rechter"),
        "authority_register": _("uittreksel gezagsregister"),
    }
    return words.get(code, code)


def reason(code: str) -> str:
    words = {
        "sole_authority": _("deze ouder heeft alleen gezag"),
        "other_parent_unsafe": _("de andere ouder vragen is onveilig"),
        "other_parent_unreachable": _("de andere ouder is niet te bereiken"),
        "child_interest": _("het belang van het kind"),
        "persons_split": _("personen zijn uit elkaar gehaald"),
    }
    return words.get(code) or ended(code)


def ended(code: str) -> str:
    words = {
        "withdrawn_by_person": _("de persoon trekt de toestemming in"),
        "withdrawn_by_representative": _("de vertegenwoordiger trekt de toestemming in"),
        "recorded_in_error": _("ten onrechte vastgelegd"),
    }
    return words.get(code, code)


def band(code: str) -> str:
    words = {
        "under12": _("jonger dan 12"),
        "from12": _("12 tot 16 jaar"),
        "from16": _("16 jaar of ouder"),
        "unknown": _("leeftijd onbekend"),
    }
    return words.get(code, code)


def state(code: str) -> str:
    words = {
        "valid": _("geldt"),
        "not_yet": _("geldt nog niet"),
        "expired": _("verlopen"),
        "doubted": _("eerst bevestigen"),
        "withdrawn": _("ingetrokken"),
    }
    return words.get(code, code)


def event(code: str) -> str:
    words = {
        "given": _("vastgelegd"),
        "renewed": _("verlengd"),
        "withdrawn": _("ingetrokken"),
        "doubted": _("in twijfel na het splitsen van personen"),
        "confirmed": _("bevestigd"),
    }
    return words.get(code, code)


def restricted(code: str) -> str:
    words = {
        "accuracy_contested": _("de betrokkene zegt dat het niet klopt (art. 18 lid 1 onder a)"),
        "unlawful_not_erased": _(
            "het had niet gemogen, en de betrokkene wil niet dat het wordt gewist (onder b)"
        ),
        "needed_for_claim": _("de betrokkene heeft het nodig voor een rechtszaak (onder c)"),
        "objection_pending": _("de betrokkene maakt bezwaar en dat loopt nog (art. 21)"),
    }
    return words.get(code, code)


def lifted(code: str) -> str:
    words = {
        "corrected": _("het is verbeterd"),
        "found_accurate": _("het blijkt te kloppen"),
        "objection_rejected": _("het bezwaar is afgewezen, met reden"),
        "person_agrees": _("de betrokkene vindt het goed"),
        "in_error": _("de beperking was een vergissing"),
    }
    return words.get(code, code)


def _by_field(pointer: str) -> str:
    """What is missing or not understood, for faults of form."""
    words = {
        "mentionId": _("Zoek eerst de persoon: dan staat het kenmerk er al. Het heeft 36 tekens."),
        "purpose": _("Kies waarvoor de gegevens gebruikt mogen worden."),
        "recipientLegalContext": _("Kies het kader van wie de gegevens mag zien."),
        "recipientOrganisation": _(
            "Gebruik de code van de organisatie: kleine letters, cijfers en streepjes,"
            " zoals zvh-utrecht."
        ),
        "categories": _("Kruis ten minste één soort gegevens aan."),
        "givenBy": _("Kies wie de toestemming gaf."),
        "subjectBirthDate": _("Schrijf de geboortedatum als dag, maand en jaar; zij moet bestaan."),
        "ageBand": _("Kies de leeftijd, of vul een geboortedatum in."),
        "reasonCode": _("Kies een reden uit de lijst, of laat haar leeg."),
        "evidence": _("Kies waaruit de toestemming blijkt."),
        "validFrom": _("Schrijf de eerste dag als dag, maand en jaar; hij moet bestaan."),
        "validUntil": _("Schrijf de laatste dag als dag, maand en jaar; hij moet bestaan."),
    }
    return words.get(pointer.strip("/").split("/")[0]) or _("Vul dit veld in of verbeter het.")


def fault(found: Fault) -> str:
    """What to do, in the reader's language. The API tells the same in English."""
    words = {
        ("age", "/givenBy"): _(
            "Dit past niet bij de leeftijd: tot 12 beslissen ouders of voogd, van 12 tot 16 de"
            " jongere zelf (bij behandeling ook de ouders), vanaf 16 alleen de persoon."
        ),
        ("incapable", "/givenBy"): _("Hier beslist de vertegenwoordiger of de rechter."),
        ("one-parent", "/reasonCode"): _(
            "Eén ouder is alleen genoeg met alleen gezag en een uittreksel uit het gezagsregister."
        ),
        ("reason-needed", "/reasonCode"): _("Kies waarom de andere ouder niet is gevraagd."),
        ("court-order", "/evidence"): _("Kies hier de beschikking van de rechter."),
        ("recipient", "/recipientLegalContext"): _("Kies wie de gegevens mag zien."),
        ("period", "/validUntil"): _("De laatste dag ligt voor de eerste."),
        ("past", "/validUntil"): _("Deze dag is voorbij: kies een latere."),
        ("required", "/ageBand"): _("Vul een geboortedatum in of kies een leeftijd."),
        ("contradiction", "/ageBand"): _("De geboortedatum geeft een andere leeftijd."),
        ("impossible", "/subjectBirthDate"): _("Deze geboortedatum kan niet kloppen."),
        ("not-enough", "/name"): _("Vul een achternaam en een geboortedatum in."),
    }
    return words.get((found.code, found.pointer)) or _by_field(found.pointer)
