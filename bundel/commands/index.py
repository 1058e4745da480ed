"""`bundel index`: the search index, made anew while everything goes on."""

from __future__ import annotations

import click

from bundel.cli import EXIT_NO
from shared.settings import load_settings


@click.group("index")
def command() -> None:
    """Look after the search index."""


@command.command("rebuild")
def rebuild() -> None:
    """Make the search index anew from the signals.

    Searching and delivering go on meanwhile. Do this when OpenSearch was lost or its data restored
    from an older copy. The first index is made by the service itself.
    """
    from services.signals.search.choosing import opened
    from services.signals.search.rebuilding import RebuildFailed

    with opened(load_settings()) as chosen:
        try:
            done = chosen.rebuilder.run(
                lambda what, count: click.echo(f"{what}: {count} documents", err=True)
            )
        except RebuildFailed:
            click.echo(
                "The new index went while it was made: is another rebuild running?", err=True
            )
            raise SystemExit(EXIT_NO) from None
    where = f"the index {done.index}" if done.index else "the index in the database"
    click.echo(f"{where[:1].upper()}{where[1:]} holds {done.documents} documents.")
    if done.again:
        click.echo(f"{done.again} that changed meanwhile were sent once more.")
