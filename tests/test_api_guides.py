"""What docs/api tells a builder to type works, and its lists of codes and errors are whole."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest

from services.signals.intake import vocabulary
from shared import vocabulary as shared_vocabulary
from tests.running import Running

ROOT = Path(__file__).parent.parent
GUIDES = ROOT / "docs" / "api"
# guide -> states and statuses that its lines must bring forth
NAMES = ("police", "youth-care", "veilig-thuis")
OF_OTHERS = {"Role", "Agency", "LegalContext", "Purpose"}  # not written by a source

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def _lines(guide: str) -> str:
    blocks = re.findall(r"```sh\n(.*?)```", (GUIDES / f"{guide}.md").read_text(), flags=re.DOTALL)
    assert len(blocks) == 6
    return "\n".join(f"{block}\necho; echo =====" for block in blocks)


@pytest.mark.parametrize("guide", NAMES)
def test_the_lines_of_a_guide_lead_from_credentials_to_withdrawal(
    guide: str, running_bundel: Running, tmp_path: Path
) -> None:
    text = _lines(guide)
    text = text.replace(".venv/bin/bundel", f"{sys.executable} -m bundel.cli")
    text = text.replace("http://127.0.0.1:8080", running_bundel.base_url)
    text = text.replace("docs/examples", str(ROOT / "docs" / "examples"))
    typed = subprocess.run(  # noqa: S603 - our own guide
        ["bash", "-euo", "pipefail", "-c", text],  # noqa: S607
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "BUNDEL_HOME": str(running_bundel.home),
            "BUNDEL_PORT": running_bundel.base_url.rsplit(":", 1)[1],
        },
        check=False,
    )
    assert typed.returncode == 0, typed.stderr
    said = [part.strip().splitlines() for part in typed.stdout.split("=====")]
    _credentials, first, status, correction, bulk, withdrawal = said[:6]
    signal = json.loads(first[0])
    assert signal["state"] == "received"
    assert signal["warnings"] == []
    by_id, by_reference = _both(status)
    assert by_id["signalId"] == by_reference["signalId"] == signal["signalId"]
    assert json.loads(correction[0])["version"] == 2
    results = [json.loads(line) for line in bulk if line]
    assert [result["status"] for result in results] == [201, 201, 201, 400]
    assert {fault["pointer"] for fault in results[3]["errors"]} >= {"/severity", "/persons"}
    assert json.loads(withdrawal[0])["state"] == "withdrawn"


def _both(lines: list[str]) -> list[dict[str, str]]:
    """Two answers of curl stand on one line: they end without a line break."""
    decoder, text, found = json.JSONDecoder(), "".join(lines).strip(), []
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].strip()
    return found


def _enums() -> dict[str, type[StrEnum]]:
    return {
        name: each
        for module in (vocabulary, shared_vocabulary)
        for name, each in vars(module).items()
        if isinstance(each, type)
        and issubclass(each, StrEnum)
        and each is not StrEnum
        and name not in OF_OTHERS
    }


def test_every_code_of_a_signal_is_listed_and_no_other() -> None:
    listed = {
        frozenset(re.findall(r"`([^`]+)`", row.split("|")[2]))
        for row in (GUIDES / "codes.md").read_text().splitlines()
        if row.startswith("| `")
    }
    assert listed == {frozenset(code.value for code in each) for each in _enums().values()}


def test_every_fault_is_explained_and_none_that_does_not_exist() -> None:
    source = "\n".join(
        path.read_text()
        for path in (
            *(ROOT / "services" / "signals" / "intake").glob("*.py"),
            ROOT / "shared" / "strict_json.py",
            ROOT / "shared" / "problems.py",
        )
    )
    told = (GUIDES / "errors.md").read_text()
    explained = {
        code
        for row in told.splitlines()
        if row.startswith("|")
        for code in re.findall(r"`([a-z]+(?:-[a-z]+)*)`", "|".join(row.split("|")[1:3]))
    }
    for code in re.findall(r'"([a-z]+(?:-[a-z]+)*): [A-Z]', source):
        assert code in explained, f"{code} is not explained"
    for code in explained:
        assert f'"{code}' in source, f"{code} does not exist"
