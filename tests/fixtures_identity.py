"""Real tokens in tests, without sockets: the provider's own app, real keys, the real code flow.

Keys and the migrated database are made once per run and copied into each test's own home folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from bundel.installation import find_installation
from bundel.person_client import PersonClient
from bundel.source_client import SourceClient, audience_of
from services.identity.app import create_app
from shared.clients.transport import WsgiTransport
from shared.database import migrate
from shared.http import mounted
from shared.settings import Settings, load_settings
from tests.whole import whole

__all__ = ["whole"]  # a fixture, found here

PASSWORD = "bundel-demo"
TokenOf = Callable[..., str]


@pytest.fixture(scope="session")
def identity_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with all keys and a migrated identity database, to copy from."""
    home = tmp_path_factory.mktemp("identity") / "home"
    settings = load_settings({"BUNDEL_HOME": str(home), "BUNDEL_BASE_URL": "http://bundel.test"})
    (home / "data").mkdir(parents=True)
    migrate("identity", settings.databases["identity"])
    create_app(settings).extensions["bundel_close"]()
    return home


@pytest.fixture
def identity_home(settings: Settings, identity_template: Path) -> Path:
    """The test's home folder, with keys and identity database in it."""
    shutil.copytree(identity_template, settings.home, dirs_exist_ok=True)
    return settings.home


@pytest.fixture
def identity_app(settings: Settings, identity_home: Path) -> Iterator[Flask]:
    """The running provider. `settings.issuer` is its address."""
    app = create_app(settings)
    yield app
    app.extensions["bundel_close"]()


@pytest.fixture
def wsgi_transport(identity_app: Flask) -> WsgiTransport:
    """Reaches /identity. Add yours: `wsgi_transport.applications["x"] = mounted(app, "x")`."""
    return WsgiTransport({"identity": mounted(identity_app, "identity")})


@pytest.fixture
def token_of(settings: Settings, wsgi_transport: WsgiTransport) -> TokenOf:
    """A machine's token: `token_of("police-utrecht")`, `token_of("bundel-signals", "audit")`."""
    clients: dict[str, SourceClient] = {}

    def token(client_id: str, audience: str = "signals") -> str:
        if client_id not in clients:
            clients[client_id] = SourceClient(
                find_installation(settings), client_id, wsgi_transport
            )
        return clients[client_id].token(audience_of(audience))

    return token


@pytest.fixture
def person_token(settings: Settings, wsgi_transport: WsgiTransport) -> TokenOf:
    """`person_token("m.dejong")`, `person_token("f.yilmaz", "audit")`: by code flow and PKCE."""
    people: dict[str, PersonClient] = {}

    def token(user: str, audience: str = "signals") -> str:
        if user not in people:
            people[user] = PersonClient(find_installation(settings), user, PASSWORD, wsgi_transport)
        return people[user].token(audience_of(audience))

    return token
