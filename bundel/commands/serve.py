"""`bundel serve`: migrates and serves everything until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
from types import FrameType

import click

from bundel.commands.migrate import migrate_all
from bundel.serve.supervisor import StartFailed, Supervisor, environment_of
from shared import clock
from shared.settings import Settings, load_settings

_READY_SECONDS = 60.0


class Stop(Exception):
    """Someone asked us to stop."""


def _ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
    # Once is enough: whoever presses Ctrl-C twice still gets a clean stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stop


def started(settings: Settings) -> Supervisor:
    """Migrates all databases, starts all services, waits until they are ready."""
    migrate_all(settings)
    supervisor = Supervisor(settings, environment_of(settings))
    signal.signal(signal.SIGINT, _ask_to_stop)
    signal.signal(signal.SIGTERM, _ask_to_stop)
    supervisor.start()
    try:
        supervisor.wait_until_ready(_READY_SECONDS)
    except BaseException:
        supervisor.stop()
        raise
    return supervisor


def keep_running(supervisor: Supervisor) -> None:
    """Watches until Ctrl-C or SIGTERM, then stops everything cleanly."""
    try:
        while True:
            for name in supervisor.watch():
                click.echo(f"{name} had stopped and was started again.", err=True)
            clock.pause(0.5)
    except Stop:
        click.echo("Stopping ...")
    finally:
        supervisor.stop()
    click.echo("Stopped. Nothing was lost; start again with: make run")


@click.command("serve")
def command() -> None:
    """Migrate and serve everything on one address."""
    settings = load_settings()
    try:
        supervisor = started(settings)
        click.echo(f"Bundel serves at {settings.base_url}/")
        keep_running(supervisor)
    except StartFailed as error:
        raise click.ClickException(str(error)) from error
    except Stop:
        click.echo("Stopped.")
