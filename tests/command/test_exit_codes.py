"""The installed command ends with the codes its help promises."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import free_port


def _run(arguments: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "BUNDEL_HOME": str(home), "BUNDEL_PORT": str(free_port())}
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "bundel.cli", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--help"], 0, "Exit codes"),
        (["no-such-command"], 2, "No such command"),
        (["log", "verify", "nowhere", "--key", "nothing"], 2, "does not exist"),
        (["token", "police-utrecht"], 2, "police-utrecht"),
    ],
)
def test_the_command_ends_with_the_promised_code(
    arguments: list[str], code: int, said: str, tmp_path: Path
) -> None:
    done = _run(arguments, tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr


def test_a_code_that_a_command_asks_for_reaches_the_shell(tmp_path: Path) -> None:
    script = (
        "import click, sys, bundel.cli as cli\n"
        "@cli.bundel.command('answer-no')\n"
        "@click.pass_context\n"
        "def answer_no(ctx): ctx.exit(1)\n"
        "cli._Commands.get_command = lambda self, ctx, name: answer_no\n"
        "sys.argv = ['bundel', 'answer-no']\n"
        "cli.main()\n"
    )
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", script], capture_output=True, check=False, cwd=Path.cwd()
    )
    assert done.returncode == 1, done.stderr
