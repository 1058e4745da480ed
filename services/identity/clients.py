"""The software that may ask for tokens: source systems, and Bundel's own three services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from authlib.oauth2.rfc6749 import ClientMixin
from joserfc.jwk import RSAKey

from services.identity.keys import read_or_make_key
from shared.settings import SERVICES, Settings
from shared.vocabulary import Agency, LegalContext, Region, Role

AUTHENTICATION = "private_key_jwt"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - RFC 8693
AUDIENCES = tuple(f"bundel-{service}" for service in SERVICES)
SCOPES = ("openid", "profile")


@dataclass(frozen=True)
class Client(ClientMixin):  # type: ignore[misc]
    """A registered client. `key` verifies its assertions; `algorithm` is what it signs with itself.

    Both RS256 and PS256 are accepted from every client.
    """

    client_id: str
    role: Role
    organisation: str
    agency: Agency
    region: str
    algorithm: str
    audiences: tuple[str, ...]
    grant_types: tuple[str, ...]
    key: RSAKey = field(repr=False)
    redirect_uris: tuple[str, ...] = ()
    logged_out_uris: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return self.client_id

    @property
    def legal_context(self) -> LegalContext:
        return LegalContext.NONE

    @property
    def is_service(self) -> bool:
        return self.role is Role.SERVICE

    # What Authlib asks of a client (authlib.oauth2.rfc6749.ClientMixin).

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return ""  # always to be named, exactly

    def get_allowed_scope(self, scope: str | None) -> str:
        asked = (scope or "").split()
        return " ".join(name for name in asked if name in SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, _secret: str) -> bool:
        return False

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == AUTHENTICATION

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and bool(self.redirect_uris)

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.grant_types


_SOURCES = (
    ("police-utrecht", "politie-midden-nederland", Agency.POLICE, Region.UTRECHT, "PS256"),
    ("youthcare-utrecht", "jeugdhulp-vecht-en-venen", Agency.YOUTH_CARE, Region.UTRECHT, "RS256"),
    ("vt-utrecht", "vt-utrecht", Agency.VEILIG_THUIS, Region.UTRECHT, "PS256"),
    ("police-gooi", "politie-midden-nederland", Agency.POLICE, Region.GOOI, "PS256"),
    ("vt-gooi", "vt-gooi", Agency.VEILIG_THUIS, Region.GOOI, "PS256"),
)


def registered_clients(settings: Settings) -> Mapping[str, Client]:
    """All clients by id; makes the key files that are missing."""
    clients = [
        Client(
            client_id=client_id,
            role=Role.SOURCE,
            organisation=organisation,
            agency=agency,
            region=region,
            algorithm=algorithm,
            audiences=("bundel-signals",),
            grant_types=("client_credentials",),
            key=read_or_make_key(settings.client_key_file(client_id)),
        )
        for client_id, organisation, agency, region, algorithm in _SOURCES
    ]
    clients += [
        Client(
            client_id=f"bundel-{service}",
            role=Role.SERVICE,
            organisation="bundel",
            agency=Agency.BUNDEL,
            region=Region.UTRECHT,
            algorithm="PS256",
            audiences=AUDIENCES,
            grant_types=(
                "client_credentials", "authorization_code", "refresh_token", TOKEN_EXCHANGE,
            ),
            key=read_or_make_key(settings.client_key_file(f"bundel-{service}")),
            redirect_uris=(f"{settings.base_url}/{service}/callback",),
            logged_out_uris=(f"{settings.base_url}/{service}/",),
        )
        for service in SERVICES
    ]  # fmt: skip
    return {client.client_id: client for client in clients}
