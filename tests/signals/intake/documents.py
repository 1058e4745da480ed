"""Signals for tests; synthetic persons only."""

from __future__ import annotations

import copy
import json
from typing import Any

from services.signals.intake.examples import SIGNAL


def signal(**changes: Any) -> dict[str, Any]:
    """The example signal with members changed; `None` takes a member out."""
    document = copy.deepcopy(SIGNAL)
    for name, value in changes.items():
        if value is None:
            document.pop(name, None)
        else:
            document[name] = value
    return document


def person(ref: str = "p1", **members: Any) -> dict[str, Any]:
    return {"ref": ref, "roles": ["victim"], **members}


def to_bytes(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def youth_signal(**changes: Any) -> dict[str, Any]:
    """As a youth-care professional sends it."""
    base: dict[str, Any] = {
        "police": None,
        "category": "care",
        "reporter": {
            "kind": "professional",
            "visibility": "open",
            "profession": "jeugdhulpverlener",
            "meldcodeStep": 5,
            "weighing": "unsafe",
        },
    }
    return signal(**{**base, **changes})
