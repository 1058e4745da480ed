"""`bundel push FILE --client CLIENT`: pushes signals as that source system."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from bundel.installation import find_installation
from bundel.pushing import (
    NotSignals,
    Progress,
    Pusher,
    Result,
    progress_path,
    read_lines,
)
from bundel.source_client import SourceClient
from shared.clients.transport import PooledTransport, Transport


@click.command("push")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False))
@click.option("--client", "client_id", required=True, help="Source system, e.g. police-utrecht.")
@click.option("--again", is_flag=True, help="Push every line, also what was acknowledged before.")
@click.pass_context
def command(ctx: click.Context, file: Path, client_id: str, again: bool) -> None:
    """Push the signals in FILE (JSON or NDJSON; - reads standard input).

    A second run goes on where the first ended: what was acknowledged is recorded in
    BUNDEL_HOME/pushed, and counts only while Bundel still has it. A fresh installation gets every
    line.

    Exit codes: 0 every line is kept, 1 some lines have faults, 2 wrong use, 3 Bundel is not
    reachable.
    """
    ctx.exit(push(file, client_id, again=again))


def push(
    file: Path, client_id: str, *, again: bool = False, transport: Transport | None = None
) -> int:
    """The command's work; 0 when every line is kept, 1 when some have faults.

    Raises click.UsageError for wrong use, Unavailable when Bundel does not answer.
    """
    content = _read(file)
    installation = find_installation()
    transport = transport or PooledTransport()
    try:
        lines = read_lines(content)
        client = SourceClient(installation, client_id, transport)
        client.token()
    except NotSignals as error:
        raise click.UsageError(str(error)) from None
    except OSError:
        raise click.UsageError(
            f"There is no key for the client {client_id}. Is its name right, and BUNDEL_HOME?"
        ) from None
    console = Console(stderr=True)
    address = f"{installation.base_url}/signals"
    remembered = None
    if str(file) != "-":
        home = installation.settings.home
        try:
            remembered = progress_path(home, address, client_id, content)
        except OSError:
            console.print(f"{home} cannot be written: a second run will push every line again.")
    progress = Progress(remembered, content)
    pusher = Pusher(client, transport, address)
    if progress.done and (again or not pusher.still_knows(lines, progress)):
        if not again:
            console.print("This Bundel does not have what was acknowledged before; starting over.")
        progress.forget()
    kept, refused = len(progress.done), 0
    if kept:
        console.print(f"{kept} lines were acknowledged before; going on after them.")
    with Bar(
        TextColumn("Pushing"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("", total=len(lines), completed=kept)
        for result in pusher.push(lines, progress):
            bar.advance(task)
            kept += result.acknowledged
            refused += not result.acknowledged
            for text in _words(result):
                click.echo(text)
    click.echo(f"{kept} of {len(lines)} signals are kept, {refused} have faults.")
    return 1 if refused else 0


def _read(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}.") from None


def _words(result: Result) -> list[str]:
    """Nothing of a line that is simply kept; else what is wrong with it, a line each."""
    if result.acknowledged and not result.notes:
        return []
    if result.status == 202:
        head = f"line {result.number}: acute and not understood; kept, the desk sees to it"
    elif result.acknowledged:
        head = f"line {result.number}: kept, with a remark"
    else:
        head = f"line {result.number}: not kept ({result.status}). {result.detail}"
    return [head, *(f"  {note}" for note in result.notes)]
