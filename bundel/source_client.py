"""A source system's side of the conversation: it proves who it is and gets access tokens."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from bundel.installation import Installation
from bundel.signing import client_assertion
from shared import clock
from shared.authentication.provider import ProviderDocument
from shared.clients.token_endpoint import ASSERTION_TYPE
from shared.clients.transport import PooledTransport, Transport
from shared.problems import NotAuthenticated, Unavailable

RENEW_BEFORE = 30.0  # seconds before expiry


class SourceClient:
    """Tokens for one client. Keeps each token until shortly before it expires."""

    def __init__(
        self, installation: Installation, client_id: str, transport: Transport | None = None
    ) -> None:
        self.client_id = client_id
        self._key = installation.client_key(client_id)
        self._issuer = installation.issuer
        self._transport = transport or PooledTransport()
        settings = replace(
            installation.settings, issuer=installation.issuer, identity_url=installation.issuer
        )
        self._provider = ProviderDocument(settings, self._transport)
        self._kept: dict[str, tuple[str, float, float]] = {}  # with since and until when it serves

    def token(self, audience: str = "bundel-signals") -> str:
        """An access token. Raises OSError without a key file, NotAuthenticated when the provider
        says no, Unavailable when it does not answer."""
        kept = self._kept.get(audience)
        # Not one from the future either: after the clock was set back everybody refuses it.
        if kept and kept[1] <= clock.now().timestamp() < kept[2] - RENEW_BEFORE:
            return kept[0]
        assertion = client_assertion(
            self.client_id, self._issuer, self._key.read(), self._key.algorithm
        )
        answer = self._transport.send(
            "POST",
            self._provider.addresses().token,
            {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            urlencode(
                {
                    "grant_type": "client_credentials",
                    "audience": audience,
                    "scope": f"aud-{audience}",
                    "client_id": self.client_id,
                    "client_assertion_type": ASSERTION_TYPE,
                    "client_assertion": assertion,
                }
            ).encode(),
        )
        if answer.status >= 500 or answer.status in (404, 429):
            raise Unavailable("The identity provider does not answer.")
        body = answer.json()
        if answer.status != 200:
            raise NotAuthenticated(str(body.get("error_description") or body.get("detail") or ""))
        token = str(body["access_token"])
        now = clock.now().timestamp()
        self._kept[audience] = (token, now, now + float(body["expires_in"]))
        return token

    def headers(self, audience: str = "bundel-signals") -> dict[str, str]:
        """The Authorization header for a call."""
        return {"Authorization": f"Bearer {self.token(audience)}"}


def audience_of(name: str) -> str:
    """ "signals" and "bundel-signals" name the same audience."""
    return name if name.startswith("bundel-") else f"bundel-{name}"
