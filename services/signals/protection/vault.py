"""Encryption at rest: one data key per item, wrapped by a key-encryption key from settings.

AES-256-GCM (NIST SP 800-38D), a random 96-bit nonce before the ciphertext, 128-bit tag after it.
A data key seals one item only, so nonces never meet. Associated data binds a blob to its row: a
blob moved to another row does not open. To erase an item, destroy its key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, select, update

from services.signals.protection.tables import data_keys
from shared import clock, ids
from shared.database import among, writing
from shared.settings import Settings, SettingsError

KEY_BYTES = 32
NONCE_BYTES = 12
_CHUNK = 500  # ids per query: SQLite limits the number of parameters


class CannotOpen(Exception):
    """A blob, its key or its row was changed, or the key was destroyed."""


class Sealed(msgspec.Struct, frozen=True):
    """An encrypted item and the id of the key that opens it."""

    key_id: str
    blob: bytes

    def __repr__(self) -> str:
        return f"Sealed({self.key_id!r})"


@dataclass(frozen=True)
class KeyHandle:
    """A fresh data key, stored wrapped already."""

    key_id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class KeyRing:
    """Key-encryption keys by generation; new data keys are wrapped by the highest."""

    keks: Mapping[int, bytes] = field(repr=False)

    @property
    def newest(self) -> int:
        return max(self.keks)


def encrypt(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """nonce || ciphertext || tag."""
    nonce = ids.random_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, aad)


def decrypt(key: bytes, blob: bytes, aad: bytes) -> bytes:
    """The plaintext. Raises CannotOpen when blob, key or associated data do not belong together."""
    try:
        return AESGCM(key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], aad)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("The item does not open with this key in this place.") from error


def _wrap_aad(key_id: str, generation: int) -> bytes:
    return f"bundel data key|{key_id}|{generation}".encode()


class Vault:
    """Seals and opens items. Safe to share between threads."""

    def __init__(self, settings: Settings, keys_engine: Engine, ring: KeyRing | None = None):
        self._ring = ring or KeyRing(settings.ring("KEK"))
        self._engine = keys_engine

    def new_key(self, purpose: str = "item") -> KeyHandle:
        """A data key that is durable before anything is sealed with it."""
        return self.new_keys(1, purpose)[0]

    def new_keys(self, count: int, purpose: str = "item") -> list[KeyHandle]:
        """`count` data keys in one transaction."""
        if not count:
            return []
        handles = [KeyHandle(ids.new_id(), ids.random_bytes(KEY_BYTES)) for _ in range(count)]
        generation = self._ring.newest
        kek = self._ring.keks[generation]
        now = clock.timestamp(clock.now())
        rows = [
            {
                "key_id": handle.key_id,
                "kek_generation": generation,
                "wrapped": encrypt(kek, handle.secret, _wrap_aad(handle.key_id, generation)),
                "purpose": purpose,
                "created_at": now,
            }
            for handle in handles
        ]
        with writing(self._engine).begin() as connection:
            connection.execute(data_keys.insert(), rows)
        return handles

    def seal(self, plaintext: bytes, aad: bytes) -> Sealed:
        """Encrypts one item under a key of its own. `aad` names the row it belongs to."""
        return self.seal_many([(plaintext, aad)])[0]

    def seal_many(self, items: Sequence[tuple[bytes, bytes]]) -> list[Sealed]:
        """(plaintext, aad) pairs, each under its own key; the keys take one transaction."""
        handles = self.new_keys(len(items))
        return [
            Sealed(handle.key_id, encrypt(handle.secret, plaintext, aad))
            for handle, (plaintext, aad) in zip(handles, items, strict=True)
        ]

    def open_many(self, items: Sequence[tuple[Sealed, bytes]]) -> list[bytes]:
        """The plaintexts, in order. Raises CannotOpen when one is spoilt or its key destroyed."""
        secrets = self._secrets({sealed.key_id for sealed, _ in items})
        opened = []
        for sealed, aad in items:
            secret = secrets.get(sealed.key_id)
            if secret is None:
                raise CannotOpen("The key of this item was destroyed.")
            opened.append(decrypt(secret, sealed.blob, aad))
        return opened

    def destroyed(self, key_ids: Collection[str]) -> set[str]:
        """Which of these keys are gone: what they sealed is erased."""
        return set(key_ids) - set(self._secrets(set(key_ids)))

    def destroy(self, key_ids: Collection[str]) -> None:
        """Erases keys for ever; with them what they sealed (AVG art. 17)."""
        now = clock.timestamp(clock.now())
        with writing(self._engine).begin() as connection:
            for chunk in _chunks(sorted(key_ids)):
                connection.execute(
                    update(data_keys)
                    .where(data_keys.c.key_id.in_(chunk), data_keys.c.destroyed_at.is_(None))
                    .values(wrapped=None, destroyed_at=now)
                )

    def demand_known(self) -> None:
        """Raises SettingsError when a key is stored that none of the given generations opens: a
        start would seal new items and fail on old ones."""
        with self._engine.connect() as connection:
            stored = set(
                connection.execute(
                    select(data_keys.c.kek_generation)
                    .where(data_keys.c.destroyed_at.is_(None))
                    .distinct()
                ).scalars()
            )
        missing = sorted(stored - set(self._ring.keks))
        if missing:
            raise SettingsError(
                f"Keys are wrapped with generation {missing[0]} of BUNDEL_KEK, which is not given."
            )

    def rewrap(self, limit: int = 1000) -> int:
        """Wraps up to `limit` keys of older generations anew; how many. 0 means the rotation is
        complete and the older key-encryption key may be thrown away."""
        newest = self._ring.newest
        with writing(self._engine).begin() as connection:
            rows = connection.execute(
                select(data_keys.c.key_id, data_keys.c.kek_generation, data_keys.c.wrapped)
                .where(data_keys.c.kek_generation < newest, data_keys.c.destroyed_at.is_(None))
                .limit(limit)
            ).all()
            for row in rows:
                secret = self._unwrap(row.key_id, row.kek_generation, row.wrapped)
                connection.execute(
                    update(data_keys)
                    .where(data_keys.c.key_id == row.key_id)
                    .values(
                        kek_generation=newest,
                        wrapped=encrypt(
                            self._ring.keks[newest], secret, _wrap_aad(row.key_id, newest)
                        ),
                    )
                )
        return len(rows)

    def _secrets(self, key_ids: set[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        if not key_ids:
            return found
        query = select(data_keys.c.key_id, data_keys.c.kek_generation, data_keys.c.wrapped).where(
            among(data_keys.c.key_id, key_ids), data_keys.c.destroyed_at.is_(None)
        )
        with self._engine.connect() as connection:
            for key_id, generation, wrapped in connection.execute(query).all():
                found[key_id] = self._unwrap(key_id, generation, wrapped)
        return found

    def _unwrap(self, key_id: str, generation: int, wrapped: bytes) -> bytes:
        kek = self._ring.keks.get(generation)
        if kek is None:
            raise CannotOpen(f"The key-encryption key of generation {generation} is not given.")
        return decrypt(kek, wrapped, _wrap_aad(key_id, generation))


def _chunks(values: Sequence[str]) -> list[Sequence[str]]:
    return [values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK)]
