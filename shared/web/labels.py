"""The Dutch word for every code that a page shows; english.json has the English by the Dutch."""

from __future__ import annotations

from collections.abc import Mapping

from shared.web.translation import _

LABELS: Mapping[str, Mapping[str, str]] = {
    "agency": {
        "police": "Politie",
        "youth_care": "Jeugdhulp",
        "veilig_thuis": "Veilig Thuis",
        "zvh": "Zorg- en Veiligheidshuis",
        "municipality": "Gemeente",
        "bundel": "Bundel",
    },
    "role": {
        "coordinator": "regisseur",
        "desk": "meldpunt",
        "consent_officer": "toestemmingsfunctionaris",
        "privacy_officer": "privacyfunctionaris",
        "administrator": "beheerder",
        "source": "bronsysteem",
        "service": "dienst van Bundel",
    },
    "purpose": {
        "safety_assessment": "veiligheidsbeoordeling",
        "case_coordination": "casusregie",
        "acute_protection": "bescherming bij acuut gevaar",
        "feedback": "terugkoppeling aan de bron",
        "oversight": "toezicht op inzage",
        "subject_access": "inzageverzoek",
        "partner_history": "partnergeschiedenis",
        "statistics": "statistiek",
        "intake": "ontvangst van signalen",
        "triage": "triage",
        "administration": "beheer",
    },
    "legal_context": {
        "vt_task": "taak Veilig Thuis",
        "zvh_wgs": "samenwerkingsverband Zorg- en Veiligheidshuis",
        "gi_measure": "kinderbeschermingsmaatregel",
        "youth_council": "jeugdtaak gemeente",
        "consent": "toestemming",
        "vir": "verwijsindex",
        "none": "geen casuskader",
    },
    "legal_article": {
        "vt_task": "Wmo 2015 art. 4.1.1",
        "zvh_wgs": "WGS art. 2.26",
        "gi_measure": "Jeugdwet art. 7.3.11 lid 4",
        "youth_council": "Jeugdwet art. 2.3 en 2.4",
        "consent": "AVG art. 6 lid 1 onder a",
        "vir": "Jeugdwet par. 7.1",
        "none": "",
    },
    "severity": {
        "acute": "acuut",
        "spontaneous_disclosure": "spontane onthulling",
        "structural": "structureel",
        "incidental": "incident",
        "suspicion": "vermoeden",
    },
    "statement": {
        "fact": "Feit",
        "statement": "Uitspraak",
        "suspicion": "Vermoeden",
        "opinion": "Oordeel",
        "unclassified": "Onbewerkt",
    },
    "category": {
        "incident": "voorval",
        "care": "jeugdhulpdossier",
        "treatment": "behandelinhoud",
        "health": "gezondheid",
        "criminal": "strafrechtelijk",
        "report": "melding",
        "assessment": "beoordeling Veilig Thuis",
        "safety_conclusion": "veiligheidsconclusie",
    },
    "state": {
        "queued": "wacht op toewijzing",
        "registered": "aangemeld",
        "purpose_tested": "doel getoetst",
        "collecting": "gegevens worden verzameld",
        "active": "loopt",
        "closed": "afgesloten",
    },
    "phase": {
        "direct_safety": "fase 1, directe veiligheid",
        "risk": "fase 2, risico's",
        "recovery": "fase 3, herstel",
    },
    "tie": {
        "partner": "partner",
        "ex_partner": "ex-partner",
        "parent_child": "ouder en kind",
        "sibling": "broer of zus",
        "grandparent": "grootouder",
        "step_parent": "stiefouder",
        "lives_with": "woont samen met",
        "family": "familie",
        "other": "anders",
    },
    "person_role": {
        "victim": "slachtoffer",
        "perpetrator": "pleger",
        "both": "slachtoffer en pleger",
        "child_victim": "kind als slachtoffer",
        "child_witness": "kind als getuige",
        "bystander": "omstander",
        "ex_partner": "ex-partner",
        "step_parent": "stiefouder",
        "family_member": "familielid",
        "other": "anders betrokken",
    },
    "sex": {"male": "man", "female": "vrouw", "other": "anders", "unknown": "onbekend"},
    "violence": {
        "physical": "lichamelijk",
        "psychological": "psychisch",
        "sexual": "seksueel",
        "financial": "financieel",
        "stalking": "belaging",
        "threat": "bedreiging",
        "verbal": "verbaal",
        "neglect": "verwaarlozing",
        "coercive_control": "dwingende controle",
        "digital": "digitaal",
        "property": "vernieling",
        "animal": "dierenmishandeling",
        "exploitation": "uitbuiting",
    },
    "place": {
        "home": "thuis",
        "school": "school",
        "street": "straat",
        "child_handover": "overdracht van kind",
        "work": "werk",
        "online": "online",
        "elsewhere": "elders",
        "unknown": "plaats onbekend",
    },
    "pattern": {
        "situational": "situationeel",
        "intimate_terror": "intieme terreur",
        "violent_resistance": "gewelddadig verzet",
        "mutual_control": "wederzijdse controle",
        "divorce": "scheiding",
        "honour_related": "eergerelateerd",
        "stalking_by_ex": "belaging door ex",
        "unknown": "patroon onbekend",
    },
    "reason": {
        "acute": "Acuut",
        "new": "Nieuw",
        "review": "Beoordelen",
        "term": "Termijn",
        "pattern": "Patroon",
        "quiet": "Rustig",
    },
    "region": {
        "utrecht": "Utrecht",
        "gooi-en-vechtstreek": "Gooi en Vechtstreek",
        "rotterdam-rijnmond": "Rotterdam-Rijnmond",
    },
    "organisation": {
        "vt-utrecht": "Veilig Thuis Utrecht",
        "vt-gooi": "Veilig Thuis Gooi en Vechtstreek",
        "zvh-utrecht": "Zorg- en Veiligheidshuis Utrecht",
        "jeugdteam-utrecht": "Jeugdteam Utrecht",
        "politie-midden-nederland": "Politie Midden-Nederland",
        "jeugdhulp-vecht-en-venen": "Jeugdhulp Vecht en Venen",
        "bundel-utrecht": "Bundel Utrecht",
    },
}


def label(kind: str, code: object) -> str:
    """The word for `code`; a code without a word shows as itself, never as an error (I7)."""
    text = str(code)
    known = LABELS[kind].get(text)
    if known is not None:
        return _(known)
    if kind == "organisation":
        return text.replace("-", " ").title()
    return text.replace("_", " ")


def labels(kind: str, codes: object) -> str:
    """Several codes as one comma-separated text."""
    return ", ".join(label(kind, code) for code in codes)  # type: ignore[attr-defined]
