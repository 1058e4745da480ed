"""`bundel restore`: a backup back into empty databases, after which the log proves itself."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bundel.cli import EXIT_NO
from shared.settings import load_settings


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(["signals", "consent", "audit", "keys"]),
    help="Restore only this database of the backup; may be given several times.",
)
@click.option(
    "--witnessed",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A signed checkpoint of the log that was kept elsewhere (by a witness); several may be "
    "given. A log that does not hold it is refused.",
)
def command(folder: Path, only: tuple[str, ...], witnessed: tuple[Path, ...]) -> None:
    """Fill empty databases from the backup in FOLDER, with Bundel stopped.

    The log is verified whole. When it is shorter than what was witnessed, or differs from it, the
    databases are emptied again and the answer is no (exit code 1). Nothing is ever overwritten.
    """
    from bundel.backup.copying import BackupFailed
    from bundel.backup.restoring import LogRefused, restore_backup

    notes = [path.read_text(encoding="utf-8") for path in witnessed]
    try:
        done = restore_backup(load_settings(), folder, only, notes)
    except BackupFailed as error:
        raise click.ClickException(str(error)) from error
    except LogRefused as error:
        click.echo(f"REFUSED\n  {error}", err=True)
        sys.exit(EXIT_NO)
    click.echo(f"Restored: {', '.join(done.names)}.")
    if done.log_size is not None:
        click.echo(f"The log is whole: {done.log_size} entries.")
    if done.resent:
        click.echo(f"{done.resent} messages are told to the log again as soon as Bundel runs.")
    click.echo("Next: bundel migrate, then start Bundel.")
