"""What the provider says of itself: discovery document and public keys, and the token endpoint."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from services.identity.document import discovery_document
from services.identity.keys import SigningKeys
from services.identity.server import Provider
from shared.authentication import public
from shared.settings import Settings


def machine_endpoints(settings: Settings, keys: SigningKeys, provider: Provider) -> Blueprint:
    """Discovery, /jwks and /token."""
    blueprint = Blueprint("provider", __name__)
    document = discovery_document(settings)

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

    @blueprint.post("/revoke")
    @public("the client proves itself with a signed assertion in the form; it only ends log-ins")
    def revoke() -> Response:
        return provider.revoke_token()

    return blueprint
