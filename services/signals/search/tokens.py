"""Keyed tokens: the index holds 64-bit HMACs of words, because a file of clear words would undo
the encryption of the narratives beside it.

A word's token belongs to one household: the same word makes another token in each. So nobody who
reads the whole index can count how common a word is among households and guess it by its rank, and
no question can reach beyond the households it names: a token of theirs occurs nowhere else (I4).
"""

from __future__ import annotations

import hashlib
import hmac

from services.signals.search import analyser
from services.signals.search.index import Kind

BYTES = 8


class Tokeniser:
    """Makes tokens with one key of 32 bytes. `version` changes with key and analyser: what was
    indexed under another is to be indexed again."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.version = f"{analyser.VERSION}-{self._token('version').hex()[:8]}"

    def _token(self, *parts: str) -> bytes:
        message = "\x1f".join((str(analyser.VERSION), *parts)).encode()
        return hmac.digest(self._key, message, hashlib.sha256)[:BYTES]

    def word(self, household_id: str, stem: str) -> bytes:
        """The token of one stem (analyser.words) in one household."""
        return self._token("word", household_id, stem)

    def words(self, household_id: str, *texts: str) -> frozenset[bytes]:
        """Tokens of the words in these texts, as they stand in documents of this household."""
        return frozenset(self.word(household_id, stem) for stem in analyser.word_set(*texts))

    def access(self, household_id: str, kind: Kind) -> bytes:
        """The token under which documents of one household and kind are found."""
        return self._token("access", household_id, *kind)
