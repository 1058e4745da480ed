"""Keyed tokens: the index holds 64-bit HMACs of words, because a file of clear words would undo
the encryption of the narratives beside it.

Who reads the file without the key learns how often some unknown word occurs, not which word.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from services.signals.search import analyser

_BYTES = 8


class Tokeniser:
    """Makes tokens with one key (setting TOKEN_KEY, 32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def _token(self, kind: str, text: str) -> str:
        message = f"{analyser.VERSION}\x1f{kind}\x1f{text}".encode()
        return hmac.new(self._key, message, hashlib.sha256).digest()[:_BYTES].hex()

    def words(self, *texts: str) -> frozenset[str]:
        """Tokens of the words in these texts: 16 hexadecimal digits each."""
        return frozenset(self._token("word", word) for word in analyser.word_set(*texts))

    def access(self, household_id: str, agency: str, category: str) -> str:
        """The token under which documents of one household, source and category are found."""
        return self._token("access", "\x1f".join((household_id, agency, category)))

    def accesses(self, triples: Iterable[tuple[str, str, str]]) -> frozenset[str]:
        """`access` for several (household, agency, category)."""
        return frozenset(self.access(*triple) for triple in triples)
