"""A service made with wire(): bearer tokens, sessions of people, log-out."""

from __future__ import annotations

import pytest
from flask import Flask, jsonify

from shared.authentication import Actor, access, current_actor
from shared.authentication.sessions import csrf_token, note, noted
from shared.authentication.wiring import install_login, wire
from shared.clients.transport import WsgiTransport
from shared.http import create_service, mounted
from shared.settings import Settings
from shared.vocabulary import Role
from tests.identity.browser import Browser


@pytest.fixture
def denials() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def app(settings: Settings, wsgi_transport: WsgiTransport, denials: list[tuple[str, str]]) -> Flask:
    def record(actor: Actor, endpoint: str) -> None:
        denials.append((actor.subject, endpoint))

    wiring, _tokens = wire("signals", settings, wsgi_transport, record)
    app, _api = create_service(wiring, title="Test", description="Test")
    install_login(app)

    @app.get("/")
    @access(Role.COORDINATOR, decision="shows the caller only", page=True)
    def home() -> object:
        return jsonify(name=current_actor().name, csrf=csrf_token(), purpose=noted("purpose"))

    @app.post("/purpose")
    @access(Role.COORDINATOR, decision="changes the session only", page=True)
    def purpose() -> object:
        note("purpose", "safety_assessment")
        return jsonify(done=True)

    return app


@pytest.fixture
def browser(app: Flask, wsgi_transport: WsgiTransport) -> Browser:
    wsgi_transport.applications["signals"] = mounted(app, "signals")
    return Browser(wsgi_transport.applications)


def test_a_person_logs_in_and_comes_back_to_the_page_she_asked_for(browser: Browser) -> None:
    page = browser.log_in("http://bundel.test/signals/?page=2", "m.dejong")
    assert page.request.url == "http://bundel.test/signals/?page=2"
    assert page.json["name"] == "Marit de Jong"
