"""Subject tokens: what stands in a leaf instead of a person's id.

A token is an HMAC under a key of that subject alone. The key comes from TOKEN_KEY and a random
seed in `subject_keys`; without that row nobody can tell any more whom the tokens meant, and the
tree still verifies, since leaves never change. (AVG art. 17; RFC 2104.)
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, delete, select

from services.audit.entries.leaf import TOKEN_LENGTH
from services.audit.entries.macs import KeyedMac
from services.audit.log.rows import add_rows, rows_in
from services.audit.tables import subject_keys
from shared import clock, ids

_SEED_BYTES = 32
_TOKEN_BYTES = 16
_AT_ONCE = 500
_FIND = select(subject_keys.c.lookup, subject_keys.c.seed).where(
    subject_keys.c.lookup.in_(bindparam("lookups", expanding=True))
)


class SubjectTokens:
    """Makes and finds tokens; `key` is TOKEN_KEY."""

    def __init__(self, key: bytes) -> None:
        self._lookup_mac = KeyedMac(key, b"bundel subject lookup\x00")
        self._own_key_mac = KeyedMac(key, b"bundel subject key\x00")

    def lookup(self, subject: str) -> bytes:
        """What the subject's key is found by."""
        return self._lookup_mac(subject.encode())

    def _token(self, subject: str, seed: bytes) -> str:
        own = self._own_key_mac(seed)
        raw = hmac.digest(own, b"bundel subject token\x00" + subject.encode(), "sha256")
        return urlsafe_b64encode(raw[:_TOKEN_BYTES])[:TOKEN_LENGTH].decode()

    def find(self, connection: Connection, subjects: Iterable[str]) -> dict[str, str]:
        """Subject -> token, for the subjects that have a key."""
        lookups = {self.lookup(subject): subject for subject in subjects}
        found: dict[str, str] = {}
        wanted = list(lookups)
        for start in range(0, len(wanted), _AT_ONCE):
            rows = connection.execute(_FIND, {"lookups": wanted[start : start + _AT_ONCE]})
            for lookup, seed in rows:
                subject = lookups[bytes(lookup)]
                found[subject] = self._token(subject, bytes(seed))
        return found

    def make(self, connection: Connection, subjects: Mapping[bytes, str]) -> dict[bytes, str]:
        """Lookup -> token for `subjects` (lookup -> subject); one without a key gets one.

        Only the sequencer calls this, for a whole group at once.
        """
        seeds: dict[bytes, bytes] = {
            bytes(lookup): bytes(seed)
            for lookup, seed in rows_in(
                connection, "SELECT lookup, seed FROM subject_keys WHERE lookup", list(subjects)
            )
        }
        missing = [lookup for lookup in subjects if lookup not in seeds]
        if missing:
            fresh = ids.random_bytes(_SEED_BYTES * len(missing))
            made_at = clock.timestamp(clock.now())
            new = [
                (lookup, fresh[at * _SEED_BYTES : (at + 1) * _SEED_BYTES], made_at)
                for at, lookup in enumerate(missing)
            ]
            add_rows(connection, "subject_keys", ("lookup", "seed", "made_at"), new)
            seeds.update((lookup, seed) for lookup, seed, _ in new)
        return {lookup: self._token(subjects[lookup], seed) for lookup, seed in seeds.items()}

    def erase(self, connection: Connection, subjects: Iterable[str]) -> int:
        """Destroys the keys of these subjects for good. Answers how many there were."""
        gone = 0
        for subject in subjects:
            gone += connection.execute(
                delete(subject_keys).where(subject_keys.c.lookup == self.lookup(subject))
            ).rowcount
        return gone
