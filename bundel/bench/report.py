"""How lines are told: one JSON object a line, or a table for people."""

from __future__ import annotations

import json
import sys

from rich.console import Console
from rich.table import Table

from bundel.bench.line import Line


def tell_json(line: Line) -> None:
    """Prints the line at once: a long run shows what it has."""
    sys.stdout.write(json.dumps(line.to_json(), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def tell_table(lines: list[Line]) -> None:
    """Prints all lines as one table."""
    table = Table(title="Bundel beside its peer, in one run")
    for heading in ("line", "value", "peer", "ratio", "n", "goal", "holds", "what"):
        right = heading in ("value", "peer", "ratio", "n")
        table.add_column(heading, justify="right" if right else "left")
    for line in lines:
        told = line.to_json()
        table.add_row(
            line.name,
            f"{told['value']} {line.goal.unit}" if line.value is not None else "not measured",
            str(told["peer"] if line.peer is not None else ""),
            str(told["ratio"] if line.ratio is not None else ""),
            str(line.n),
            str(line.goal),
            "[green]yes" if line.holds else "[red]no",
            line.why or line.note,
        )
    Console().print(table)
