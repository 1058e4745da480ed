"""Quick exit and log-out end the sessions of all services, here and at the provider."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from shared import clock
from shared.authentication import access, current_actor
from shared.authentication.sessions import csrf_token
from shared.authentication.wiring import install_login, wire
from shared.clients.transport import WsgiTransport
from shared.http import create_service, mounted
from shared.settings import Settings
from shared.vocabulary import Role
from shared.web import install_pages
from tests.identity.browser import Browser

HOST = "http://bundel.test"
SERVICES = ("signals", "consent")


def service(name: str, settings: Settings, transport: WsgiTransport) -> Flask:
    wiring, _tokens = wire(name, settings, transport, lambda _actor, _endpoint: None)
    app, _api = create_service(wiring, title=name, description=name)
    install_login(app)

    @app.get("/")
    @access(Role.COORDINATOR, decision="shows the caller only", page=True)
    def home() -> str:
        return f"{current_actor().name} csrf={csrf_token()}"

    install_pages(app, Path(__file__).parent / "english.json")
    return app


@pytest.fixture
def browser(settings: Settings, wsgi_transport: WsgiTransport) -> Iterator[Browser]:
    for name in SERVICES:
        app = service(name, settings, wsgi_transport)
        wsgi_transport.applications[name] = mounted(app, name)
    found = Browser(wsgi_transport.applications)
    found.log_in(f"{HOST}/signals/", "m.dejong")
    assert found.get(f"{HOST}/consent/").text.startswith("Marit")  # one log-in for all
    yield found


def asks_password(browser: Browser, name: str) -> bool:
    return 'name="password"' in browser.get(f"{HOST}/{name}/").text


def leave(browser: Browser) -> None:
    assert "Bundel" not in browser.get(f"{HOST}/signals/leave").text


def log_out(browser: Browser) -> None:
    token = re.search(r"csrf=(\S+)", browser.get(f"{HOST}/signals/").text)
    assert token is not None
    browser.post(f"{HOST}/signals/logout", data={"csrf_token": token[1]})


@pytest.mark.parametrize("end", [leave, log_out])
def test_it_ends_every_service_at_once(browser: Browser, end: object) -> None:
    end(browser)  # type: ignore[operator]
    assert not {"bundel_signals", "bundel_consent"} & browser.cookies().keys()
    assert all(asks_password(browser, name) for name in (*SERVICES, *SERVICES))


@pytest.mark.parametrize("end", [leave, log_out])
def test_a_copy_of_a_cookie_of_another_service_is_not_renewed(
    browser: Browser, end: object
) -> None:
    copy = browser.cookies()["bundel_consent"]
    end(browser)  # type: ignore[operator]
    later = clock.now() + timedelta(minutes=5)  # as long as an access token lives
    clock.set_source(lambda: later)
    thief = Browser(browser._applications)
    thief.client.set_cookie("bundel_consent", copy, domain="bundel.test", path="/consent/")
    assert asks_password(thief, "consent")


def test_a_cookie_that_comes_back_after_leaving_is_no_session(browser: Browser) -> None:
    """An answer that was under way in another tab may set its cookie once more."""
    late = browser.cookies()["bundel_consent"]
    leave(browser)
    browser.client.set_cookie("bundel_consent", late, domain="bundel.test", path="/consent/")
    assert asks_password(browser, "consent")
    browser.log_in(f"{HOST}/signals/", "a.said")
    assert browser.get(f"{HOST}/consent/").text.startswith("Amal")  # never Marit again


def test_leaving_works_without_the_provider(
    browser: Browser, wsgi_transport: WsgiTransport
) -> None:
    wsgi_transport.down.add("identity")
    leave(browser)
    wsgi_transport.down.clear()
    assert asks_password(browser, "consent")
