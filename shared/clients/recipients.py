"""Who saw a picture that a split proved wrong: only the log knows, so audit is asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.authentication.actor import Actor
from shared.clients.audit import AUDIENCE
from shared.clients.calling import call
from shared.clients.decisions import Tokens
from shared.clients.transport import Transport
from shared.http import trace_parent
from shared.problems import NotAuthenticated, NotFound, Unavailable
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Look:
    """One entry of the log; `picture_version` names exactly what was shown."""

    entry_id: str
    occurred_at: str
    event: str
    purpose: str
    picture_version: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who saw both sides together; `actor_id` is the id in tokens, never a name."""

    actor_id: str
    role: str
    organisation: str
    count: int
    first_at: str
    last_at: str
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class RecipientsFound:
    since: str
    until: str
    viewers: tuple[Recipient, ...]
    complete: bool


@dataclass(frozen=True)
class RecipientFinder:
    """Asks the audit service, in the name of who asks."""

    settings: Settings
    transport: Transport
    tokens: Tokens = field(repr=False)

    def find(self, actor: Actor, entry_id: str) -> RecipientsFound:
        """Who saw it; `entry_id` is the entry of the split.

        Raises NotFound when this actor may not ask, Unavailable, NotAuthenticated.
        """
        answer = call(
            self.tokens,
            lambda: self.tokens.for_actor(actor, AUDIENCE),
            lambda authorization: self.transport.send(
                "POST",
                f"{self.settings.neighbours['audit']}/v1/entries/{entry_id}/viewers/_view",
                {
                    "Authorization": authorization,
                    "Content-Type": "application/json",
                    "Accept": "application/json",
                    "traceparent": trace_parent(),
                },
                b"{}",
            ),
        )
        if answer.status == 401:
            raise NotAuthenticated("Your log-in has ended. Log in again.")
        if answer.status == 404:
            raise NotFound
        if answer.status != 200:
            raise Unavailable
        found = answer.json()
        try:
            return RecipientsFound(
                found["since"],
                found["until"],
                tuple(
                    Recipient(
                        one["actorId"],
                        one["role"],
                        one["organisation"],
                        int(one["count"]),
                        one["firstAt"],
                        one["lastAt"],
                        tuple(
                            Look(
                                look["entryId"],
                                look["occurredAt"],
                                look["event"],
                                look["purpose"],
                                look["pictureVersion"],
                            )
                            for look in one["looks"]
                        ),
                    )
                    for one in found["viewers"]
                ),
                found["complete"] is True,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable("A neighbouring service sent an answer without viewers.") from error
