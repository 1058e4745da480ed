"""Makes access tokens (RFC 9068) and id tokens (OpenID Connect Core section 2)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from joserfc import jwt

from services.identity.clients import Client
from services.identity.keys import SigningKeys
from services.identity.people import Person
from services.identity.store import Grant
from shared import clock, ids
from shared.settings import Settings

ALGORITHM = "RS256"
JTI_BYTES = 16  # 128 bits


class TokenMaker:
    """Signs with the newest key. Subjects are people or machine clients."""

    def __init__(self, settings: Settings, keys: SigningKeys) -> None:
        self._issuer = settings.issuer
        self._seconds = settings.access_token_seconds
        self._keys = keys

    def access_token(self, subject: Person | Client, client: Client, audience: str) -> str:
        """A token for `subject` that `client` uses at `audience`; lives access_token_seconds."""
        now = self._now()
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "sub": subject.subject,
            "aud": audience,
            "iat": now,
            "exp": now + self._seconds,
            "jti": ids.random_text(JTI_BYTES),
            "azp": client.client_id,
            "role": subject.role.value,
            "organisation": subject.organisation,
            "agency": subject.agency.value,
            "region": str(subject.region),
            "legal_context": subject.legal_context.value,
        }
        if isinstance(subject, Person):
            claims["name"] = subject.name
        return self._sign(claims, "at+jwt")

    def answer(
        self, subject: Person | Client, client: Client, audience: str, scope: str = ""
    ) -> dict[str, Any]:
        """The members of a token response (RFC 6749 section 5.1)."""
        body: dict[str, Any] = {
            "access_token": self.access_token(subject, client, audience),
            "token_type": "Bearer",
            "expires_in": self._seconds,
        }
        if scope:
            body["scope"] = scope
        return body

    def id_token(self, person: Person, client: Client, grant: Grant, access_token: str) -> str:
        """Tells the client who logged in, for this one log-in (`nonce`)."""
        now = self._now()
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "iss": self._issuer,
            "sub": person.subject,
            "aud": client.client_id,
            "iat": now,
            "exp": now + self._seconds,
            "auth_time": grant.authenticated_at,
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        }
        if grant.nonce:
            claims["nonce"] = grant.nonce
        return self._sign(claims, "JWT")

    def _sign(self, claims: dict[str, Any], kind: str) -> str:
        key = self._keys.newest
        header = {"alg": ALGORITHM, "kid": key.kid, "typ": kind}
        return jwt.encode(header, claims, key, [ALGORITHM])

    @staticmethod
    def _now() -> int:
        return int(clock.now().timestamp())
