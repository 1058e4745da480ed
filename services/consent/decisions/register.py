"""The append-only register of decisions: one compact row per call, enough to decide it again."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from services.consent.policy.rules import Bundle
from services.consent.tables import decisions, policy_versions


@dataclass(frozen=True)
class Call:
    """One recorded call. `body` holds questions and answers as JSON values."""

    id: str
    at: str
    kind: str  # evaluations | filter
    subject: str
    client: str
    policy_version: str
    revision: int
    asked: int
    permitted: int
    body: dict[str, Any]


def keep_policy(connection: Connection, bundle: Bundle, at: str) -> None:
    """Keeps the texts of a policy version, once. In a writing transaction."""
    known = select(policy_versions.c.version).where(policy_versions.c.version == bundle.version)
    if connection.execute(known).first() is None:
        connection.execute(
            policy_versions.insert().values(
                version=bundle.version,
                policy_text=bundle.policy_text,
                schema_text=bundle.schema_text,
                first_used_at=at,
            )
        )


def load_policy(connection: Connection, version: str) -> tuple[str, str] | None:
    """(policy text, schema text) of a version that was once in force."""
    row = connection.execute(
        select(policy_versions.c.policy_text, policy_versions.c.schema_text).where(
            policy_versions.c.version == version
        )
    ).first()
    return (str(row[0]), str(row[1])) if row is not None else None


def add(connection: Connection, call: Call) -> None:
    """Adds one call in a writing transaction."""
    packed = zlib.compress(msgspec.json.encode(call.body), level=1)
    connection.execute(
        decisions.insert().values(
            id=call.id,
            at=call.at,
            kind=call.kind,
            subject=call.subject,
            client=call.client,
            policy_version=call.policy_version,
            revision=call.revision,
            asked=call.asked,
            permitted=call.permitted,
            body=packed,
        )
    )


def load(connection: Connection, decision_id: str) -> Call | None:
    """The call with this id, or None."""
    row = connection.execute(select(decisions).where(decisions.c.id == decision_id)).first()
    if row is None:
        return None
    return Call(
        id=row.id,
        at=row.at,
        kind=row.kind,
        subject=row.subject,
        client=row.client,
        policy_version=row.policy_version,
        revision=int(row.revision),
        asked=int(row.asked),
        permitted=int(row.permitted),
        body=msgspec.json.decode(zlib.decompress(row.body)),
    )
