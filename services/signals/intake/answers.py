"""What a source hears: outcome states and codes, nothing about other people's signals (row 5)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.signals.intake.records import Notice

RECEIVED = "received"
WAITING = "waiting"  # a neighbouring service does not answer; it goes on by itself
LINKED = "linked"
QUARANTINED = "quarantined"
RETURNED = "returned"
WITHDRAWN = "withdrawn"
COUNTED = "counted"  # advice
STATES = {
    RECEIVED: "kept, on its way to be linked",
    WAITING: "kept; a neighbouring service does not answer, it goes on by itself",
    LINKED: "kept and looked at for links",
    QUARANTINED: "acute and not understood: kept whole, the desk sees to it",
    RETURNED: "sent back by the desk: mend the faults in `warnings` and send a correction",
    WITHDRAWN: "withdrawn by its source; nothing of it is shown any more",
    COUNTED: "advice: counted, nothing else is kept",
}


@dataclass(frozen=True)
class Answered:
    """An answer to a delivery, kept as text so that a replay gets the very same bytes."""

    status: int  # 201 first, 200 replay, 202 quarantine
    body: str = field(repr=False)
    version: int

    def to_json(self) -> dict[str, Any]:
        decoded: dict[str, Any] = json.loads(self.body)
        return decoded


def receipt(
    *,
    signal_id: str,
    reference: str,
    version: int,
    state: str,
    region: str,
    received_at: str,
    warnings: Sequence[Notice] = (),
    persons: Mapping[str, str] | None = None,
) -> str:
    """The body of an answer to a delivery. `persons`: the source's own ref -> mention id."""
    return json.dumps(
        {
            "signalId": signal_id,
            "sourceReference": reference,
            "version": version,
            "state": state,
            "region": region,
            "receivedAt": received_at,
            "warnings": notices_json(warnings),
            "persons": persons_json(persons or {}),
        },
        separators=(",", ":"),
    )


def notices_json(notices: Sequence[Notice]) -> list[dict[str, str]]:
    return [{"pointer": n.pointer, "code": n.code, "detail": n.detail} for n in notices]


def persons_json(persons: Mapping[str, str]) -> list[dict[str, str]]:
    """So that a source can name one of its own persons to the consent officer."""
    return [{"ref": ref, "mentionId": persons[ref]} for ref in sorted(persons)]


@dataclass(frozen=True)
class Status:
    """How a signal stands, for the source that sent it."""

    signal_id: str
    source_reference: str
    version: int
    state: str
    received_at: str
    withdrawn_at: str | None
    warnings: tuple[Notice, ...]
    persons: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "signalId": self.signal_id,
            "sourceReference": self.source_reference,
            "version": self.version,
            "state": self.state,
            "receivedAt": self.received_at,
            "warnings": notices_json(self.warnings),
            "persons": persons_json(self.persons),
        }
        if self.withdrawn_at:
            body["withdrawnAt"] = self.withdrawn_at
        return body
