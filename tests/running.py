"""The whole of Bundel in its own processes on a free port, with demonstration data."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bundel.commands.migrate import migrate_all
from bundel.serve.supervisor import Supervisor
from shared.settings import load_settings
from tests.engines.grown import Engines

DEMONSTRATION_HOUSEHOLDS = 12


@dataclass(frozen=True)
class Running:
    """`demo` is the demonstration's demo.json: logins, clients, stories, the household to open;
    `variables` is the environment in which a command finds this installation."""

    base_url: str
    demo: dict[str, Any]
    home: Path
    supervisor: Supervisor
    variables: Mapping[str, str]


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def running_bundel(
    tmp_path_factory: pytest.TempPathFactory, shared_engines: Engines
) -> Iterator[Running]:
    """Serves, loads the stories and a few quiet households, stops at the end of the run."""
    from bundel.demo.loader import load_demonstration

    home = tmp_path_factory.mktemp("running")
    own = {"BUNDEL_HOME": str(home), "BUNDEL_PORT": str(free_port())}
    variables = {**own, **shared_engines()}
    settings = load_settings(variables)
    migrate_all(settings)
    supervisor = Supervisor(settings, {**os.environ, **variables})
    supervisor.start()
    try:
        supervisor.wait_until_ready(60)
        load_demonstration(settings, households=DEMONSTRATION_HOUSEHOLDS)
        demo = json.loads((home / "demo.json").read_text())
        yield Running(settings.base_url, demo, home, supervisor, variables)
    finally:
        supervisor.stop()
