"""The documents name only tests and files that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_test_that_the_status_names_exists() -> None:
    named = re.findall(r"`([a-z_/]+\.py)::(test_\w+)`", (ROOT / "docs" / "status.md").read_text())
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / "tests" / file).exists()
        or f"def {name}(" not in (ROOT / "tests" / file).read_text()
    ]
    assert named
    assert not missing


def test_the_status_has_all_forty_rows() -> None:
    rows = re.findall(r"^\| (\d+) ", (ROOT / "docs" / "status.md").read_text(), flags=re.MULTILINE)
    assert [int(row) for row in rows] == list(range(1, 41))


def test_every_link_in_the_documents_leads_to_a_file() -> None:
    documents = [ROOT / "README.md", ROOT / "SECURITY.md", *(ROOT / "docs").rglob("*.md")]
    missing = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
        if not (document.parent / target).exists()
    ]
    assert not missing
