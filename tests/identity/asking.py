"""Asks the provider for tokens, rightly or wrongly, as tests need."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from shared import clock, ids
from shared.clients.token_endpoint import ASSERTION_TYPE
from shared.clients.transport import Answer, WsgiTransport
from shared.settings import Settings
from tests.identity.browser import Browser

VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
CALLBACK = "http://bundel.test/signals/callback"


def claims_of(token: str) -> dict[str, Any]:
    """The payload, unverified."""
    payload = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


@dataclass(frozen=True)
class Asking:
    """Requests to the token endpoint; `assertion(...)` overrides claims, None leaves one out."""

    settings: Settings
    transport: WsgiTransport

    def assertion(
        self,
        client_id: str = "police-utrecht",
        algorithm: str = "PS256",
        signed_by: str = "",
        **changes: Any,
    ) -> str:
        now = int(clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": client_id,
            "sub": client_id,
            "aud": f"{self.settings.issuer}/token",
            "iat": now,
            "exp": now + 60,
            "jti": ids.random_text(),
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key_file = self.settings.client_key_file(signed_by or client_id)
        key = RSAKey.import_key(key_file.read_bytes())
        return jwt.encode({"alg": algorithm}, claims, key, [algorithm])

    def token(self, assertion: str | None = None, **form: str) -> Answer:
        fields = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.assertion(),
            "audience": "bundel-signals",
            **form,
        }
        return self.transport.send(
            "POST",
            f"{self.settings.issuer}/token",
            {"Content-Type": "application/x-www-form-urlencoded"},
            urlencode({name: value for name, value in fields.items() if value}).encode(),
        )

    def authorize_url(self, **changes: str) -> str:
        query = {
            "response_type": "code",
            "client_id": "bundel-signals",
            "redirect_uri": CALLBACK,
            "scope": "openid profile",
            "state": "st",
            "nonce": "no",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        kept = {name: value for name, value in query.items() if value}
        return f"{self.settings.issuer}/authorize?{urlencode(kept)}"

    def code(self, user: str = "m.dejong", **changes: str) -> str:
        """A code of a real log-in in a new browser."""
        browser = Browser({**self.transport.applications, "signals": _stop})
        page = browser.log_in(self.authorize_url(**changes), user)
        return parse_qs(urlsplit(page.request.url).query)["code"][0]

    def redeem(self, code: str, client_id: str = "bundel-signals", **form: str) -> Answer:
        return self.token(
            self.assertion(client_id),
            **{
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": CALLBACK,
                "code_verifier": VERIFIER,
                "audience": "",
                **form,
            },
        )

    def refresh(self, refresh_token: str, client_id: str = "bundel-signals") -> Answer:
        return self.token(
            self.assertion(client_id),
            grant_type="refresh_token",
            refresh_token=refresh_token,
            audience="",
        )

    def exchange(self, subject_token: str, requester: str, audience: str, **form: str) -> Answer:
        access_token = "urn:ietf:params:oauth:token-type:access_token"
        return self.token(
            self.assertion(requester),
            **{
                "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token": subject_token,
                "subject_token_type": access_token,
                "audience": audience,
                **form,
            },
        )


def _stop(_environ: Any, start_response: Any) -> list[bytes]:
    """A web client that only receives: the browser stops at its callback."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"arrived"]


def refused(answer: Answer, status: int, error: str) -> str:
    """The sentence of a refusal, after checking its form."""
    body = answer.json()
    assert (answer.status, body["error"]) == (status, error), body
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert body["status"] == status
    return str(body["detail"])
