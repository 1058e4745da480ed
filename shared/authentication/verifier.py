"""Verifies tokens with joserfc: a fixed list of algorithms, the provider's keys, every claim."""

from __future__ import annotations

from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from shared import clock
from shared.authentication.actor import Actor
from shared.authentication.claims import actor_of
from shared.authentication.keyset import ProviderKeys
from shared.authentication.provider import ProviderDocument
from shared.clients.transport import Transport
from shared.problems import NotAuthenticated
from shared.settings import Settings

ALGORITHMS = ("RS256", "PS256")
TOKEN_TYPE = "at+jwt"  # noqa: S105 - RFC 9068 section 2.1
MAXIMUM_LENGTH = 8192  # characters


class TokenVerifier:
    """Accepts access tokens of one audience, e.g. "bundel-signals"."""

    def __init__(
        self,
        settings: Settings,
        transport: Transport,
        audience: str,
        provider: ProviderDocument | None = None,
    ) -> None:
        self._issuer = settings.issuer
        self._audience = audience
        provider = provider or ProviderDocument(settings, transport)
        self._keys = ProviderKeys(provider, transport)

    def verify(self, token: str) -> Actor:
        """The caller the token names.

        Raises NotAuthenticated with what to do (never with content of the token), Unavailable when
        the identity provider's keys were never seen and it cannot be reached.
        """
        header, claims = self._signed(token)
        if _kind(header) != TOKEN_TYPE:
            raise NotAuthenticated("Send an access token; this is another kind of token.")
        return actor_of(claims, issuer=self._issuer, audience=self._audience, token=token)

    def verify_id_token(self, token: str, client_id: str, nonce: str) -> dict[str, Any]:
        """The claims of an OpenID Connect id token made for `client_id` with this `nonce`."""
        claims = self.verify_hint(token)
        if claims.get("aud") != client_id:
            raise NotAuthenticated("The log-in was made for another application.")
        if not nonce or claims.get("nonce") != nonce:
            raise NotAuthenticated("The log-in does not belong to this browser. Log in again.")
        if not isinstance(claims.get("exp"), int) or claims["exp"] <= clock.now().timestamp():
            raise NotAuthenticated("The log-in took too long. Log in again.")
        return claims

    def verify_hint(self, token: str) -> dict[str, Any]:
        """The claims of one of the issuer's id tokens, of any client and even when expired
        (OpenID Connect RP-Initiated Logout 1.0 section 2)."""
        header, claims = self._signed(token)
        if _kind(header) == TOKEN_TYPE:
            raise NotAuthenticated("Send an id token; this is an access token.")
        if claims.get("iss") != self._issuer:
            raise NotAuthenticated("The log-in was made elsewhere.")
        return claims

    def _signed(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        if len(token) > MAXIMUM_LENGTH:
            raise NotAuthenticated("The access token is too long.")
        try:
            header = jws.extract_compact(token.encode("ascii")).headers()
            kid, algorithm = header.get("kid"), header.get("alg")
            if algorithm not in ALGORITHMS:
                raise NotAuthenticated("The access token's algorithm is not accepted.")
            key = self._keys.find(kid) if isinstance(kid, str) else None
            if key is None:
                raise NotAuthenticated("The access token is signed with an unknown key.")
            decoded = jwt.decode(token, key, algorithms=list(ALGORITHMS))
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise NotAuthenticated("The access token cannot be read or its seal is broken.") from (
                error
            )
        return decoded.header, decoded.claims


def _kind(header: dict[str, Any]) -> str:
    return str(header.get("typ", "")).lower().removeprefix("application/")
