"""The embedded default: starts, survives the death of a service, stops cleanly."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from bundel.commands.migrate import migrate_all
from bundel.serve.supervisor import StartFailed, Supervisor
from shared import clock
from shared.settings import load_settings
from tests.running import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[tuple[Supervisor, str]]:
    variables = {"BUNDEL_HOME": str(tmp_path / "home"), "BUNDEL_PORT": str(free_port())}
    settings = load_settings(variables)
    migrate_all(settings)
    supervisor = Supervisor(settings, {**os.environ, **variables})
    supervisor.start()
    supervisor.wait_until_ready(60)
    yield supervisor, settings.base_url
    supervisor.stop()


def _status(url: str) -> int:
    pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=10))
    return pool.request("GET", url, redirect=False).status


def test_one_address_serves_all_services_and_their_descriptions(
    serving: tuple[Supervisor, str],
) -> None:
    _, base = serving
    for service in ("signals", "consent", "audit"):
        assert _status(f"{base}/{service}/healthz") == 200
        assert _status(f"{base}/{service}/v1/openapi.json") == 200
        assert _status(f"{base}/{service}/v1/docs") == 200
    assert _status(f"{base}/") == 303
    assert _status(f"{base}/elsewhere") == 404


def test_a_killed_service_is_started_again_and_answers_at_the_same_address(
    serving: tuple[Supervisor, str],
) -> None:
    supervisor, base = serving
    for name in ("audit", "consent", "signals"):
        before = supervisor.process_id(name)
        os.kill(before, signal.SIGKILL)
        end = clock.monotonic() + 20
        while not (restarted := supervisor.watch()):
            assert clock.monotonic() < end, f"{name} was not seen to die"
            clock.pause(0.05)
        assert restarted == [name]
        supervisor.wait_until_ready(30)
        assert supervisor.process_id(name) != before
        assert _status(f"{base}/{name}/readyz") == 200


def test_a_taken_port_is_refused_with_what_to_do(serving: tuple[Supervisor, str]) -> None:
    _, base = serving
    port = base.rsplit(":", 1)[1]
    settings = load_settings({"BUNDEL_PORT": port})
    with pytest.raises(StartFailed, match="BUNDEL_PORT"):
        Supervisor(settings, dict(os.environ)).start()


def test_stopping_leaves_no_process_behind(tmp_path: Path) -> None:
    variables = {"BUNDEL_HOME": str(tmp_path / "home"), "BUNDEL_PORT": str(free_port())}
    settings = load_settings(variables)
    migrate_all(settings)
    supervisor = Supervisor(settings, {**os.environ, **variables})
    supervisor.start()
    supervisor.wait_until_ready(60)
    processes = [supervisor.process_id(name) for name in ("signals", "consent", "audit", "gateway")]
    supervisor.stop()
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
