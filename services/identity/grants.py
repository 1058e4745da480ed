"""The ways to get a token, on Authlib's grants, with its known traps closed.

Authlib binds PKCE for public clients only and accepts `plain`; here S256 is demanded of everybody.
"""

from __future__ import annotations

import re
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, InvalidScopeError, grants
from authlib.oauth2.rfc7636 import CodeChallenge

from services.identity.clients import AUTHENTICATION, Client
from services.identity.people import Person, person_of
from services.identity.store import Grant, Login, Store
from services.identity.tokens import TokenMaker

_S256_CHALLENGE = re.compile(r"^[A-Za-z0-9_-]{43}$")


def asked_audience(request: Any, client: Client) -> str:
    """The one audience a token request names: `audience`, else a scope `aud-<audience>`, else the
    client's only one. Raises InvalidScopeError when the client may not ask for it."""
    named = request.form.getlist("audience")
    named = named or [
        scope.removeprefix("aud-")
        for scope in request.form.get("scope", "").split()
        if scope.startswith("aud-")
    ]
    if not named and len(client.audiences) == 1:
        named = list(client.audiences)
    if len(named) != 1:
        raise InvalidRequestError("Name one audience, e.g. audience=bundel-signals.")
    if named[0] not in client.audiences:
        raise InvalidScopeError("This client may not ask a token for that audience.")
    return str(named[0])


class S256Only(CodeChallenge):  # type: ignore[misc]
    """Proof key (RFC 7636), S256, for every client, confidential ones too (RFC 9700 2.1.1)."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - Authlib's own shape

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Send code_challenge_method=S256; plain is refused.")
        if not _S256_CHALLENGE.match(data.get("code_challenge", "")):
            raise InvalidRequestError("Send code_challenge: BASE64URL(SHA256(code_verifier)).")
        super().validate_code_challenge(grant, redirect_uri)

    def validate_code_verifier(self, grant: Any, result: Any) -> None:
        if not grant.request.form.get("code_verifier"):
            raise InvalidRequestError("Missing code_verifier.")
        super().validate_code_verifier(grant, result)

    def get_authorization_code_challenge_method(self, _authorization_code: Grant) -> str:
        return "S256"


class ClientCredentials(grants.ClientCredentialsGrant):  # type: ignore[misc]
    """A machine speaks for itself (RFC 6749 section 4.4)."""

    TOKEN_ENDPOINT_AUTH_METHODS = [AUTHENTICATION]  # noqa: RUF012

    def generate_token(self, **_options: Any) -> dict[str, Any]:
        tokens: TokenMaker = self.server.tokens
        client: Client = self.request.client
        return tokens.answer(client, client, asked_audience(self.request, client))


class AuthorizationCode(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """A person logs in (OpenID Connect Core 3.1); the token is for the web client itself."""

    TOKEN_ENDPOINT_AUTH_METHODS = [AUTHENTICATION]  # noqa: RUF012

    def create_authorization_response(self, redirect_uri: str, grant_user: Login) -> Any:
        self._login = grant_user
        status, body, headers = super().create_authorization_response(redirect_uri, grant_user)
        # RFC 9207: the client sees which provider answered.
        location = add_params_to_uri(dict(headers)["Location"], [("iss", self.server.issuer)])
        return status, body, [("Location", location)]

    def generate_authorization_code(self) -> str:
        payload = self.request.payload
        login: Login = self._login
        store: Store = self.server.store
        return store.give_code(
            login,
            client_id=self.request.client.client_id,
            redirect_uri=payload.redirect_uri,
            scope=self.request.scope,
            nonce=payload.data.get("nonce", ""),
            code_challenge=payload.data["code_challenge"],
        )

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Nothing left to do: the code is in the database as soon as it exists."""

    def query_authorization_code(self, code: str, client: Client) -> Grant | None:
        store: Store = self.server.store
        return store.take_code(code, client.client_id)

    def delete_authorization_code(self, authorization_code: Grant) -> None:
        """Nothing left to do: the code was taken when it was looked up."""

    def authenticate_user(self, authorization_code: Grant) -> Person | None:
        return person_of(authorization_code.subject)

    def generate_token(self, user: Person, **_options: Any) -> dict[str, Any]:
        server: Any = self.server
        grant: Grant = self.request.authorization_code
        return dict(server.token_for_person(user, self.request.client, grant))


class RefreshToken(grants.RefreshTokenGrant):  # type: ignore[misc]
    """A new access token without a new log-in; each refresh token serves once (RFC 9700 2.2.2)."""

    TOKEN_ENDPOINT_AUTH_METHODS = [AUTHENTICATION]  # noqa: RUF012

    def authenticate_refresh_token(self, refresh_token: str) -> Grant:
        store: Store = self.server.store
        found = store.take_refresh_token(refresh_token, self.request.client.client_id)
        if found is None:
            raise InvalidGrantError("The refresh token is not valid any more. Log in again.")
        return found

    def authenticate_user(self, refresh_token: Grant) -> Person | None:
        return person_of(refresh_token.subject)

    def issue_token(self, user: Person, refresh_token: Grant) -> dict[str, Any]:
        return dict(self.server.token_for_person(user, self.request.client, refresh_token))

    def revoke_old_credential(self, refresh_token: Grant) -> None:
        """Nothing left to do: the old token was used up when it was looked up."""
