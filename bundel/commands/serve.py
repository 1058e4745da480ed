"""`bundel serve`: migrates and serves everything until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType

import click

from bundel.commands.migrate import migrate_all
from bundel.serve.supervisor import StartFailed, Supervisor, environment_of
from shared import clock
from shared.settings import SERVICES, Settings, load_settings

_READY_SECONDS = 180.0  # a busy or slow machine takes longer than a minute
_BACKLOG = 256


class Stop(Exception):
    """Someone asked us to stop."""


def _ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
    # Once is enough: whoever presses Ctrl-C twice still gets a clean stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stop


def started(settings: Settings, prepare: Callable[[], None] = lambda: None) -> Supervisor:
    """Migrates all databases, starts all services, waits until they are ready. `prepare` may
    change the folder: by then nobody else serves from it. Raises StartFailed."""
    supervisor = Supervisor(settings, environment_of(settings))
    supervisor.claim()
    try:
        prepare()
        migrate_all(settings)
        signal.signal(signal.SIGINT, _ask_to_stop)
        signal.signal(signal.SIGTERM, _ask_to_stop)
        supervisor.start()
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
@click.argument("service", required=False, type=click.Choice(SERVICES))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of one SERVICE.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of one SERVICE.")
def command(service: str | None, host: str, port: int | None) -> None:
    """Migrate and serve everything on one address; or serve one SERVICE (signals, consent, audit)
    behind a gateway of your own, with the databases migrated already."""
    settings = load_settings()
    if service is not None:
        _one(service, host, port)
        return
    if not settings.development:
        raise click.UsageError(
            "In production each service runs apart, behind your own gateway: "
            "bundel serve signals --port 8101. See docs/operations.md."
        )
    try:
        supervisor = started(settings)
        click.echo(f"Bundel serves at {settings.base_url}/")
        keep_running(supervisor)
    except StartFailed as error:
        raise click.ClickException(str(error)) from error
    except Stop:
        click.echo("Stopped.")


def _one(service: str, host: str, port: int | None) -> None:
    from bundel.serve.process import serve

    if port is None:
        raise click.UsageError("Give the port this service listens on: --port 8101.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise click.ClickException(f"Cannot listen on {host} port {port}: {error}") from error
    listener.listen(_BACKLOG)
    serve(service, listener)
