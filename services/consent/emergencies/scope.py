"""Asks signals about whom a break-glass is. What is found is never told to the one who asks: the
answer is the same whether Bundel knows anybody or not (I4)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from shared.clients.audit import OwnTokens
from shared.clients.calling import call
from shared.clients.transport import Transport
from shared.http import trace_parent
from shared.problems import Unavailable
from shared.settings import Settings

_AUDIENCE = "bundel-signals"


@dataclass(frozen=True)
class Sought:
    """A case number, or a BSN, or a name with a birth date."""

    case_number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)
    bsn: str = field(default="", repr=False)

    @property
    def enough(self) -> bool:
        return bool(self.case_number or self.bsn or (self.name and self.birth_date))

    def in_words(self) -> str:
        """As it was typed, for the second person and the reviewer."""
        return ", ".join(
            part for part in (self.case_number, self.name, self.birth_date, self.bsn) if part
        )


@dataclass(frozen=True)
class ScopeFinder:
    """Asks in the service's own name: a person cannot ask this."""

    settings: Settings
    transport: Transport
    tokens: OwnTokens = field(repr=False)

    def mentions(self, region: str, sought: Sought, entry_id: str) -> tuple[str, ...]:
        """Mention ids of those meant in this region. `entry_id`: the log's entry of the opening,
        which signals' own entry refers to. Raises Unavailable."""
        body = {
            "region": region,
            "caseNumber": sought.case_number,
            "name": sought.name,
            "birthDate": sought.birth_date,
            "bsn": sought.bsn,
            "refersTo": entry_id,
        }
        answer = call(
            self.tokens,
            lambda: self.tokens.own(_AUDIENCE),
            lambda authorization: self.transport.send(
                "POST",
                f"{self.settings.neighbours['signals']}/v1/emergencies/_scope",
                {
                    "Authorization": authorization,
                    "Content-Type": "application/json",
                    "Accept": "application/json",
                    "traceparent": trace_parent(),
                },
                json.dumps({name: value for name, value in body.items() if value}).encode(),
            ),
        )
        if answer.status != 200:
            raise Unavailable
        try:
            return tuple(str(one) for one in answer.json()["mentionIds"])
        except (KeyError, TypeError) as error:
            raise Unavailable("A neighbouring service sent an answer without mentions.") from error
