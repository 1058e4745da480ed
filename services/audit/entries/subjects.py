"""Subject tokens: what stands in a leaf instead of a person's id.

A token is an HMAC under a key of that subject alone. The key comes from TOKEN_KEY and a random
seed in `subject_keys`; without that row nobody can tell any more whom the tokens meant, and the
tree still verifies, since leaves never change. (AVG art. 17; RFC 2104.)
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, insert, select

from services.audit.tables import subject_keys
from shared import clock, ids

_SEED_BYTES = 32
_TOKEN_BYTES = 16
_AT_ONCE = 500
_FIND = select(subject_keys.c.lookup, subject_keys.c.seed).where(
    subject_keys.c.lookup.in_(bindparam("lookups", expanding=True))
)


def _mac(key: bytes, purpose: bytes, data: bytes) -> bytes:
    return hmac.digest(key, purpose + b"\x00" + data, "sha256")


class SubjectTokens:
    """Makes and finds tokens; `key` is TOKEN_KEY."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def _lookup(self, subject: str) -> bytes:
        return _mac(self._key, b"bundel subject lookup", subject.encode())

    def _token(self, subject: str, seed: bytes) -> str:
        own = _mac(self._key, b"bundel subject key", seed)
        raw = _mac(own, b"bundel subject token", subject.encode())[:_TOKEN_BYTES]
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def find(self, connection: Connection, subjects: Iterable[str]) -> dict[str, str]:
        """Subject -> token, for the subjects that have a key."""
        lookups = {self._lookup(subject): subject for subject in subjects}
        found: dict[str, str] = {}
        wanted = list(lookups)
        for start in range(0, len(wanted), _AT_ONCE):
            rows = connection.execute(_FIND, {"lookups": wanted[start : start + _AT_ONCE]})
            for lookup, seed in rows:
                subject = lookups[bytes(lookup)]
                found[subject] = self._token(subject, bytes(seed))
        return found

    def make(self, connection: Connection, subjects: Iterable[str]) -> dict[str, str]:
        """Subject -> token; a subject without a key gets one. Only the sequencer calls this."""
        wanted = list(dict.fromkeys(subjects))
        found = self.find(connection, wanted)
        new = []
        for subject in wanted:
            if subject not in found:
                seed = ids.random_bytes(_SEED_BYTES)
                new.append(
                    {
                        "lookup": self._lookup(subject),
                        "seed": seed,
                        "made_at": clock.timestamp(clock.now()),
                    }
                )
                found[subject] = self._token(subject, seed)
        if new:
            connection.execute(insert(subject_keys), new)
        return found

    def erase(self, connection: Connection, subjects: Iterable[str]) -> int:
        """Destroys the keys of these subjects for good. Answers how many there were."""
        gone = 0
        for subject in subjects:
            gone += connection.execute(
                delete(subject_keys).where(subject_keys.c.lookup == self._lookup(subject))
            ).rowcount
        return gone
