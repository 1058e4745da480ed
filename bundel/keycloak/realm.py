"""Fills the realm file of infra/keycloak with this installation's address and public keys.

Bundel never talks to Keycloak's administration: these values are files that an administrator
imports. Private keys stay in the home folder; only public halves are written into them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from shared.settings import SERVICES
from shared.vocabulary import Agency, LegalContext, Role

TEMPLATE = Path(__file__).parents[2] / "infra" / "keycloak" / "realm.json"
SERVICE_CLIENTS = tuple(f"bundel-{service}" for service in SERVICES)
_CLIENT_ID = re.compile(r"^[a-z0-9-]{3,64}$")
ALGORITHMS = ("PS256", "RS256")
_SMALLEST_KEY = 2048  # bits
_PLACE = re.compile(r"@JWKS ([a-z-]+)@")


class RealmFault(ValueError):
    """A value does not fit in a realm; the text says which and what would."""


def public_jwks(pem: bytes) -> str:
    """A JWK set with the public half of an RSA key (PEM, private or public), once for each
    algorithm: Keycloak finds a key by `kid` or by `alg`. Raises RealmFault."""
    try:
        key = RSAKey.import_key(pem, {"use": "sig"})
    except (JoseError, ValueError) as error:
        raise RealmFault("This is not an RSA key in PEM.") from error
    if key.raw_value.key_size < _SMALLEST_KEY:
        raise RealmFault(f"The key is shorter than {_SMALLEST_KEY} bits.")
    key.ensure_kid()
    keys = [{**key.as_dict(private=False), "alg": algorithm} for algorithm in ALGORITHMS]
    return json.dumps({"keys": keys}, sort_keys=True)


def bundel_realm(base_url: str, region: str, jwks: Mapping[str, str]) -> dict[str, Any]:
    """The realm "bundel". `jwks` holds a key set as JSON text for each of SERVICE_CLIENTS."""

    def fill(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: fill(each) for name, each in value.items()}
        if isinstance(value, list):
            return [fill(each) for each in value]
        if not isinstance(value, str):
            return value
        place = _PLACE.fullmatch(value)
        if place:
            return jwks[place.group(1)]
        return value.replace("@BASE_URL@", base_url).replace("@REGION@", region)

    filled: dict[str, Any] = fill(json.loads(TEMPLATE.read_text(encoding="utf-8")))
    return filled


def _attributes(
    role: Role, organisation: str, agency: Agency, region: str, context: LegalContext
) -> dict[str, list[str]]:
    return {
        "role": [role.value],
        "organisation": [organisation],
        "agency": [agency.value],
        "region": [region],
        "legal_context": [context.value],
    }


def source_system(
    client_id: str, organisation: str, agency: Agency, region: str, jwks: str
) -> dict[str, Any]:
    """A source system, as Keycloak's partial import takes it. Raises RealmFault for an id that
    would not fit. It signs with PS256 or RS256 and gets tokens for bundel-signals only."""
    if not _CLIENT_ID.match(client_id) or client_id in SERVICE_CLIENTS:
        raise RealmFault("A client id has 3-64 small letters, digits and hyphens.")
    attributes = _attributes(Role.SOURCE, organisation, agency, region, LegalContext.NONE)
    return {
        "ifResourceExists": "FAIL",
        "clients": [
            {
                "clientId": client_id,
                "enabled": True,
                "protocol": "openid-connect",
                "publicClient": False,
                "clientAuthenticatorType": "client-jwt",
                "standardFlowEnabled": False,
                "implicitFlowEnabled": False,
                "directAccessGrantsEnabled": False,
                "serviceAccountsEnabled": True,
                "fullScopeAllowed": False,
                "attributes": {
                    "use.jwks.string": "true",
                    "jwks.string": jwks,
                    "access.token.header.type.rfc9068": "true",
                    "client_credentials.use_refresh_token": "false",
                },
                "defaultClientScopes": ["basic", "bundel", "aud-bundel-signals"],
                "optionalClientScopes": [],
            }
        ],
        "users": [
            {
                "username": f"service-account-{client_id}",
                "enabled": True,
                "serviceAccountClientId": client_id,
                "attributes": {**attributes, "subject": [client_id]},
            }
        ],
    }


def person(
    user: str,
    given: str,
    surname: str,
    email: str,
    role: Role,
    organisation: str,
    agency: Agency,
    region: str,
    context: LegalContext,
) -> dict[str, Any]:
    """Someone who logs in, as Keycloak's partial import takes it: without a password, who must set
    one and a second factor at the first log-in. Raises RealmFault for a role of machines."""
    if role in (Role.SOURCE, Role.SERVICE):
        raise RealmFault("This role is for machines.")
    return {
        "ifResourceExists": "FAIL",
        "users": [
            {
                "username": user,
                "firstName": given,
                "lastName": surname,
                "email": email,
                "enabled": True,
                "attributes": _attributes(role, organisation, agency, region, context),
                "requiredActions": ["UPDATE_PASSWORD", "CONFIGURE_TOTP"],
            }
        ],
    }
