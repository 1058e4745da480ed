"""After a split, a consent may hang on the wrong human: consent is told to doubt it.

A consent hangs on a mention, as the person was named then. Until somebody confirms it, it counts
as absent. Told through the outbox, so that a split is never committed without it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection

from services.signals.delivery.outbox import OutboxRow, enqueue
from services.signals.delivery.relay import Handler
from services.signals.intake.reading import chunks
from shared.clients.calling import call
from shared.clients.decisions import AUDIENCE, DecisionClient
from shared.clients.transport import Answer
from shared.problems import Problem, Unavailable

KIND = "consent-doubt"


def tell_of_split(connection: Connection, mention_ids: Iterable[str]) -> None:
    """Puts the mentions of both sides of a split in the outbox, in the split's transaction."""
    for chunk in chunks(set(mention_ids)):
        enqueue(connection, KIND, {"mentionIds": list(chunk)})


def doubter(consent: DecisionClient) -> Callable[[Sequence[str]], None]:
    """Tells the consent service at once, before a split: at no moment does a consent count for the
    wrong human (I5). Raises Unavailable when it does not answer."""

    def ask(body: bytes) -> Answer:
        return call(
            consent.tokens,
            lambda: consent.tokens.own(AUDIENCE),
            lambda authorization: consent.transport.send(
                "POST",
                f"{consent.settings.neighbours['consent']}/v1/consents/_doubt",
                {"Authorization": authorization, "Content-Type": "application/json"},
                body,
                consent.settings.neighbour_timeout,
            ),
        )

    def tell(mention_ids: Sequence[str]) -> None:
        for chunk in chunks(set(mention_ids)):
            answer = ask(json.dumps({"mentionIds": list(chunk)}).encode())
            if answer.status >= 500 or answer.status in (401, 429):
                raise Unavailable
            if answer.status >= 400:
                raise Problem("The consent service does not take the doubt.")

    return tell


def doubt_handler(consent: DecisionClient) -> Handler:
    """Sends rows of KIND to the consent service. Raises Unavailable while it does not answer."""
    tell = doubter(consent)

    def send(rows: Sequence[OutboxRow]) -> None:
        for row in rows:
            tell(row.payload["mentionIds"])

    return send
