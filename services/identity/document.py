"""The provider's discovery document (OpenID Connect Discovery 1.0 section 3)."""

from __future__ import annotations

from typing import Any

from services.identity.clients import AUTHENTICATION, SCOPES, TOKEN_EXCHANGE
from shared.settings import Settings


def discovery_document(settings: Settings) -> dict[str, Any]:
    """What the provider at `settings.issuer` says of itself."""
    issuer = settings.issuer
    algorithms = ["RS256", "PS256"]
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "revocation_endpoint": f"{issuer}/revoke",
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
