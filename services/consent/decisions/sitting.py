"""From questions to judges: whoever asks, with the consents that count for that asker then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from services.consent.consents.coverage import Coverage
from services.consent.consents.ledger import coverage_for
from services.consent.decisions.judge import Judge
from services.consent.decisions.questions import Asked, Asker, BadQuestion
from services.consent.policy.compiled import Engine

Key: TypeAlias = tuple[str, ...]


def key_of(question: Asked) -> Key:
    """Questions with the same key share one judge: same asker, same purpose."""
    return (*question.asker.key, question.purpose)


def judges_for(
    connection: Connection,
    engine: Engine,
    questions: Iterable[Asked],
    at: datetime,
    revision: int | None = None,
) -> dict[Key, Judge]:
    """One judge per asker and purpose; reads only the consents of the persons asked about.

    `revision` looks back to the consents as recorded then.
    """
    mentions: dict[Key, set[str]] = defaultdict(set)
    first: dict[Key, Asked] = {}
    seen: dict[Key, set[int]] = defaultdict(set)  # clusters by identity: most are asked many times
    for question in questions:
        key = key_of(question)
        first.setdefault(key, question)
        with suppress(BadQuestion):
            for subject in question.subjects:
                if id(subject.mentions) not in seen[key]:
                    seen[key].add(id(subject.mentions))
                    mentions[key].update(subject.mentions)
    return {
        key: Judge(
            engine,
            asked.asker,
            asked.purpose,
            at,
            coverage_of(connection, asked.asker, asked.purpose, at, mentions[key], revision),
        )
        for key, asked in first.items()
    }


def coverage_of(
    connection: Connection,
    asker: Asker,
    purpose: str,
    at: datetime,
    mentions: set[str] | None = None,
    revision: int | None = None,
) -> Coverage:
    """What the consents in force mean for this asker and purpose; `mentions` None = all."""
    return coverage_for(
        connection,
        actor=asker.id,
        context=str(asker.properties.get("legalContext")),
        organisation=str(asker.properties.get("organisation")),
        region=str(asker.properties.get("region")),
        purpose=purpose,
        at=at,
        mentions=mentions,
        revision=revision,
    )
