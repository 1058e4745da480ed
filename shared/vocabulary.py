"""The words of the field that services exchange. Dutch terms: see docs/glossary.md."""

from __future__ import annotations

from enum import StrEnum


class Agency(StrEnum):
    POLICE = "police"
    YOUTH_CARE = "youth_care"
    VEILIG_THUIS = "veilig_thuis"
    ZVH = "zvh"  # Zorg- en Veiligheidshuis
    MUNICIPALITY = "municipality"
    BUNDEL = "bundel"  # Bundel's own services and officers


class Role(StrEnum):
    SOURCE = "source"  # a source system
    COORDINATOR = "coordinator"
    DESK = "desk"
    CONSENT_OFFICER = "consent_officer"
    PRIVACY_OFFICER = "privacy_officer"
    ADMINISTRATOR = "administrator"
    SERVICE = "service"  # one of Bundel's own services


class LegalContext(StrEnum):
    VT_TASK = "vt_task"  # Wmo 2015 art. 4.1.1
    ZVH_WGS = "zvh_wgs"  # WGS art. 2.26
    GI_MEASURE = "gi_measure"  # Jeugdwet art. 7.3.11(4)
    YOUTH_COUNCIL = "youth_council"  # Jeugdwet art. 2.3, 2.4
    CONSENT = "consent"
    VIR = "vir"  # Jeugdwet par. 7.1
    NONE = "none"  # actors without a case context: officers, services


class Purpose(StrEnum):
    SAFETY_ASSESSMENT = "safety_assessment"
    CASE_COORDINATION = "case_coordination"
    ACUTE_PROTECTION = "acute_protection"
    FEEDBACK = "feedback"
    OVERSIGHT = "oversight"
    SUBJECT_ACCESS = "subject_access"
    PARTNER_HISTORY = "partner_history"
    STATISTICS = "statistics"
    INTAKE = "intake"
    TRIAGE = "triage"  # the desk: review links, assign a coordinator
    ADMINISTRATION = "administration"


class Category(StrEnum):
    """What a signal's content is, for the rules: the heaviest kind in it decides."""

    INCIDENT = "incident"  # what happened, as police or a helper saw it
    CARE = "care"  # youth-care file data
    TREATMENT = "treatment"  # treatment content of a child or adult (WGBO, Jeugdwet)
    HEALTH = "health"  # what a doctor or nurse knows
    CRIMINAL = "criminal"  # arrest, suspicion of an offence (AVG art. 10)
    REPORT = "report"  # a report made to Veilig Thuis
    ASSESSMENT = "assessment"  # Veilig Thuis' own file: safety assessment, investigation
    SAFETY_CONCLUSION = "safety_conclusion"  # restraining order, contact ban: the outcome only


class Severity(StrEnum):
    ACUTE = "acute"
    SPONTANEOUS_DISCLOSURE = "spontaneous_disclosure"  # treated as acute
    STRUCTURAL = "structural"
    INCIDENTAL = "incidental"
    SUSPICION = "suspicion"


class Region(StrEnum):
    """Demonstration regions: Veilig Thuis works in 25; three are enough to show the borders."""

    UTRECHT = "utrecht"
    GOOI = "gooi-en-vechtstreek"
    ROTTERDAM = "rotterdam-rijnmond"
