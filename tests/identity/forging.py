"""Tokens that must be refused: made by hand, as an attacker would."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import RSAKey

from services.identity.keys import SigningKeys
from shared import clock, ids
from shared.settings import Settings


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Forge:
    """Signs with the provider's own key what the provider would never say, and worse."""

    def __init__(self, settings: Settings, keys: SigningKeys) -> None:
        self._issuer = settings.issuer
        self.key = keys.newest

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Good claims of a coordinator, with changes; None leaves a claim out."""
        now = int(clock.now().timestamp())
        good: dict[str, Any] = {
            "iss": self._issuer,
            "sub": "2d8f1c0e-6a0b-4d86-9f6b-6d6f0c1a7e55",
            "aud": "bundel-signals",
            "iat": now,
            "exp": now + 300,
            "jti": ids.random_text(16),
            "azp": "bundel-signals",
            "role": "coordinator",
            "organisation": "vt-utrecht",
            "agency": "veilig_thuis",
            "region": "utrecht",
            "legal_context": "vt_task",
            "name": "Test Persoon",
            **changes,
        }
        return {name: value for name, value in good.items() if value is not None}

    def signed(self, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A token with the provider's real seal. A header value None leaves it out."""
        full = {"alg": "RS256", "kid": self.key.kid, "typ": "at+jwt", **(header or {})}
        full = {name: value for name, value in full.items() if value is not None}
        signer = RSAKey.import_key(self.key.as_pem(private=True))
        return jwt.encode(full, self.claims(**changes), signer, [full["alg"]], default_type=None)

    def by_hand(self, header: dict[str, Any], signature: bytes = b"", **changes: Any) -> str:
        head, body = (b64(json.dumps(part).encode()) for part in (header, self.claims(**changes)))
        return f"{head}.{body}.{b64(signature)}"

    def alg_none(self, **changes: Any) -> str:
        return self.by_hand({"alg": "none", "typ": "at+jwt", "kid": self.key.kid}, **changes)

    def hs256_with_public_key(self, encoding: Encoding, **changes: Any) -> str:
        """The public key, which everybody has, taken for a shared secret (CVE-2026-85394)."""
        secret = self.key.public_key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
        text = self.by_hand({"alg": "HS256", "typ": "at+jwt", "kid": self.key.kid}, **changes)
        signed = text.rpartition(".")[0]
        seal = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{b64(seal)}"

    def other_key(self, header: dict[str, Any] | None = None) -> str:
        """Sealed with a key that is not the provider's; `header` may smuggle it along."""
        key = RSAKey.generate_key(2048)
        full = {"alg": "RS256", "kid": self.key.kid, "typ": "at+jwt", **(header or {})}
        if "jwk" in full:
            full["jwk"] = key.as_dict(private=False)
        return jwt.encode(full, self.claims(), key, ["RS256"], default_type=None)

    def worst(self, audience: str) -> dict[str, str]:
        """By name, tokens that no route may accept. `audience` is the one the route wants."""
        now = int(clock.now().timestamp())
        good = {"aud": audience, "role": "service", "agency": "bundel", "name": None}
        other = "bundel-audit" if audience != "bundel-audit" else "bundel-signals"
        return {
            "wrong audience": self.signed(**{**good, "aud": other}),
            "expired": self.signed(**good, iat=now - 600, exp=now - 300),
            "garbled": self.signed(**good)[:-10] + "AAAAAAAAAA",
            "no token at all": "x",
            "alg none": self.alg_none(**good),
            "HS256 with the public key, PEM": self.hs256_with_public_key(Encoding.PEM, **good),
            "HS256 with the public key, DER": self.hs256_with_public_key(Encoding.DER, **good),
        }
