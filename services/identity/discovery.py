"""What the provider says of itself: discovery document and public keys, and the token endpoint."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from services.identity.clients import AUTHENTICATION, SCOPES, TOKEN_EXCHANGE
from services.identity.keys import SigningKeys
from services.identity.server import Provider
from shared.authentication import public
from shared.settings import Settings


def machine_endpoints(settings: Settings, keys: SigningKeys, provider: Provider) -> Blueprint:
    """Discovery (OpenID Connect Discovery 1.0 section 3), /jwks and /token."""
    blueprint = Blueprint("provider", __name__)
    issuer = settings.issuer
    algorithms = ["RS256", "PS256"]
    document = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/logout",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [
            "authorization_code", "client_credentials", "refresh_token", TOKEN_EXCHANGE,
        ],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "token_endpoint_auth_methods_supported": [AUTHENTICATION],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "name", "nonce", "auth_time"],
        "ui_locales_supported": ["nl"],
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
    }  # fmt: skip

    @blueprint.get("/.well-known/openid-configuration")
    @public("OpenID Connect Discovery: clients read it before they log in")
    def discovery() -> Response:
        return jsonify(document)

    @blueprint.get("/jwks")
    @public("public keys, to verify signatures with")
    def jwks() -> Response:
        response = jsonify(keys.published.as_dict(private=False))
        response.headers["Cache-Control"] = "public, max-age=60"
        return response

    @blueprint.post("/token")
    @public("the client proves itself with a signed assertion in the form")
    def token() -> Response:
        response: Response = provider.create_token_response()
        return response

    return blueprint
