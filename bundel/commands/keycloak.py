"""`bundel keycloak`: what a Keycloak administrator imports, as JSON on standard output."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bundel.keycloak.realm import (
    SERVICE_CLIENTS,
    RealmFault,
    bundel_realm,
    person,
    public_jwks,
    source_system,
)
from services.identity.keys import read_or_make_key
from shared.settings import load_settings
from shared.vocabulary import Agency, LegalContext, Role

_PEOPLE = [role.value for role in Role if role not in (Role.SOURCE, Role.SERVICE)]


@click.group("keycloak")
def command() -> None:
    """The realm, source systems and people of a region, for import into Keycloak."""


def _print(make: Callable[[], dict[str, Any]]) -> None:
    try:
        click.echo(json.dumps(make(), indent=1))
    except RealmFault as error:
        raise click.UsageError(str(error)) from error


@command.command("realm")
@click.option("--region", required=True, help="The region's code, e.g. utrecht.")
def realm(region: str) -> None:
    """Print the realm. Makes the services' own keys in BUNDEL_HOME/clients when they are missing:
    the private halves stay there, the realm holds the public ones."""
    settings = load_settings()

    def make() -> dict[str, Any]:
        keys = {}
        for client in SERVICE_CLIENTS:
            file = settings.client_key_file(client)
            read_or_make_key(file)
            keys[client] = public_jwks(file.read_bytes())
        return bundel_realm(settings.base_url, region, keys)

    _print(make)


@command.command("source")
@click.argument("client_id")
@click.option("--organisation", required=True, help="The organisation's code.")
@click.option("--agency", required=True, type=click.Choice([each.value for each in Agency]))
@click.option("--region", required=True, help="The region it works in.")
@click.option(
    "--public-key",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The supplier's public RSA key (PEM). The private key never leaves the supplier.",
)
def source(client_id: str, organisation: str, agency: str, region: str, public_key: Path) -> None:
    """Print a source system for Keycloak's partial import."""
    _print(
        lambda: source_system(
            client_id, organisation, Agency(agency), region, public_jwks(public_key.read_bytes())
        )
    )


@command.command("person")
@click.argument("user")
@click.option("--given", required=True)
@click.option("--surname", required=True)
@click.option("--email", required=True)
@click.option("--role", required=True, type=click.Choice(_PEOPLE))
@click.option("--organisation", required=True)
@click.option("--agency", required=True, type=click.Choice([each.value for each in Agency]))
@click.option("--region", required=True)
@click.option(
    "--legal-context",
    required=True,
    type=click.Choice([each.value for each in LegalContext]),
    help="The one in which this person works; none for officers.",
)
def add_person(
    user: str,
    given: str,
    surname: str,
    email: str,
    role: str,
    organisation: str,
    agency: str,
    region: str,
    legal_context: str,
) -> None:
    """Print a person for Keycloak's partial import: no password yet, a second factor is asked."""
    _print(
        lambda: person(
            user, given, surname, email, Role(role), organisation, Agency(agency), region,
            LegalContext(legal_context),
        )
    )  # fmt: skip
