"""Authlib's authorization server, put together for Bundel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload, FlaskOAuth2Request
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import OAuth2Request
from flask import Flask, Response, g, jsonify
from flask import request as flask_request

from services.identity.assertions import PrivateKeyJwt
from services.identity.clients import AUDIENCES, AUTHENTICATION, Client
from services.identity.document import discovery_document
from services.identity.exchange import TokenExchange
from services.identity.grants import AuthorizationCode, ClientCredentials, RefreshToken, S256Only
from services.identity.keys import SigningKeys
from services.identity.people import Person
from services.identity.store import Grant, Store
from services.identity.tokens import TokenMaker
from shared.authentication.provider import WELL_KNOWN
from shared.authentication.verifier import TokenVerifier
from shared.clients.transport import Answer
from shared.settings import Settings


class _Request(FlaskOAuth2Request):  # type: ignore[misc]
    """Authlib refuses plain http except on a loopback address. This provider runs in development
    mode only, where the address may be a name in a test; production has a provider of its own."""

    def __init__(self, request: Any) -> None:
        secure = request.url.replace("http://", "https://", 1)
        OAuth2Request.__init__(self, method=request.method, uri=secure, headers=request.headers)
        self._request = request
        self.payload = FlaskOAuth2Payload(request)


class _OwnKeys:
    """Document and keys for the provider's own verifiers: a transport inside the process."""

    def __init__(self, settings: Settings, keys: SigningKeys) -> None:
        self._document = discovery_document(settings)
        self._keys = keys

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,
    ) -> Answer:
        document = url.endswith(WELL_KNOWN)
        told = self._document if document else self._keys.published.as_dict(private=False)
        return Answer(200, {}, jsonify(told).get_data())


class Provider(AuthorizationServer):  # type: ignore[misc]
    """`store`, `tokens` and `query_client` are what the grants work with."""

    def __init__(
        self,
        app: Flask,
        settings: Settings,
        clients: Mapping[str, Client],
        keys: SigningKeys,
        store: Store,
    ) -> None:
        super().__init__(app, query_client=clients.get, save_token=lambda _token, _request: None)
        self.issuer = settings.issuer
        self.store = store
        self.tokens = TokenMaker(settings, keys)
        own_keys = _OwnKeys(settings, keys)
        self._verifiers = {name: TokenVerifier(settings, own_keys, name) for name in AUDIENCES}
        assertions = PrivateKeyJwt(store, (f"{settings.issuer}/token", settings.issuer))
        self.register_client_auth_method(AUTHENTICATION, assertions)
        self.register_grant(ClientCredentials)
        self.register_grant(AuthorizationCode, [S256Only()])
        self.register_grant(RefreshToken)
        self.register_grant(TokenExchange)

    @property
    def any_verifier(self) -> TokenVerifier:
        """For id tokens, whose audience is looked at by the caller."""
        return self._verifiers[AUDIENCES[0]]

    def verifier_for(self, audience: str) -> TokenVerifier:
        return self._verifiers[audience]

    def create_oauth2_request(self, _request: Any) -> _Request:
        return _Request(flask_request)

    def revoke_token(self) -> Response:
        """Answers 200 whatever the token was (RFC 7009 section 2.2); the client must be known."""
        request = self.create_oauth2_request(None)
        try:
            client: Client = self.authenticate_client(request, [AUTHENTICATION], "revocation")
        except OAuth2Error as error:
            return self.handle_error_response(request, error)
        self.store.revoke(request.form.get("token", ""), client.client_id)
        return jsonify({})

    def token_for_person(self, person: Person, client: Client, grant: Grant) -> dict[str, Any]:
        """Access, refresh and (with scope openid) id token for the web client's own service."""
        answer = self.tokens.answer(person, client, client.client_id, grant.scope)
        answer["refresh_token"] = self.store.give_refresh_token(grant)
        if "openid" in grant.scope.split():
            answer["id_token"] = self.tokens.id_token(person, client, grant, answer["access_token"])
        return answer

    def handle_error_response(self, request: Any, error: OAuth2Error) -> Response:
        """Redirects as OAuth says; else problem+json that also carries the members of RFC 6749."""
        if error.redirect_uri:
            response: Response = super().handle_error_response(request, error)
            return response
        status = 401 if error.error == "invalid_client" else error.status_code
        body = {
            "type": f"urn:bundel:problem:{error.error.replace('_', '-')}",
            "title": "The token request was refused",
            "status": status,
            "detail": error.description or "Check the request against the discovery document.",
            "code": error.error.replace("_", "-"),
            "error": error.error,
            "error_description": error.description or "",
            "traceId": g.get("trace_id", ""),
        }
        response = jsonify(body)
        response.mimetype = "application/problem+json"
        response.status_code = status
        if status == 401:
            response.headers["WWW-Authenticate"] = 'Bearer error="invalid_client"'
        return response
