"""`bundel outbox`: what must still reach a neighbour, and what was given up."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Engine

from bundel.cli import EXIT_NO
from shared.database import open_engine
from shared.settings import load_settings


@click.group("outbox")
def command() -> None:
    """Messages to the log and to the consent service: how they stand, and trying again."""


@command.command("list")
def list_() -> None:
    """Say what waits and what was given up. Exit code 1 when something was given up."""
    from services.signals.delivery.operating import standing

    with _signals() as engine:
        state, letters = standing(engine)
    click.echo(f"{state.waiting} waiting, the oldest for {state.oldest_seconds:.0f} seconds")
    click.echo(f"{state.dead} given up")
    for letter in letters:
        click.echo(f"{letter.id}  {letter.kind}  {letter.created_at}  {letter.attempts} attempts")
    if state.dead:
        sys.exit(EXIT_NO)


@command.command("retry")
@click.argument("message_ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "every", is_flag=True, help="Everything that was given up.")
def retry(message_ids: tuple[str, ...], every: bool) -> None:
    """Try messages again that were given up. First mend the cause: it is in the service's log.

    Exit code 1 when one of the IDs is no message that was given up.
    """
    from services.signals.delivery.operating import retry as try_again

    if every == bool(message_ids):
        raise click.UsageError("Give the ids of messages, or --all.")
    with _signals() as engine:
        done = try_again(engine, None if every else message_ids)
    click.echo(f"{len(done)} will be sent again")
    missing = [one for one in message_ids if one not in done]
    for one in missing:
        click.echo(f"{one}: not given up", err=True)
    if missing:
        sys.exit(EXIT_NO)


@contextmanager
def _signals() -> Iterator[Engine]:
    engine = open_engine(load_settings().databases["signals"])
    try:
        yield engine
    finally:
        engine.dispose()
