"""A real OpenSearch node for tests, started once a run.

BUNDEL_TEST_OPENSEARCH_URL names one that runs already; else a node is started from its published
Maven artefacts, which are kept below .venv/engines/opensearch. Without a JDK of 17 or later and
Maven the tests are skipped and say so; under CI=true that is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.running import free_port

HERE = Path(__file__).parent / "node"
ENGINES = Path(__file__).parents[2] / ".venv" / "engines" / "opensearch"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_READY_SECONDS = 100
_MODERN = 21  # OpenSearch 3 needs this Java


@dataclass(frozen=True)
class Release:
    """The artefact that runs on the Java at hand, and the options it needs."""

    version: str
    options: tuple[str, ...]


OLDER = Release("2.19.1.0", ())
NEWER = Release(
    "3.8.0.0", ("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED")
)


class NoEngine(Exception):
    """OpenSearch cannot be started here; the text says what is missing."""


def java_command() -> str:
    """The java of JAVA_HOME, else the one on the path. Raises NoEngine."""
    home = os.environ.get("JAVA_HOME")
    found = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not found or not Path(found).exists():
        raise NoEngine("no Java found: install a JDK of 17 or later (or set JAVA_HOME)")
    return found


def release_for(java: str) -> Release:
    """Raises NoEngine for a Java that is too old."""
    told = subprocess.run(  # noqa: S603 - a Java of this machine, a fixed argument
        [java, "-version"], capture_output=True, text=True, check=False
    ).stderr
    match = re.search(r'version "(\d+)', told)
    major = int(match.group(1)) if match else 0
    if major < 17:
        raise NoEngine(f"Java {major} is too old for OpenSearch: install a JDK of 17 or later")
    return NEWER if major >= _MODERN else OLDER


def library(release: Release) -> Path:
    """The folder with the node's jars; fetched by Maven the first time. Raises NoEngine."""
    folder = ENGINES / release.version
    if folder.is_dir():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise NoEngine("no Maven found, which fetches OpenSearch's published jars")
    ENGINES.mkdir(parents=True, exist_ok=True)
    arriving = Path(mkdtemp(prefix="arriving-", dir=ENGINES))
    copied = subprocess.run(  # noqa: S603 - fixed arguments
        [
            maven, "-q", "-B", "-f", str(HERE / "pom.xml"), f"-Drunner={release.version}", _COPY,
            "-DincludeScope=runtime", f"-DoutputDirectory={arriving / 'lib'}",
        ],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    if copied.returncode:
        shutil.rmtree(arriving, ignore_errors=True)
        raise NoEngine(f"Maven could not fetch OpenSearch: {copied.stdout[-400:]}")
    try:
        (arriving / "lib").rename(folder)  # at once whole, also when two runs fetch it together
    except OSError:
        if not folder.is_dir():
            raise
    shutil.rmtree(arriving, ignore_errors=True)
    return folder


class Node:
    """A node in a process of its own; it ends when its input is closed."""

    def __init__(self, folder: Path) -> None:
        java = java_command()
        release = release_for(java)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = (folder / "node.log").open("wb")
        self._process = subprocess.Popen(  # noqa: S603 - fixed arguments
            [
                java, "-Xms512m", "-Xmx512m", *release.options,
                "-cp", f"{library(release)}/*", str(HERE / "Node.java"),
                str(folder / "data"), str(self.port),
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, cwd=folder,
        )  # fmt: skip
        self._ready = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()
        if not self._ready.wait(_READY_SECONDS) or self._process.poll() is not None:
            self.stop()
            raise NoEngine(f"OpenSearch did not start: {(folder / 'node.log').read_text()[-600:]}")

    def _watch(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._log.write(line)
            if line.strip() == b"READY":
                self._ready.set()
        self._ready.set()  # it ended: do not wait for what will not come

    def stop(self) -> None:
        """Closes the node's input, by which it ends; by force when it does not."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


@pytest.fixture(scope="session")
def opensearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running OpenSearch without any index of ours that matters."""
    given = os.environ.get("BUNDEL_TEST_OPENSEARCH_URL")
    if given:
        yield given.rstrip("/")
        return
    try:
        node = Node(tmp_path_factory.mktemp("opensearch"))
    except NoEngine as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must run the tests on OpenSearch: {reason}")
        pytest.skip(str(reason))
    try:
        yield node.url
    finally:
        node.stop()
