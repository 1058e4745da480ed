"""Encryption of what people write about a break-glass: AES-256-GCM (NIST SP 800-38D) under a key
derived from the key-encryption key (HKDF, RFC 5869). Bound to the grant it belongs to."""

from __future__ import annotations

import json
from dataclasses import asdict

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.consent.emergencies.model import Details
from shared import ids

_NONCE_BYTES = 12
_USE = b"bundel consent: written reasons of break-glass"


class Sealer:
    """Seals and opens the details of grants."""

    def __init__(self, key: bytes) -> None:
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=_USE).derive(key)
        self._cipher = AESGCM(derived)

    def seal(self, grant_id: str, details: Details) -> bytes:
        nonce = ids.random_bytes(_NONCE_BYTES)
        plain = json.dumps(asdict(details), ensure_ascii=False).encode()
        return nonce + self._cipher.encrypt(nonce, plain, grant_id.encode())

    def open(self, grant_id: str, sealed: bytes) -> Details:
        """Raises InvalidTag when the text is another grant's or was changed."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return Details(**json.loads(self._cipher.decrypt(nonce, rest, grant_id.encode())))
