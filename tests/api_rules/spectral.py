"""Runs the Spectral CLI: got from npm by its lock file, once, into the development environment.

Without Node.js nothing is checked and that is said; where CI is set that is a failure.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RULESET = HERE / "ruleset.yaml"
PLACE = HERE.parents[1] / ".venv" / "engines" / "spectral"


class NoSpectral(Exception):
    """There is no Node.js, or npm could not get Spectral; the text says which."""


def find_spectral() -> Path:
    """The program, got when it is not there yet. Raises NoSpectral."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NoSpectral("no Node.js with npm on this machine")
    program = PLACE / "node_modules" / ".bin" / "spectral"
    lock = (HERE / "package-lock.json").read_bytes()
    kept = PLACE / "package-lock.json"
    if program.exists() and kept.exists() and kept.read_bytes() == lock:
        return program
    PLACE.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", PLACE)
    kept.unlink(missing_ok=True)
    kept.write_bytes(lock)
    got = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],  # noqa: S607
        cwd=PLACE,
        capture_output=True,
        text=True,
        check=False,
    )
    if got.returncode != 0 or not program.exists():
        kept.unlink(missing_ok=True)
        raise NoSpectral(f"npm could not get Spectral: {got.stderr[-500:]}")
    return program


def must_be_there() -> bool:
    """True where a missing Spectral is a failure."""
    return bool(os.environ.get("CI"))


def lint(documents: Mapping[str, dict[str, Any]]) -> list[str]:
    """Breaches of the ruleset, each as "name path: rule: message". Raises NoSpectral."""
    program = find_spectral()
    with tempfile.TemporaryDirectory() as folder:
        for name, document in documents.items():
            (Path(folder) / f"{name}.json").write_text(json.dumps(document))
        files = sorted(Path(folder).iterdir())
        found = subprocess.run(  # noqa: S603 - our own arguments
            [program, "lint", "-r", RULESET, "-f", "json", "--quiet", *files],
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        results = json.loads(found.stdout)
    except ValueError as error:
        raise NoSpectral(f"Spectral failed: {found.stderr[-500:]}") from error
    return [
        f"{Path(each['source']).stem} {'.'.join(map(str, each['path']))}:"
        f" {each['code']}: {each['message']}"
        for each in results
    ]
