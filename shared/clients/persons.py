"""From a name and a birth date to pseudonyms: only signals knows, so it is asked.

signals writes the entry of that look-up (`person.resolved`) before it answers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from shared.authentication.actor import Actor
from shared.clients.calling import call
from shared.clients.decisions import Tokens
from shared.clients.transport import Transport
from shared.http import trace_parent
from shared.problems import Fault, InvalidInput, NotAuthenticated, NotFound, Unavailable
from shared.settings import Settings

_AUDIENCE = "bundel-signals"


@dataclass(frozen=True)
class PersonSought:
    """What the officer knows of the person concerned; never kept, never logged."""

    name: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)
    bsn: str = field(default="", repr=False)

    @property
    def empty(self) -> bool:
        return not (self.name or self.birth_date or self.bsn)


@dataclass(frozen=True)
class PersonsFound:
    """Pseudonyms of the persons that fit, and of the mentions that make them up."""

    person_ids: tuple[str, ...] = ()
    mention_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonFinder:
    """Asks signals, in the officer's name."""

    settings: Settings
    transport: Transport
    tokens: Tokens = field(repr=False)

    def find(self, actor: Actor, sought: PersonSought) -> PersonsFound:
        """Those that fit; empty when nobody does.

        Raises InvalidInput when signals wants it put otherwise, NotFound when this actor may not
        ask, Unavailable, NotAuthenticated.
        """
        members = {"name": sought.name, "birthDate": sought.birth_date, "bsn": sought.bsn}
        answer = call(
            self.tokens,
            lambda: self.tokens.for_actor(actor, _AUDIENCE),
            lambda authorization: self.transport.send(
                "POST",
                f"{self.settings.neighbours['signals']}/v1/persons/_resolve",
                {
                    "Authorization": authorization,
                    "Content-Type": "application/json",
                    "Accept": "application/json",
                    "traceparent": trace_parent(),
                },
                json.dumps({name: value for name, value in members.items() if value}).encode(),
            ),
        )
        if answer.status == 400:
            raise InvalidInput(
                "Give a surname with a birth date, or a BSN.",
                faults=[Fault("/name", "not-enough", "Not enough to find one person.")],
            )
        if answer.status == 401:
            raise NotAuthenticated("Your log-in has ended. Log in again.")
        if answer.status == 404:
            raise NotFound
        if answer.status != 200:
            raise Unavailable
        found = answer.json()
        try:
            return PersonsFound(
                tuple(map(str, found["personIds"])), tuple(map(str, found["mentionIds"]))
            )
        except (KeyError, TypeError) as error:
            raise Unavailable("A neighbouring service sent an answer without persons.") from error
