"""`bundel demo`: load the demonstration into a running Bundel, or say what is there."""

from __future__ import annotations

import sys
from pathlib import Path

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
    help="How many, the ten stories among them; 300 unless you say. Counts the first time only.",
)
def load(households: int | None) -> None:
    """Load the demonstration. Running it again goes on where it was and doubles nothing."""
    from bundel.demo.loader import load_demonstration
    from bundel.demo.plan import HOUSEHOLDS
    from bundel.demo.problems import DemonstrationFailed
    from bundel.demo.welcome import print_welcome

    settings = _development()
    try:
        loaded = load_demonstration(settings, households or HOUSEHOLDS)
    except DemonstrationFailed as error:
        raise click.ClickException(f"{error}\nNothing is lost: run it again to go on.") from error
    click.echo(f"{loaded.signals} signals of {loaded.plan.households} households are in Bundel.")
    print_welcome(settings)


@command.command("generate")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--households", type=click.IntRange(1, 100_000_000), help="Stop after this many.")
@click.option("--persons", type=click.IntRange(1), help="Stop after this many invented persons.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same gives the same.")
def generate(folder: Path, households: int | None, persons: int | None, seed: int) -> None:
    """Write invented households of any size to FOLDER, for `bundel push` and for measuring.

    One NDJSON file for each source system, and truth.ndjson: who each mention really is. Written
    one household after another; nothing is kept in memory.
    """
    from bundel.demo.population import write_ndjson
    from shared import clock

    if households is None and persons is None:
        raise click.UsageError("Say how much: --households or --persons.")
    written = write_ndjson(
        folder,
        seed=seed,
        today=clock.today(),
        households=households if households is not None else sys.maxsize,
        persons=persons,
    )
    click.echo(
        f"{written.households} households, {written.signals} signals,"
        f" {written.mentions} mentions: {folder}"
    )


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
