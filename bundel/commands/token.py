"""`bundel token`: an access token of a demonstration client, for curl."""

from __future__ import annotations

import click

from bundel.installation import find_installation
from bundel.source_client import SourceClient, audience_of
from shared.settings import SERVICES


@click.command("token")
@click.argument("client")
@click.option(
    "--audience",
    type=click.Choice([*SERVICES, *(f"bundel-{service}" for service in SERVICES)]),
    default="signals",
    show_default=True,
    metavar="SERVICE",
    help="The service that the token is for: signals, consent or audit.",
)
def command(client: str, audience: str) -> None:
    """Print an access token of CLIENT, e.g. police-utrecht. It lives five minutes.

    curl -H "Authorization: Bearer $(bundel token police-utrecht)" ...
    """
    installation = find_installation()
    try:
        token = SourceClient(installation, client).token(audience_of(audience))
    except OSError as error:
        known = ", ".join(sorted(installation.clients)) or "none yet: start Bundel with make run"
        raise click.UsageError(
            f"There is no key of client {client!r} that you may read. Clients: {known}."
        ) from error
    click.echo(token)
