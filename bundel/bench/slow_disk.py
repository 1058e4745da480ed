"""`audit_append_2ms`: the same line on a disk whose fsync takes 2 ms longer, for both sides.

A fast disk hides what a log costs beside its sync; disks of real machines take milliseconds. A
small C library, compiled here, delays fsync and fdatasync; the line runs in a process of its own
with that library before all others.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bundel.bench.line import Line
from shared.settings import load_settings

FSYNC_MICROSECONDS = 2000
_SOURCE = Path(__file__).with_name("slow_fsync.c")


def audit_append_2ms(home: Path, seconds: float) -> Line:
    """The line, measured below `home`; without a C compiler it says so."""
    name = "audit_append_2ms"
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return Line(name, why="there is no C compiler for the library that slows fsync down")
    library = home / "slow_fsync.so"
    subprocess.run(  # noqa: S603 - our own source, fixed arguments
        [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE), "-ldl"],
        check=True,
        capture_output=True,
    )
    place = home / "slow-disk"
    place.mkdir(exist_ok=True)
    done = subprocess.run(  # noqa: S603 - this module, fixed arguments
        [sys.executable, "-m", "bundel.bench.slow_disk", str(place), str(seconds)],
        env={
            **os.environ,
            "LD_PRELOAD": str(library),
            "BUNDEL_BENCH_FSYNC_US": str(FSYNC_MICROSECONDS),
        },
        check=False,
        capture_output=True,
        text=True,
        timeout=300 + 20 * seconds,
    )
    if done.returncode:
        return Line(name, why=f"its process ended with {done.returncode}: {done.stderr[-300:]}")
    return Line(name, **json.loads(done.stdout))


def _measure(place: Path, seconds: float) -> None:
    from bundel.bench.audit_log import audit_append, opened_log  # noqa: PLC0415 - its own process

    with opened_log(load_settings({"BUNDEL_HOME": str(place)})) as log:
        line = audit_append(log, seconds)
    told = {"value": line.value, "peer": line.peer, "ratio": line.ratio, "n": line.n}
    sys.stdout.write(json.dumps({**told, "note": line.note}))


if __name__ == "__main__":
    _measure(Path(sys.argv[1]), float(sys.argv[2]))
