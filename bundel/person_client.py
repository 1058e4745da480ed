"""A person's log-in driven by a script: authorization code flow with PKCE, as a browser does it.

The demonstration's people act through it on the public API. It holds the key of a web client, which
only someone with the home folder has.
"""

from __future__ import annotations

import base64
import hashlib
import re
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from bundel.installation import Installation
from bundel.signing import client_assertion
from shared import clock, ids
from shared.clients.token_endpoint import ASSERTION_TYPE
from shared.clients.transport import Answer, PooledTransport, Transport
from shared.problems import NotAuthenticated, Unavailable

RENEW_BEFORE = 30.0  # seconds before expiry
_FORM_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class PersonClient:
    """Access tokens of one person, by audience; logs in again when one expires."""

    def __init__(
        self,
        installation: Installation,
        user: str,
        password: str,
        transport: Transport | None = None,
    ) -> None:
        self._installation = installation
        self._user = user
        self._password = password
        self._transport = transport or PooledTransport()
        self._kept: dict[str, tuple[str, float, float]] = {}  # with since and until when it serves

    def token(self, audience: str = "bundel-signals") -> str:
        """Raises NotAuthenticated when the log-in is refused, Unavailable without an answer."""
        kept = self._kept.get(audience)
        # Not one from the future either: after the clock was set back everybody refuses it.
        if kept and kept[1] <= clock.now().timestamp() < kept[2] - RENEW_BEFORE:
            return kept[0]
        body = self.log_in(audience)
        token = str(body["access_token"])
        seconds = float(str(body["expires_in"]))
        now = clock.now().timestamp()
        self._kept[audience] = (token, now, now + seconds)
        return token

    def headers(self, audience: str = "bundel-signals") -> dict[str, str]:
        """The Authorization header for a call."""
        return {"Authorization": f"Bearer {self.token(audience)}"}

    def log_in(self, audience: str) -> dict[str, object]:
        """The whole answer of the token endpoint after a new log-in."""
        verifier = ids.random_text(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        redirect_uri = self._redirect_uri(audience)
        query = {
            "response_type": "code",
            "client_id": audience,
            "redirect_uri": redirect_uri,
            "scope": "openid profile",
            "state": ids.random_text(16),
            "nonce": ids.random_text(16),
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        code = self._code(query)
        return self._redeem(audience, code, verifier, redirect_uri)

    def _code(self, query: dict[str, str]) -> str:
        url = f"{self._installation.issuer}/authorize?{urlencode(query)}"
        page = self._transport.send("GET", url)
        found = _FORM_TOKEN.search(page.body.decode())
        if page.status != 200 or found is None:
            raise Unavailable("The identity provider does not show its log-in page.")
        form = {"user": self._user, "password": self._password, "form_token": found.group(1)}
        answer = self._transport.send(
            "POST", url, {**_FORM, "Cookie": _cookies(page)}, urlencode(form).encode()
        )
        back = urlsplit(answer.headers.get("location", ""))
        told = parse_qs(back.query)
        if answer.status != 303 or told.get("state") != [query["state"]] or "code" not in told:
            raise NotAuthenticated("The user name or the password is wrong.")
        return told["code"][0]

    def _redeem(
        self, client_id: str, code: str, verifier: str, redirect_uri: str
    ) -> dict[str, object]:
        key = self._installation.client_key(client_id)
        url = f"{self._installation.issuer}/token"
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
            "client_id": client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": client_assertion(client_id, url, key.read(), key.algorithm),
        }
        answer = self._transport.send("POST", url, _FORM, urlencode(form).encode())
        body = answer.json()
        if answer.status != 200 or not isinstance(body, dict):
            raise NotAuthenticated("The identity provider did not give a token.")
        return body

    def _redirect_uri(self, client_id: str) -> str:
        return f"{self._installation.base_url}/{client_id.removeprefix('bundel-')}/callback"


def _cookies(answer: Answer) -> str:
    jar = SimpleCookie(answer.headers.get("set-cookie", ""))
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())
