"""The provider's signing keys and the demonstration clients' keys, as PEM files with mode 600.

Two signing keys always: the newer signs, both are published: a change of key breaks nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

from joserfc.jwk import KeySet, RSAKey

RSA_BITS = 2048
KEYS_PUBLISHED = 2


def read_or_make_key(path: Path) -> RSAKey:
    """The RSA key in a PEM file (PKCS 8); made first, readable by its owner only, if missing."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = RSAKey.generate_key(RSA_BITS, auto_kid=False)
        partial = path.with_suffix(".new")
        with os.fdopen(
            os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
        ) as file:
            file.write(key.as_pem(private=True))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    return RSAKey.import_key(path.read_bytes())


class SigningKeys:
    """Keys in `folder`, named by number: the highest is the newest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        numbers = self._numbers()
        for number in range(max(numbers, default=0) + 1, KEYS_PUBLISHED + 1):
            read_or_make_key(self._path(number))
        self._load()

    @property
    def newest(self) -> RSAKey:
        """The key that signs; `kid` is its RFC 7638 thumbprint."""
        return self._keys[-1]

    @property
    def published(self) -> KeySet:
        """The keys that verify."""
        return KeySet(list(self._keys))

    def rotate(self) -> None:
        """Adds a new key that signs from now on; the oldest is withdrawn."""
        numbers = self._numbers()
        read_or_make_key(self._path(numbers[-1] + 1))
        for number in self._numbers()[:-KEYS_PUBLISHED]:
            self._path(number).unlink()
        self._load()

    def _load(self) -> None:
        self._keys = []
        for number in self._numbers()[-KEYS_PUBLISHED:]:
            key = RSAKey.import_key(self._path(number).read_bytes(), {"use": "sig"})
            key.ensure_kid()
            self._keys.append(key)

    def _numbers(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("[0-9]*.pem"))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:04d}.pem"
