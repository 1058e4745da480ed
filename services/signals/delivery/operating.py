"""Dead letters as an operator at the machine sees and retries them, with the service up or down.

Kinds, times and counts, never what a message says. Each retry is an entry for the log, written in
the transaction that lets the message go again.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine

from services.signals.delivery.outbox import (
    Backlog,
    OutboxRow,
    backlog,
    dead_letters,
    enqueue,
    revive,
)
from shared.authentication.actor import Actor
from shared.clients.audit import entry_for
from shared.database import writing
from shared.vocabulary import Agency, LegalContext, Purpose, Role

# The operator at the machine has no account in Bundel: the entry says that it was the command.
OPERATOR = Actor(
    subject="operator",
    client="bundel-outbox",
    role=Role.ADMINISTRATOR,
    organisation="bundel",
    agency=Agency.BUNDEL,
    region="",
    legal_context=LegalContext.NONE,
)
_MOST = 10_000


def standing(engine: Engine) -> tuple[Backlog, list[OutboxRow]]:
    """How the outbox stands, and the oldest messages that were given up."""
    with engine.connect() as connection:
        return backlog(connection), dead_letters(connection, _MOST)


def retry(engine: Engine, message_ids: Collection[str] | None = None) -> list[str]:
    """Lets these dead letters go again, or all of them; those that did. Ids that are none are left
    out."""
    done = []
    with writing(engine).begin() as connection:
        wanted = message_ids
        if wanted is None:
            wanted = [row.id for row in dead_letters(connection, _MOST)]
        for message_id in wanted:
            if not revive(connection, message_id):
                continue
            entry = entry_for(
                OPERATOR,
                "dead-letter.retried",
                service="signals",
                purpose=str(Purpose.ADMINISTRATION),
                refers_to=message_id,
            )
            enqueue(connection, "audit", entry.to_json(), entry.entry_id)
            done.append(message_id)
    return done
