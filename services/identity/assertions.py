"""Client authentication by signed assertion (RFC 7523 section 3), stricter than Authlib's own.

Authlib accepts RS256 only and any one of several audiences; here PS256 too, one
audience, short lives.
"""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from services.identity.clients import AUTHENTICATION, Client
from services.identity.store import Store
from shared import clock

ALGORITHMS = ["PS256", "RS256"]
LONGEST_LIFE = 300  # seconds between iat and exp
CLOCK_DIFFERENCE = 10  # seconds


class PrivateKeyJwt(JWTBearerClientAssertion):  # type: ignore[misc]
    """Each assertion opens the door once: its jti is kept in the database until it expires."""

    CLIENT_AUTH_METHOD = AUTHENTICATION

    def __init__(self, store: Store, audiences: tuple[str, ...]) -> None:
        super().__init__(leeway=0)
        self._store = store
        self._audiences = audiences

    def get_audiences(self) -> list[str]:
        return list(self._audiences)

    def resolve_client_public_key(self, client: Client) -> RSAKey:
        return client.key

    def process_assertion_claims(self, assertion: str, resolve_key: RSAKey) -> dict[str, Any]:
        """The claims of an assertion never seen before. Raises InvalidClientError."""
        try:
            claims = jwt.decode(assertion, resolve_key, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError) as error:
            raise InvalidClientError(
                "The client assertion cannot be read or its seal is broken.", status_code=401
            ) from error
        self._check(claims)
        if not self._store.use_assertion(claims["sub"], claims["jti"], int(claims["exp"])):
            raise InvalidClientError("This client assertion was used before.", status_code=401)
        return claims

    def _check(self, claims: dict[str, Any]) -> None:
        now = clock.now().timestamp()
        for name in ("iss", "sub", "jti"):
            if not isinstance(claims.get(name), str) or not claims[name]:
                raise InvalidClientError(f"The assertion has no {name}.", status_code=401)
        for name in ("iat", "exp"):
            if not isinstance(claims.get(name), int) or isinstance(claims[name], bool):
                raise InvalidClientError(f"The assertion has no {name}.", status_code=401)
        audience = claims.get("aud")
        if isinstance(audience, list) and len(audience) == 1:
            audience = audience[0]
        faults = {
            "The assertion's iss and sub differ.": claims["iss"] != claims["sub"],
            "The assertion is meant for someone else: check aud.": (
                not isinstance(audience, str) or audience not in self._audiences
            ),
            "The assertion has expired.": claims["exp"] <= now,
            "The assertion lives too long: at most 300 seconds.": (
                claims["exp"] - claims["iat"] > LONGEST_LIFE
            ),
            "The assertion is from the future: check the clock.": (
                claims["iat"] > now + CLOCK_DIFFERENCE
            ),
            "The assertion's jti is too long.": len(claims["jti"]) > 256,
        }
        for sentence, wrong in faults.items():
            if wrong:
                raise InvalidClientError(sentence, status_code=401)
