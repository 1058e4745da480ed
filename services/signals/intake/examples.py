"""Requests for the API's description; each is valid against the demonstration data."""

from __future__ import annotations

from typing import Any

SIGNAL: dict[str, Any] = {
    "sourceReference": "PL0900-2026-004711",
    "kind": "report",
    "addressedTo": "VT",
    "reportedAt": "2026-03-03T23:15:00+01:00",
    "category": "incident",
    "severity": "incidental",
    "occurredFrom": "2026-03-03T21:40:00+01:00",
    "place": "home",
    "violenceForms": ["verbal", "physical"],
    "pattern": "unknown",
    "originIncident": "PL0900-2026-004711",
    "statements": [
        {"kind": "fact", "text": "Melding van geschreeuw; bij aankomst is een ruit gebroken."},
        {"kind": "statement", "text": "Zij zegt dat hij haar heeft geduwd.", "by": "p1"},
    ],
    "persons": [
        {
            "ref": "p1",
            "roles": ["victim"],
            "name": {"given": "Sanne", "particle": "van", "surname": "Voorbeeld"},
            "birthDate": "1988-05-17",
            "sex": "female",
            "addresses": [
                {
                    "kind": "residence",
                    "street": "Voorbeeldlaan",
                    "houseNumber": 12,
                    "postcode": "3511AB",
                    "city": "Utrecht",
                }
            ],
        },
        {
            "ref": "p2",
            "roles": ["perpetrator"],
            "name": {"given": "Erik", "surname": "Voorbeeld"},
            "birthDate": "1986",
            "sex": "male",
        },
        {"ref": "p3", "roles": ["child_witness"], "birthDate": "2019-09-02"},
    ],
    "ties": [
        {"from": "p1", "to": "p2", "kind": "partner", "since": "2014"},
        {"from": "p1", "to": "p3", "kind": "parent_child"},
    ],
    "reporter": {"kind": "agency", "visibility": "open"},
    "kindcheck": "yes",
    "informalCareCheck": "no",
    "informed": {"informed": False, "reason": "Vertelt u het niet zolang hij erbij is."},
    "police": {"article": "8", "firstProcessed": "2026-03-03"},
    "requests": [{"question": "VT-002", "answer": "Geen tijdelijk huisverbod opgelegd."}],
    "feedbackWanted": True,
}
WITHDRAWAL = {"reason": "wrong_persons"}
REFERENCE = {"sourceReference": "PL0900-2026-004711"}
ANSWER = {
    "signalId": "6f0f5f9c-3a53-4a52-8f2a-0d7f0f6f7a10",
    "sourceReference": "PL0900-2026-004711",
    "version": 1,
    "state": "received",
    "region": "utrecht",
    "receivedAt": "2026-03-03T22:15:02.120Z",
    "warnings": [],
    "persons": [
        {"ref": "p1", "mentionId": "0d6c1a44-4f5e-4f0e-9d6f-2f6f4d8a7b11"},
        {"ref": "p2", "mentionId": "5b1f7a0c-7d0e-4a7b-8a53-9e3f1c2d4e12"},
        {"ref": "p3", "mentionId": "b77e2c35-19f0-4c55-b7a4-3c2f5a6b7c13"},
    ],
}
RESULTS: list[dict[str, Any]] = [
    {
        "line": 1,
        "status": 201,
        "signalId": ANSWER["signalId"],
        "state": "received",
        "persons": ANSWER["persons"],
    },
    {
        "line": 2,
        "status": 400,
        "code": "invalid-input",
        "detail": "Mend every fault named in errors and send the signal again.",
        "errors": [
            {"pointer": "/place", "code": "unknown-code", "detail": "Use one of: home, school."}
        ],
    },
]
