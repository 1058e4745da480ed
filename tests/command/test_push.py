"""`bundel push`: what reaches Bundel, what is said, and what happens after a break."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from bundel.commands.push import push
from bundel.installation import find_installation
from bundel.pushing import NotSignals, Progress, Pusher, read_lines
from bundel.source_client import SourceClient
from services.signals.app import create_app
from shared.clients.transport import Answer, WsgiTransport
from shared.database import migrate
from shared.http import mounted
from shared.problems import Unavailable
from shared.settings import Settings
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
