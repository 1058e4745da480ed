"""How contents become bytes and back, and which row a blob is bound to."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import msgspec

from services.signals.intake.records import MentionContent, SignalContent


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


_read_signal = msgspec.json.Decoder(SignalContent).decode
_read_mention = msgspec.json.Decoder(MentionContent).decode


def signal_content(raw: bytes) -> SignalContent:
    """Raises msgspec.ValidationError when these are no contents of a signal."""
    return _read_signal(raw)


def mention_content(raw: bytes, *, without_addresses: bool = False) -> MentionContent:
    """`without_addresses`: one of them turned out to be protected, so none is given.

    Raises msgspec.ValidationError when these are no contents of a mention."""
    content = _read_mention(raw)
    if without_addresses:
        return replace(content, addresses=(), protected_address=True)
    return content
