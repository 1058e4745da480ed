"""HMAC-SHA256 (RFC 2104) under one key for many short messages."""

from __future__ import annotations

from hashlib import sha256

_BLOCK_BYTES = 64
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


class KeyedMac:
    """HMAC-SHA256(key, prefix + message); the key's and the prefix's part is computed once.

    `key`: at most 64 bytes.
    """

    def __init__(self, key: bytes, prefix: bytes) -> None:
        block = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(block.translate(_INNER) + prefix)
        self._outer = sha256(block.translate(_OUTER))

    def __call__(self, message: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()
