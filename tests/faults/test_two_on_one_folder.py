"""A second Bundel on one folder is refused before it touches anything, and says where the first is.

The first is another process that holds the folder's lock, as `make run` does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bundel.serve.seat import FILE, RunsAlready, Seat
from bundel.serve.supervisor import StartFailed, Supervisor
from shared.settings import load_settings

ROOT = Path(__file__).parents[2]
FIRST = """
import sys
from bundel.serve.supervisor import Supervisor
from shared.settings import load_settings
supervisor = Supervisor(load_settings(), {})
supervisor.claim()
print("claimed", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def variables(home: Path, port: int) -> dict[str, str]:
    return {"BUNDEL_HOME": str(home), "BUNDEL_PORT": str(port)}


@pytest.fixture
def first(home: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # noqa: S603 - our own program text
        [sys.executable, "-c", FIRST],
        env={**os.environ, **variables(home, 8123)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "claimed\n"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("command", [["run"], ["run", "--fresh"], ["serve"]])
def test_a_second_one_is_refused_and_says_where_the_first_is(
    command: list[str], first: subprocess.Popen[str], home: Path
) -> None:
    (home / "data").mkdir()
    (home / "data" / "signals.sqlite").write_bytes(b"as it was")
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "bundel.cli", *command],
        env={**os.environ, **variables(home, 8124)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=ROOT,
    )
    assert done.returncode == 2
    assert f"at http://127.0.0.1:8123/ (process {first.pid})" in done.stderr
    assert "BUNDEL_HOME" in done.stderr
    assert "Traceback" not in done.stderr
    # Nothing was migrated, and --fresh threw nothing away.
    assert (home / "data" / "signals.sqlite").read_bytes() == b"as it was"
    assert {each.name for each in home.iterdir()} == {FILE, "data"}


def test_a_killed_one_leaves_the_folder_free(first: subprocess.Popen[str], home: Path) -> None:
    second = Seat(load_settings(variables(home, 8124)))
    with pytest.raises(RunsAlready, match=str(first.pid)):
        second.take()
    first.kill()
    first.wait()
    second.take()
    second.leave()


def test_a_start_that_failed_or_was_stopped_leaves_the_folder_free(home: Path) -> None:
    settings = load_settings(variables(home, 8124))
    one, two = Supervisor(settings, {}), Supervisor(settings, {})
    one.claim()
    one.claim()
    with pytest.raises(StartFailed, match="runs already"):
        two.start()
    one.stop()
    two.claim()
    two.stop()
