"""Asks the identity provider for tokens as one of Bundel's own clients (RFC 7523)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from shared import clock, ids
from shared.authentication.provider import ProviderDocument
from shared.clients.transport import Transport
from shared.logging import get_logger
from shared.problems import Problem, Unavailable
from shared.settings import Settings

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
_ALGORITHM = "PS256"
_REVOKE_SECONDS = 2.0


@dataclass(frozen=True)
class Granted:
    """What the token endpoint gave. `expires_at` is in seconds since 1970 (UTC)."""

    access_token: str = field(repr=False)
    expires_at: float
    refresh_token: str = field(default="", repr=False)
    id_token: str = field(default="", repr=False)


class TokenRefused(Problem):
    """The provider said no. `error` is the OAuth code (RFC 6749 section 5.2)."""

    status = 401
    code = "token-refused"
    title = "The identity provider refused a token"

    def __init__(self, error: str) -> None:
        super().__init__("Log in again or check the client's key.")
        self.error = error


class TokenEndpoint:
    """The provider's token endpoint, asked as `client_id` with the key in the home folder."""

    def __init__(
        self,
        settings: Settings,
        transport: Transport,
        client_id: str,
        provider: ProviderDocument | None = None,
    ) -> None:
        self.client_id = client_id
        self._provider = provider or ProviderDocument(settings, transport)
        self._audience = settings.issuer  # RFC 7523bis: the issuer, nothing else
        self._key_file = settings.client_key_file(client_id)
        self._transport = transport
        self._key: RSAKey | None = None

    def ask(self, form: Mapping[str, str]) -> Granted:
        """Sends a token request. Raises TokenRefused, or Unavailable when nobody answers."""
        fields = {
            **form,
            "client_id": self.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(),
        }
        answer = self._transport.send(
            "POST",
            self._provider.addresses().token,
            {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            urlencode(fields).encode(),
        )
        if answer.status == 200:
            return _granted(answer.json())
        if answer.status >= 500:
            raise Unavailable("The identity provider cannot answer now.")
        body = answer.json()
        error = str(body.get("error", "")) if isinstance(body, dict) else ""
        if error == "invalid_client":
            self._key = None  # the key file may have been renewed
        get_logger().warning("token refused", code=error, status=answer.status)
        raise TokenRefused(error)

    def revoke(self, refresh_token: str) -> bool:
        """Gives a refresh token back, so that nothing is renewed with it (RFC 7009). Waits two
        seconds at most; False when the provider did not say that it is done."""
        try:
            address = self._provider.addresses().revocation
            if not address:
                return False
            fields = {
                "token": refresh_token,
                "token_type_hint": "refresh_token",
                "client_id": self.client_id,
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self._assertion(),
            }
            answer = self._transport.send(
                "POST",
                address,
                {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                urlencode(fields).encode(),
                _REVOKE_SECONDS,
            )
        except Unavailable:
            return False
        return answer.status == 200

    def _assertion(self) -> str:
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self._audience,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": ids.random_text(),
        }
        return jwt.encode({"alg": _ALGORITHM}, claims, self._signing_key(), [_ALGORITHM])

    def _signing_key(self) -> RSAKey:
        if self._key is None:
            try:
                self._key = RSAKey.import_key(self._key_file.read_bytes())
            except (OSError, JoseError, ValueError) as error:
                raise Unavailable("This service has no key to make itself known with.") from error
        return self._key


def _granted(body: object) -> Granted:
    if not isinstance(body, dict) or not isinstance(body.get("access_token"), str):
        raise Unavailable("The identity provider sent an answer that cannot be read.")
    seconds = body.get("expires_in")
    lifetime = float(seconds) if isinstance(seconds, (int, float)) else 0.0
    return Granted(
        access_token=body["access_token"],
        expires_at=clock.now().timestamp() + lifetime,
        refresh_token=str(body.get("refresh_token") or ""),
        id_token=str(body.get("id_token") or ""),
    )
