"""`bundel bench`: figures beside a bare peer, measured in one run. `make bench`."""

from __future__ import annotations

import signal
import sys

import click

from bundel.cli import EXIT_NO


@click.command("bench")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of a table.")
@click.option(
    "--scale",
    type=click.Choice(["small", "full"]),
    default="small",
    show_default=True,
    help="How much is stored first; full is 100,000 persons and takes long.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0.2, 600),
    help="How long one line measures; by default 8 (small) or 20 (full).",
)
@click.option("--persons", type=click.IntRange(1, 1_000_000), help="Another number of persons.")
def command(
    names: tuple[str, ...],
    as_json: bool,
    scale: str,
    seconds: float | None,
    persons: int | None,
) -> None:
    """Measure lines or groups of lines: intake, decision, picture, search, audit, linking, policy,
    load. Without NAME all of them. Exit code 1 when a line could not be measured.

    Works in a temporary home on loopback, with invented data only; a running Bundel is not touched.
    """
    from dataclasses import replace

    from rich.console import Console

    from bundel.bench.plan import SCALES, measure, names_of
    from bundel.bench.report import tell_json, tell_table

    try:
        wanted = names_of(names)
    except KeyError as error:
        raise click.UsageError(f"There is no line or group {error.args[0]!r}.") from error
    size = SCALES[scale]
    size = replace(size, seconds=seconds or size.seconds, persons=persons or size.persons)
    lines = []
    # Asked to end, it still stops its services and throws its home away.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(EXIT_NO))
    with Console(stderr=True).status("measuring") as status:
        for line in measure(wanted, size, lambda what: status.update(f"measuring: {what}")):
            lines.append(line)
            if as_json:
                tell_json(line)
    if not as_json:
        tell_table(lines)
    if any(line.why for line in lines):
        sys.exit(EXIT_NO)
