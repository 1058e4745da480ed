"""Signs client assertions with python-jose (RS256, PS256). It signs only: see docs/adr/0002."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from jose import jwk, jwt
from jose.backends.base import Key

from shared import clock, ids

ASSERTION_SECONDS = 60
ALGORITHMS = ("PS256", "RS256")


class _PssKey(Key):  # type: ignore[misc]
    """RSASSA-PSS with SHA-256 (RFC 7518 section 3.5), which python-jose lacks. Never verifies."""

    def __init__(self, key: str, algorithm: str) -> None:
        loaded = serialization.load_pem_private_key(key.encode(), password=None)
        if not isinstance(loaded, rsa.RSAPrivateKey):
            raise ValueError("A client key must be an RSA private key in PEM.")
        self._private = loaded
        super().__init__(key, algorithm)

    def sign(self, message: bytes) -> bytes:
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)
        return self._private.sign(message, pss, hashes.SHA256())

    def verify(self, msg: bytes, sig: bytes) -> bool:
        raise NotImplementedError("Signatures are verified with joserfc, never here.")


jwk.register_key("PS256", _PssKey)


def client_assertion(client_id: str, audience: str, key_pem: str, algorithm: str) -> str:
    """A private_key_jwt (RFC 7523 section 3) for one use within ASSERTION_SECONDS.

    Raises ValueError for an algorithm other than PS256 and RS256.
    """
    if algorithm not in ALGORITHMS:
        raise ValueError("A client signs with PS256 or RS256.")
    now = int(clock.now().timestamp())
    claims: dict[str, Any] = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
        "jti": ids.random_text(),
    }
    return str(jwt.encode(claims, key_pem, algorithm=algorithm))
