"""The signals service with real tokens, its databases on SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from services.signals.app import create_app
from services.signals.intake.preparing import Preparer
from services.signals.intake.service import Intake
from services.signals.protection.addresses import AddressKeyer
from services.signals.protection.vault import Vault
from shared.authentication.actor import Actor
from shared.clients.transport import WsgiTransport
from shared.database import migrate, open_engine
from shared.settings import Settings
from shared.vocabulary import Agency, LegalContext, Role
from tests.signals.intake.documents import to_bytes

POLICE = Actor(
    subject="police-utrecht",
    client="police-utrecht",
    role=Role.SOURCE,
    organisation="politie-midden-nederland",
    agency=Agency.POLICE,
    region="utrecht",
    legal_context=LegalContext.NONE,
)
YOUTH_CARE = replace(
    POLICE,
    subject="youthcare-utrecht",
    client="youthcare-utrecht",
    organisation="jeugdhulp-vecht-en-venen",
    agency=Agency.YOUTH_CARE,
)


@dataclass(frozen=True)
class Desk:
    """Intake with its databases, without HTTP."""

    intake: Intake
    engine: Engine
    keys: Engine
    vault: Vault
    keyer: AddressKeyer


def make_intake(settings: Settings, url: str, keys_url: str) -> Desk:
    engine, keys = open_engine(url), open_engine(keys_url)
    vault = Vault(settings, keys)
    keyer = AddressKeyer(settings.key("MATCH_KEY"))
    preparer = Preparer(vault, keyer, settings.key("IDEMPOTENCY_KEY"))
    return Desk(Intake(engine, preparer), engine, keys, vault, keyer)


@pytest.fixture
def room(settings: Settings, database_url: Callable[[str], str]) -> Iterator[Desk]:
    """Intake on both engines."""
    made = make_intake(settings, database_url("signals"), database_url("signals/protection"))
    yield made
    made.engine.dispose()
    made.keys.dispose()


@pytest.fixture
def sqlite_room(settings: Settings) -> Iterator[Desk]:
    """Intake on SQLite only, in the test's home folder."""
    for service, name in (("signals", "signals"), ("signals/protection", "keys")):
        migrate(service, settings.databases[name])
    made = make_intake(settings, settings.databases["signals"], settings.databases["keys"])
    yield made
    made.engine.dispose()
    made.keys.dispose()


@pytest.fixture
def app(settings: Settings, wsgi_transport: WsgiTransport) -> Iterator[Flask]:
    """The whole service; only the identity provider is up beside it."""
    for service, name in (("signals", "signals"), ("signals/protection", "keys")):
        migrate(service, settings.databases[name])
    made = create_app(settings, wsgi_transport)
    yield made
    made.extensions["bundel_close"]()


@dataclass
class Caller:
    """Calls the service as a source or a person."""

    app: Flask
    token: str

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """`body`: bytes as they are, anything else as JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("Content-Type", "application/json")
        raw = body if isinstance(body, bytes) or body is None else to_bytes(body)
        named["Authorization"] = f"Bearer {self.token}"
        return self.app.test_client().open(path, method=method, data=raw, headers=named)

    def push(self, body: Any, **headers: str) -> TestResponse:
        return self.send("POST", "/v1/signals", body, **headers)


@pytest.fixture
def police(app: Flask, token_of: Callable[..., str]) -> Caller:
    return Caller(app, token_of("police-utrecht"))


@pytest.fixture
def youth_care(app: Flask, token_of: Callable[..., str]) -> Caller:
    return Caller(app, token_of("youthcare-utrecht"))


@pytest.fixture
def desk(app: Flask, person_token: Callable[..., str]) -> Caller:
    return Caller(app, person_token("s.kaya"))
