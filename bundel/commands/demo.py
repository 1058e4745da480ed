"""`bundel demo`: load the demonstration into a running Bundel, or say what is there."""

from __future__ import annotations

import sys

import click

from bundel.cli import EXIT_NO
from shared.settings import Settings, SettingsError, load_settings


@click.group("demo")
def command() -> None:
    """Synthetic households and ten stories, pushed through the public API."""


@command.command("load")
@click.option(
    "--households",
    type=click.IntRange(10, 100_000),
    default=50,
    show_default=True,
    help="How many, the ten stories among them. Counts the first time only.",
)
def load(households: int) -> None:
    """Load the demonstration. Running it again goes on where it was and doubles nothing."""
    from bundel.demo.loader import load_demonstration
    from bundel.demo.problems import DemonstrationFailed
    from bundel.demo.welcome import print_welcome

    settings = _development()
    try:
        loaded = load_demonstration(settings, households)
    except DemonstrationFailed as error:
        raise click.ClickException(f"{error}\nNothing is lost: run it again to go on.") from error
    click.echo(f"{loaded.signals} signals of {loaded.plan.households} households are in Bundel.")
    print_welcome(settings)


@command.command("status")
def status() -> None:
    """Say whether the demonstration is loaded, and where to go. Exit code 1 when it is not."""
    from bundel.demo.loader import demo_told
    from bundel.demo.welcome import print_welcome

    settings = _development()
    print_welcome(settings)
    if not demo_told(settings):
        sys.exit(EXIT_NO)


def _development() -> Settings:
    settings = load_settings()
    if not settings.development:
        raise SettingsError("The demonstration is for development mode only.")
    return settings
