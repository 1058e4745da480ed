"""Keyed hashes over composite fields, to find candidates without keeping a readable name.

HMAC-SHA256 cut to 128 bits. Never one field alone, save the BSN: single-field hashes give
themselves away by their frequency (rank alignment re-identifies surnames).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.settings import Settings

SINGLE_FIELD_KINDS = frozenset({"bsn"})
_HEX_CHARACTERS = 32


@dataclass(frozen=True)
class MatchKeyer:
    """One generation of match keys. Rotation holds two keyers side by side."""

    key: bytes = field(repr=False)
    generation: int = 1

    def value(self, kind: str, fields: Sequence[str]) -> str:
        """The key of `fields` (already normalised) as 32 hex characters.

        Raises ValueError for an empty field, or for one field alone other than a BSN.
        """
        if not fields or not all(fields):
            raise ValueError("A match key takes fields that are all filled.")
        if len(fields) == 1 and kind not in SINGLE_FIELD_KINDS:
            raise ValueError("A match key takes at least two fields.")
        return keyed_text(self.key, f"match {self.generation} {kind}", fields)


def keyer_of(settings: Settings) -> MatchKeyer:
    """The generation of match keys that is written and looked for: the first in the setting."""
    generation, key = next(iter(settings.ring("MATCH_KEY").items()))
    return MatchKeyer(key, generation)


def keyed_text(key: bytes, context: str, fields: Sequence[str]) -> str:
    """HMAC-SHA256 over a context and fields, each preceded by its length, cut to 128 bits."""
    parts = [context, *fields]
    message = b"".join(len(raw).to_bytes(4, "big") + raw for raw in (p.encode() for p in parts))
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:_HEX_CHARACTERS]
