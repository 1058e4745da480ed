"""Token exchange (RFC 8693): a service asks for a token to call a neighbour in the caller's name.

Authlib has no such grant. The requester is one of Bundel's own services and the caller's token must
have been meant for it: no service can act with a token that it merely found.
"""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import (
    BaseGrant,
    InvalidGrantError,
    InvalidRequestError,
    TokenEndpointMixin,
    UnauthorizedClientError,
)

from services.identity.clients import AUTHENTICATION, TOKEN_EXCHANGE, Client
from services.identity.grants import asked_audience
from services.identity.people import Person, person_of
from shared.authentication.verifier import TokenVerifier
from shared.problems import NotAuthenticated

ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105


class TokenExchange(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]
    """Result: `sub` the caller, `azp` the requester, `aud` the service asked for."""

    GRANT_TYPE = TOKEN_EXCHANGE
    TOKEN_ENDPOINT_AUTH_METHODS = [AUTHENTICATION]  # noqa: RUF012

    def validate_token_request(self) -> None:
        client: Client = self.authenticate_token_endpoint_client()
        if not client.is_service or not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("Only Bundel's own services may exchange tokens.")
        self.request.client = client
        form = self.request.form
        if not form.get("subject_token"):
            raise InvalidRequestError("Missing subject_token.")
        for name, needed in (("subject_token_type", True), ("requested_token_type", False)):
            if form.get(name, "" if needed else ACCESS_TOKEN_TYPE) != ACCESS_TOKEN_TYPE:
                raise InvalidRequestError(f"{name} must be {ACCESS_TOKEN_TYPE}.")
        if form.get("actor_token"):
            raise InvalidRequestError("actor_token is not supported: the requester is the actor.")
        self._audience = asked_audience(self.request, client)
        self._subject = self._caller(client, form["subject_token"])

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        token = self.server.tokens.answer(self._subject, self.request.client, self._audience)
        token["issued_token_type"] = ACCESS_TOKEN_TYPE
        return 200, token, self.TOKEN_RESPONSE_HEADER

    def _caller(self, requester: Client, token: str) -> Person | Client:
        verifier: TokenVerifier = self.server.verifier_for(requester.client_id)
        try:
            actor = verifier.verify(token)
        except NotAuthenticated as error:
            raise InvalidGrantError(
                "The subject_token has expired or is not meant for this client."
            ) from error
        found = person_of(actor.subject) or self.server.query_client(actor.subject)
        if found is None:
            raise InvalidGrantError("The subject of the token is not known any more.")
        return found
