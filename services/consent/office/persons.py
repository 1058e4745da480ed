"""From a name and a birth date to pseudonyms: only signals knows, so it is asked.

signals writes the entry of that look-up before it answers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from shared.authentication.actor import Actor
from shared.clients.decisions import Tokens
from shared.clients.transport import Transport
from shared.http import trace_parent
from shared.problems import Fault, InvalidInput, NotAuthenticated, Unavailable
from shared.settings import Settings

_AUDIENCE = "bundel-signals"


@dataclass(frozen=True)
class Found:
    """Persons that fit, and the mentions that make them up."""

    person_ids: tuple[str, ...] = ()
    mention_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonFinder:
    """Asks signals in the officer's name."""

    settings: Settings
    transport: Transport
    tokens: Tokens = field(repr=False)

    def find(self, actor: Actor, name: str, birth_date: str) -> Found:
        """Raises InvalidInput when that is not enough, Unavailable, NotAuthenticated."""
        members = {"name": name, "birthDate": birth_date}
        answer = self.transport.send(
            "POST",
            f"{self.settings.neighbours['signals']}/v1/persons/_resolve",
            {
                "Authorization": f"Bearer {self.tokens.for_actor(actor, _AUDIENCE)}",
                "Content-Type": "application/json",
                "Accept": "application/json",
                "traceparent": trace_parent(),
            },
            json.dumps({key: value for key, value in members.items() if value}).encode(),
        )
        if answer.status == 400:
            raise InvalidInput(
                "Give a surname with a birth date.",
                faults=[Fault("/name", "not-enough", "Not enough to find one person.")],
            )
        if answer.status == 401:
            raise NotAuthenticated("Your log-in has ended. Log in again.")
        if answer.status == 404:
            return Found()
        if answer.status != 200:
            raise Unavailable
        body = answer.json()
        try:
            return Found(
                tuple(str(item) for item in body["personIds"]),
                tuple(str(item) for item in body["mentionIds"]),
            )
        except (KeyError, TypeError) as error:
            raise Unavailable("A neighbouring service sent an answer without persons.") from error
