"""`bundel log`: the log as files, and the question whether it is whole."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bundel.cli import EXIT_NO
from bundel.installation import installed_settings
from shared import clock


@click.group("log")
def command() -> None:
    """The log of every access: export it, verify an export, print its public key."""


@command.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(folder: Path) -> None:
    """Write the whole log into FOLDER, as files that anyone can verify.

    The export is itself an entry in the log, written before the files are.
    """
    from services.audit.exports.command import export_log
    from services.audit.exports.writer import ExportRefused
    from services.audit.log.check import LogDamaged

    try:
        done = export_log(installed_settings(), folder)
    except ExportRefused as error:
        raise click.UsageError(str(error)) from error
    except LogDamaged as error:
        click.echo(f"The log is damaged, nothing was exported: {error}", err=True)
        sys.exit(EXIT_NO)
    click.echo(f"{done.entries} entries in {done.files} files: {folder}")
    click.echo(f"Verify them with: bundel log verify {folder} --key KEYFILE")


@command.command("verify")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--key",
    "key_file",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with the log's public key, received from a place you trust.",
)
@click.option(
    "--witness-key",
    "witness_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with a witness's public key, from the witness: its cosignature must be there.",
)
@click.option(
    "--earlier",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A checkpoint of this log that you kept: the log must continue it.",
)
def verify(folder: Path, key_file: Path, witness_file: Path | None, earlier: Path | None) -> None:
    """Say whether the log in FOLDER is whole; if not, what is wrong and where.

    Needs no network, no database and no secrets.
    """
    from services.audit.exports.verifier import read_key, read_witness_key, verify_export
    from services.audit.log.note import NoteError

    file, whose = key_file, "a log's public key"
    try:
        key, witness = read_key(key_file), None
        if witness_file is not None:
            file, whose = witness_file, "a witness's public key"
            witness = read_witness_key(witness_file)
        kept = None
        if earlier is not None:
            file, whose = earlier, "a checkpoint that this key signed"
            kept = key.open(earlier.read_text("utf-8", "replace"))
    except NoteError as error:
        click.echo(
            f"NOT VERIFIED\n  {file}: not {whose}: {error}\n"
            "  This says nothing of the log. Get the file again from where you trust it.",
            err=True,
        )
        sys.exit(EXIT_NO)
    verdict = verify_export(folder, key, witness, kept)
    if not verdict.whole or verdict.checkpoint is None:
        click.echo("NOT WHOLE", err=True)
        for finding in verdict.findings:
            click.echo(f"  {finding}", err=True)
        if verdict.left_out:
            click.echo(f"  and {verdict.left_out} more", err=True)
        sys.exit(EXIT_NO)
    checkpoint = verdict.checkpoint
    click.echo(f"Whole: {checkpoint.size} entries of {checkpoint.origin}")
    click.echo(f"Root {checkpoint.root.hex()}, signed with the key you gave.")
    if verdict.cosignature is not None:
        seen = clock.timestamp(clock.from_epoch(verdict.cosignature.time))
        click.echo(f"Cosigned by the witness {verdict.cosignature.witness} at {seen}.")
    if kept is not None:
        click.echo(f"It continues the checkpoint of {kept.size} entries that you kept.")
    if verdict.others:
        click.echo(f"{verdict.others} other cosignatures were not checked (--witness-key).")


@command.command("key")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it to a file.")
def key(out: Path | None) -> None:
    """Print the log's public key (C2SP verifier key); give it to whoever verifies."""
    from services.audit.log.note import Signer
    from shared.settings import load_settings

    settings = load_settings()
    text = str(Signer(settings.log_origin, settings.key("LOG_KEY")).verifier)
    if out is None:
        click.echo(text)
    else:
        out.write_text(f"{text}\n", encoding="ascii")
        click.echo(f"Public key: {out}")


@command.command("roles")
@click.option("--owner", default="bundel_audit_owner", show_default=True)
@click.option("--service", default="bundel_audit", show_default=True)
def roles(owner: str, service: str) -> None:
    """Print SQL that gives the log's service on PostgreSQL the rights to add and read, no more.

    An administrator runs it in the log's database after bundel migrate:
    bundel log roles | psql AUDIT-DATABASE
    """
    from services.audit.log.roles import roles_sql

    try:
        click.echo(roles_sql(owner, service), nl=False)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
