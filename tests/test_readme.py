"""What the README tells a reader to type works, and does what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import Running

ROOT = Path(__file__).parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def _shell_blocks() -> list[str]:
    return re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)


def _block(first: str) -> str:
    return next(block for block in _shell_blocks() if block.lstrip().startswith(first))


def _type(text: str, running: Running, folder: Path) -> subprocess.CompletedProcess[str]:
    command = f"{sys.executable} -m bundel.cli"
    text = text.replace(".venv/bin/bundel", command).replace(
        "http://127.0.0.1:8080", running.base_url
    )
    text = text.replace("exported-log", str(folder / "exported")).replace(
        "log.pub", str(folder / "log.pub")
    )
    environment = {**os.environ, **running.variables}
    return subprocess.run(  # noqa: S603 - our own README
        ["bash", "-euc", text],  # noqa: S607
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )


def test_the_curl_lines_push_a_signal_twice_with_one_answer(
    running_bundel: Running, tmp_path: Path
) -> None:
    lines = _block("TOKEN=")
    first = _type(lines, running_bundel, tmp_path)
    second = _type(lines, running_bundel, tmp_path)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["signalId"]
    assert second.stdout == first.stdout


def test_the_log_lines_say_whole_and_one_changed_byte_is_found_and_named(
    running_bundel: Running, tmp_path: Path
) -> None:
    lines = _block(".venv/bin/bundel log key")
    whole = _type(lines, running_bundel, tmp_path)
    assert whole.returncode == 0, whole.stdout + whole.stderr
    verify = lines.strip().splitlines()[-1]
    for file in sorted(p for p in (tmp_path / "exported").rglob("*") if p.is_file()):
        content = file.read_bytes()
        middle = len(content) // 2
        file.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        broken = _type(verify, running_bundel, tmp_path)
        assert broken.returncode == 1, f"{file.name}: {broken.stdout}{broken.stderr}"
        assert (broken.stdout + broken.stderr).strip()
        file.write_bytes(content)
