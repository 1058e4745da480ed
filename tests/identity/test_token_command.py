"""`bundel token` prints a token, or says what is wrong with the right exit code."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from bundel import cli
from bundel.commands.token import command
from bundel.installation import find_installation
from bundel.person_client import PersonClient
from bundel.signing import client_assertion
from bundel.source_client import SourceClient
from shared.authentication.verifier import TokenVerifier
from shared.clients.transport import WsgiTransport
from shared.problems import NotAuthenticated, Unavailable
from shared.settings import Settings


@pytest.fixture
def over_wsgi(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, wsgi_transport: WsgiTransport
) -> None:
    """The command in this test's home, reaching the provider without sockets."""
    monkeypatch.setenv("BUNDEL_HOME", str(settings.home))
    monkeypatch.setenv("BUNDEL_BASE_URL", "http://bundel.test")
    monkeypatch.setattr("bundel.source_client.PooledTransport", lambda: wsgi_transport)


def test_it_prints_a_token_that_the_service_believes(
    over_wsgi: None, settings: Settings, wsgi_transport: WsgiTransport
) -> None:
    result = CliRunner().invoke(command, ["youthcare-utrecht"])
    assert result.exit_code == 0, result.output
    actor = TokenVerifier(settings, wsgi_transport, "bundel-signals").verify(result.output.strip())
    assert actor.subject == "youthcare-utrecht"


def test_it_goes_by_the_demonstration_file(
    monkeypatch: pytest.MonkeyPatch,
    over_wsgi: None,
    settings: Settings,
    wsgi_transport: WsgiTransport,
) -> None:
    monkeypatch.setenv("BUNDEL_BASE_URL", "http://elsewhere.test")
    settings.client_key_file("police-utrecht").rename(settings.home / "moved.pem")
    told = {
        "baseUrl": "http://bundel.test",
        "clients": [{"clientId": "police-utrecht", "alg": "RS256", "keyFile": "moved.pem"}],
    }
    (settings.home / "demo.json").write_text(json.dumps(told))
    result = CliRunner().invoke(command, ["police-utrecht", "--audience", "bundel-signals"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nobody"], 2, "no key of client"),
        (["police-utrecht", "--audience", "weather"], 2, "audience"),
        (["police-utrecht", "--audience", "audit"], 1, "may not ask"),
    ],
)
def test_what_is_wrong_is_said_with_an_exit_code(
    over_wsgi: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    sentence: str,
) -> None:
    monkeypatch.setattr("sys.argv", ["bundel", "token", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == code
    assert sentence in capsys.readouterr().err


def test_a_provider_that_does_not_answer_is_exit_code_3(
    over_wsgi: None, monkeypatch: pytest.MonkeyPatch, wsgi_transport: WsgiTransport
) -> None:
    wsgi_transport.down.add("identity")
    monkeypatch.setattr("sys.argv", ["bundel", "token", "police-utrecht"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 3


def test_a_source_client_keeps_its_token(settings: Settings, wsgi_transport: WsgiTransport) -> None:
    client = SourceClient(find_installation(settings), "police-utrecht", wsgi_transport)
    first = client.token()
    wsgi_transport.down.add("identity")
    assert client.headers() == {"Authorization": f"Bearer {first}"}


def test_a_wrong_password_is_not_a_log_in(
    settings: Settings, wsgi_transport: WsgiTransport
) -> None:
    installation = find_installation(settings)
    with pytest.raises(NotAuthenticated):
        PersonClient(installation, "m.dejong", "wrong", wsgi_transport).token()
    wsgi_transport.down.add("identity")
    with pytest.raises(Unavailable):
        PersonClient(installation, "m.dejong", "wrong", wsgi_transport).token()


def test_it_signs_with_the_named_algorithm_only(settings: Settings, identity_home: Path) -> None:
    key = settings.client_key_file("police-utrecht").read_text()
    with pytest.raises(ValueError, match="PS256 or RS256"):
        client_assertion("police-utrecht", "x", key, "HS256")
    assert stat.S_IMODE(settings.client_key_file("police-utrecht").stat().st_mode) == 0o600
