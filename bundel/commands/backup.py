"""`bundel backup`: copies of the databases, while Bundel goes on working."""

from __future__ import annotations

from pathlib import Path

import click

from shared.settings import load_settings

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group("backup")
def command() -> None:
    """Copy the databases. The keys go apart from what they open, and live 30 days."""


@command.command("services")
@click.argument("folder", type=_FOLDER)
def services(folder: Path) -> None:
    """Copy signals, consent and audit into a new folder below FOLDER."""
    from bundel.backup.manifest import SERVICES

    click.echo(f"Backup: {_make(SERVICES, folder)}")


@command.command("keys")
@click.argument("folder", type=_FOLDER)
def keys(folder: Path) -> None:
    """Copy the keys database into a new folder below FOLDER; remove its copies of more than 30
    days old. Make it after the services' copy: never before."""
    from bundel.backup.making import forget_old_keys
    from bundel.backup.manifest import KEYS

    click.echo(f"Backup: {_make(KEYS, folder)}")
    for old in forget_old_keys(folder):
        click.echo(f"Removed, older than 30 days: {old}")


def _make(kind: str, folder: Path) -> Path:
    from bundel.backup.copying import BackupFailed
    from bundel.backup.making import make_backup

    try:
        return make_backup(load_settings(), kind, folder)
    except BackupFailed as error:
        raise click.ClickException(str(error)) from error
