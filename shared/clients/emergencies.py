"""Asks consent which break-glass grants are in force for somebody: for entries and banners.

Whether a signal opens is not read from this: the decision on each signal is consent's own (R21).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from shared import clock
from shared.clients.audit import OwnTokens
from shared.clients.calling import call
from shared.clients.transport import Transport
from shared.http import trace_parent
from shared.problems import Unavailable
from shared.settings import Settings

_AUDIENCE = "bundel-consent"


@dataclass(frozen=True)
class GrantInForce:
    """A confirmed grant. `entry_id`: the log's entry of its opening. `mentions`: whom it is about,
    never to be told to people."""

    id: str
    ends_at: datetime
    entry_id: str
    mentions: frozenset[str] = field(repr=False)


@dataclass(frozen=True)
class EmergencyGrants:
    """Asks in the service's own name."""

    settings: Settings
    transport: Transport
    tokens: OwnTokens = field(repr=False)

    def in_force(self, subject: str) -> list[GrantInForce]:
        """The grants of this person, the latest first. Raises Unavailable."""
        answer = call(
            self.tokens,
            lambda: self.tokens.own(_AUDIENCE),
            lambda authorization: self.transport.send(
                "POST",
                f"{self.settings.neighbours['consent']}/v1/emergencies/_in-force",
                {
                    "Authorization": authorization,
                    "Content-Type": "application/json",
                    "Accept": "application/json",
                    "traceparent": trace_parent(),
                },
                json.dumps({"subject": subject}).encode(),
            ),
        )
        if answer.status != 200:
            raise Unavailable
        try:
            return [
                GrantInForce(
                    str(item["grantId"]),
                    clock.moment(item["endsAt"]),
                    str(item["entryId"]),
                    frozenset(map(str, item["mentionIds"])),
                )
                for item in answer.json()["items"]
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable("A neighbouring service sent an answer without grants.") from error
