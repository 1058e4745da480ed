"""`bundel push`: what reaches Bundel, what is said, and what happens after a break."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from werkzeug.serving import make_server

from bundel.commands.push import command, push
from bundel.installation import find_installation
from bundel.pushing import NotSignals, Progress, Pusher, read_lines
from bundel.source_client import SourceClient
from services.identity.app import create_app as create_identity
from services.signals.app import create_app
from shared.clients.transport import Answer, WsgiTransport
from shared.database import migrate
from shared.http import mounted
from shared.problems import Unavailable
from shared.settings import Settings, load_settings
from tests.running import free_port
from tests.signals.intake.documents import signal, to_bytes

CLIENT = "police-utrecht"


@pytest.fixture
def signals_app(settings: Settings, wsgi_transport: WsgiTransport) -> Iterator[Flask]:
    for service, name in (("signals", "signals"), ("signals/protection", "keys")):
        migrate(service, settings.databases[name])
    app = create_app(settings, wsgi_transport)
    wsgi_transport.applications["signals"] = mounted(app, "signals")
    yield app
    app.extensions["bundel_close"]()


@pytest.fixture
def run(
    settings: Settings,
    signals_app: Flask,
    wsgi_transport: WsgiTransport,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Path], int]:
    monkeypatch.setenv("BUNDEL_HOME", str(settings.home))
    monkeypatch.setenv("BUNDEL_BASE_URL", settings.base_url)
    return lambda file: push(file, CLIENT, transport=wsgi_transport)


def ndjson(path: Path, count: int) -> Path:
    path.write_bytes(
        b"\n".join(to_bytes(signal(sourceReference=f"r{number}")) for number in range(count))
    )
    return path


def test_a_file_of_lines_is_pushed_once(
    run: Callable[[Path], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = ndjson(tmp_path / "signals.ndjson", 120)
    assert run(file) == 0
    assert "120 of 120 signals are kept" in capsys.readouterr().out
    assert run(file) == 0
    said = capsys.readouterr()
    assert "120 lines were acknowledged before" in said.err
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["signals.ndjson"]


def test_a_fresh_installation_gets_every_line_again(
    run: Callable[[Path], int],
    settings: Settings,
    wsgi_transport: WsgiTransport,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = ndjson(tmp_path / "signals.ndjson", 6)
    assert run(file) == 0
    assert list((settings.home / "pushed").glob("*.json"))
    database = f"sqlite:///{tmp_path / 'fresh.sqlite'}"
    migrate("signals", database)
    fresh = replace(settings, databases={**settings.databases, "signals": database})
    app = create_app(fresh, wsgi_transport)
    wsgi_transport.applications["signals"] = mounted(app, "signals")
    try:
        capsys.readouterr()
        assert run(file) == 0
        said = capsys.readouterr()
        assert "starting over" in said.err
        assert "acknowledged before; going on" not in said.err
        client = SourceClient(find_installation(fresh), CLIENT, wsgi_transport)
        pusher = Pusher(client, wsgi_transport, f"{settings.base_url}/signals")
        content = file.read_bytes()
        results = pusher.push(read_lines(content), Progress(None, content))
        assert {result.status for result in results} == {200}  # they are there by now
    finally:
        app.extensions["bundel_close"]()


def test_the_help_names_where_the_record_is() -> None:
    assert "BUNDEL_HOME/pushed" in CliRunner().invoke(command, ["--help"]).output


def test_a_line_with_faults_is_exit_code_1_in_the_shell(
    signals_app: Flask, identity_home: Path, tmp_path: Path
) -> None:
    variables = {"BUNDEL_HOME": str(identity_home), "BUNDEL_PORT": str(free_port())}
    served = load_settings(variables)
    transport = WsgiTransport({})
    identity, app = create_identity(served), create_app(served, transport)
    transport.applications["identity"] = mounted(identity, "identity")
    transport.applications["signals"] = mounted(app, "signals")

    def by_prefix(environ: dict[str, Any], start_response: Any) -> Any:
        name = environ["PATH_INFO"].split("/")[1]
        return transport.applications[name](environ, start_response)

    server = make_server("127.0.0.1", served.port, by_prefix, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        codes = []
        for place in ("home", "nowhere"):
            file = tmp_path / f"{place}.json"
            file.write_bytes(to_bytes(signal(sourceReference=place, place=place)))
            done = subprocess.run(  # noqa: S603 - our own command
                [sys.executable, "-m", "bundel.cli", "push", str(file), "--client", CLIENT],
                env={**os.environ, **variables},
                capture_output=True,
                text=True,
                check=False,
            )
            codes.append((done.returncode, done.stdout.splitlines()[-1:], done.stderr))
        assert codes == [
            (0, ["1 of 1 signals are kept, 0 have faults."], ""),
            (1, ["0 of 1 signals are kept, 1 have faults."], ""),
        ]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        identity.extensions["bundel_close"]()
        app.extensions["bundel_close"]()


def test_faults_are_told_by_line_and_the_others_are_kept(
    run: Callable[[Path], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.json"
    file.write_text(
        json.dumps(
            [
                signal(sourceReference="a"),
                signal(sourceReference="b", place="nowhere"),
                signal(sourceReference="c", severity="acute", place="nowhere"),
            ]
        )
    )
    assert run(file) == 1
    said = capsys.readouterr().out
    assert "line 2: not kept (400)" in said
    assert "  /place unknown-code: " in said
    assert "line 3: acute and not understood; kept" in said
    assert "2 of 3 signals are kept, 1 have faults" in said


def test_one_object_is_a_file_too(run: Callable[[Path], int], tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(signal(), indent=2))
    assert run(file) == 0


def test_wrong_use_is_told_in_words(run: Callable[[Path], int], tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="cannot be read"):
        run(tmp_path / "absent.json")
    (tmp_path / "text.json").write_text("hello")
    with pytest.raises(click.UsageError, match="holds no JSON"):
        run(tmp_path / "text.json")
    with pytest.raises(NotSignals):
        read_lines(b"[1]")


class Failing:
    """Answers 503 some times before it lets calls to the signals service through."""

    def __init__(self, inner: WsgiTransport, failures: int, after: int = 0) -> None:
        self.inner, self.failures, self.after = inner, failures, after

    def send(
        self,
        method: str,
        url: str,
        headers: object = None,
        body: bytes | None = None,
        timeout: float | None = None,
    ) -> Answer:
        if "/signals/" in url:
            if self.after > 0:
                self.after -= 1
            elif self.failures > 0:
                self.failures -= 1
                raise Unavailable
        return self.inner.send(method, url, headers, body, timeout)  # type: ignore[arg-type]


def test_a_service_that_is_away_for_a_moment_is_waited_for(
    settings: Settings, signals_app: Flask, wsgi_transport: WsgiTransport
) -> None:
    waits: list[float] = []
    transport = Failing(wsgi_transport, failures=3)
    client = SourceClient(find_installation(settings), CLIENT, wsgi_transport)
    pusher = Pusher(client, transport, f"{settings.base_url}/signals", waits.append)
    content = to_bytes(signal())
    results = list(pusher.push(read_lines(content), Progress(None, content)))
    assert [result.status for result in results] == [201]
    assert waits == [1.0, 2.0, 4.0]


def test_after_a_break_the_next_run_goes_on_where_it_ended(
    settings: Settings, signals_app: Flask, wsgi_transport: WsgiTransport, tmp_path: Path
) -> None:
    content = ndjson(tmp_path / "f.ndjson", 130).read_bytes()
    state = tmp_path / "state"
    client = SourceClient(find_installation(settings), CLIENT, wsgi_transport)
    broken = Failing(wsgi_transport, failures=1000, after=2)
    pusher = Pusher(client, broken, f"{settings.base_url}/signals", lambda _: None)
    with pytest.raises(Unavailable):
        list(pusher.push(read_lines(content), Progress(state, content)))
    assert len(Progress(state, content).done) == 100
    whole = Pusher(client, wsgi_transport, f"{settings.base_url}/signals", lambda _: None)
    results = list(whole.push(read_lines(content), Progress(state, content)))
    assert [result.number for result in results] == list(range(101, 131))
    assert {result.status for result in results} == {201}
    assert Progress(state, content + b" ").done == set()
