"""The consent service over its real WSGI app, with identity and audit beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from services.audit.app import create_app as create_audit
from services.consent.app import create_app
from shared.authentication.actor import Actor
from shared.authentication.verifier import TokenVerifier
from shared.clients.tokens import TokenSource
from shared.clients.transport import Answer, WsgiTransport
from shared.database import migrate
from shared.http import mounted
from shared.settings import Settings

BASE = "http://bundel.test"
Ask = Callable[..., Answer]


@pytest.fixture
def consent_app(settings: Settings, wsgi_transport: WsgiTransport) -> Iterator[Flask]:
    for service in ("consent", "audit"):
        migrate(service, settings.databases[service])
    audit = create_audit(settings, wsgi_transport)
    wsgi_transport.applications["audit"] = mounted(audit, "audit")
    app = create_app(settings, wsgi_transport)
    wsgi_transport.applications["consent"] = mounted(app, "consent")
    yield app
    app.extensions["bundel_close"]()
    audit.extensions["bundel_close"]()


@pytest.fixture
def ask(consent_app: Flask, wsgi_transport: WsgiTransport) -> Ask:
    """`ask(token, "POST", "/v1/consents", body)` over HTTP."""

    def send(token: str, method: str, path: str, body: Any = None) -> Answer:
        headers = {"Authorization": f"Bearer {token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        data = json.dumps(body).encode() if body is not None else None
        return wsgi_transport.send(method, f"{BASE}/consent{path}", headers, data)

    return send


@pytest.fixture
def exchanged(
    settings: Settings, wsgi_transport: WsgiTransport, person_token: Callable[..., str]
) -> Callable[[str], Actor]:
    """`exchanged("m.dejong")`: the person as signals knows them, with a token to exchange."""
    verifier = TokenVerifier(settings, wsgi_transport, "bundel-signals")
    return lambda user: verifier.verify(person_token(user, "signals"))


@pytest.fixture
def signals_tokens(settings: Settings, wsgi_transport: WsgiTransport) -> TokenSource:
    """What the signals service calls its neighbours with."""
    return TokenSource(settings, wsgi_transport, "bundel-signals")
