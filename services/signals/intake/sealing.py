"""How contents become bytes and back, and which row a blob is bound to."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from services.signals.intake.records import (
    Address,
    Evidence,
    MentionContent,
    Name,
    Reporter,
    Request,
    SignalContent,
    Statement,
)


def signal_aad(signal_id: str, version: int) -> bytes:
    return f"signal|{signal_id}|{version}".encode()


def mention_aad(mention_id: str) -> bytes:
    return f"mention|{mention_id}".encode()


def quarantine_aad(quarantine_id: str) -> bytes:
    return f"quarantine|{quarantine_id}".encode()


def content_bytes(content: SignalContent | MentionContent) -> bytes:
    """Compact JSON in UTF-8; members without a value are left out."""
    return json.dumps(_lean(asdict(content)), ensure_ascii=False, separators=(",", ":")).encode()


def _lean(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lean(item) for key, item in value.items() if item not in (None, (), False)}
    if isinstance(value, (list, tuple)):
        return [_lean(item) for item in value]
    return value


def signal_content(raw: bytes) -> SignalContent:
    data = json.loads(raw)
    return SignalContent(
        statements=tuple(Statement(**item) for item in data.get("statements", ())),
        reporter=Reporter(**data["reporter"]),
        evidence=tuple(Evidence(**item) for item in data.get("evidence", ())),
        requests=tuple(Request(**item) for item in data.get("requests", ())),
        informed_reason=data.get("informed_reason"),
    )


def mention_content(raw: bytes, *, without_addresses: bool = False) -> MentionContent:
    """`without_addresses`: one of them turned out to be protected, so none is given."""
    data = json.loads(raw)
    addresses = () if without_addresses else data.get("addresses", ())
    return MentionContent(
        bsn=data.get("bsn"),
        name=Name(**data["name"]) if "name" in data else None,
        aliases=tuple(Name(**item) for item in data.get("aliases", ())),
        addresses=tuple(Address(**item) for item in addresses),
        phones=tuple(data.get("phones", ())),
        emails=tuple(data.get("emails", ())),
        protected_address=without_addresses or bool(data.get("protected_address", False)),
        told_protected=bool(data.get("told_protected", False)),
    )
