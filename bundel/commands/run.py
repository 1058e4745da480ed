"""`bundel run`: serve everything, load the demonstration once, print where to go. `make run`."""

from __future__ import annotations

import shutil

import click

from bundel.commands.serve import Stop, keep_running, started
from bundel.serve.supervisor import StartFailed
from shared.settings import SettingsError, load_settings


@click.command("run")
@click.option("--fresh", is_flag=True, help="Throw the demonstration away and start anew.")
def command(fresh: bool) -> None:
    """Serve everything with the demonstration data in it."""
    from bundel.demo.loader import load_demonstration
    from bundel.demo.welcome import print_welcome

    settings = load_settings()
    if not settings.development:
        raise SettingsError("bundel run is for demonstrations; use bundel serve in production.")

    def throw_away() -> None:
        for part in ("data", "clients", "demo", "identity", "witness"):
            shutil.rmtree(settings.home / part, ignore_errors=True)
        (settings.home / "demo.json").unlink(missing_ok=True)

    try:
        supervisor = started(settings, throw_away if fresh else lambda: None)
    except StartFailed as error:
        raise click.ClickException(str(error)) from error
    except Stop:
        return
    try:
        load_demonstration(settings)
        print_welcome(settings)
    except Stop:
        supervisor.stop()
        return
    except BaseException:
        supervisor.stop()
        raise
    keep_running(supervisor)
