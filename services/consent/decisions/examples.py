"""Examples for the API's description; each is a valid request for the demonstration's m.dejong."""

from __future__ import annotations

from typing import Any

SUBJECT: dict[str, Any] = {
    "type": "actor",
    "id": "5db0293d-3949-562d-a340-bff941996822",
    "properties": {
        "role": "coordinator",
        "organisation": "vt-utrecht",
        "agency": "veilig_thuis",
        "region": "utrecht",
        "legalContext": "vt_task",
    },
}
ACTION: dict[str, Any] = {"name": "view", "properties": {"purpose": "case_coordination"}}
RESOURCE: dict[str, Any] = {
    "type": "signal",
    "id": "3f0b9a58-3c1d-4f0e-8a67-2f1f0f7f2b10",
    "properties": {
        "sourceAgency": "police",
        "sourceOrganisation": "politie-midden-nederland",
        "category": "incident",
        "region": "utrecht",
        "addressedTo": "VT",
        "wpgArticle": "8",
        "firstProcessedDays": 20500,
        "caseContext": "vt_task",
        "caseState": "active",
        "coordinators": ["5db0293d-3949-562d-a340-bff941996822"],
        "closedCompartment": False,
        "namedActors": [],
        "withheld": False,
        "restricted": False,
        "conditions": [],
        "minorInvolved": True,
        "humanConfirmed": False,
        "acute": False,
        "subjects": [{"mentions": ["7a5d1f3e-64c5-4f0e-9c0d-0b6f6b0f8f01"], "age": 9}],
    },
}
EVALUATION: dict[str, Any] = {"subject": SUBJECT, "action": ACTION, "resource": RESOURCE}
EVALUATIONS: dict[str, Any] = {
    "subject": SUBJECT,
    "action": ACTION,
    "evaluations": [{"resource": RESOURCE}],
}
FILTER: dict[str, Any] = {
    "subject": SUBJECT,
    "action": ACTION,
    "resource": {"type": "signal"},
}
FILTERS: dict[str, Any] = {
    "subject": SUBJECT,
    "purpose": "case_coordination",
    "filters": ["know", "view"],
    "clusters": {"c0": ["7a5d1f3e-64c5-4f0e-9c0d-0b6f6b0f8f01"]},
    "evaluations": [{"action": {**ACTION, "name": "search"}, "resource": {"type": "signals"}}],
}
