"""Where the provider's endpoints are comes from its own document, and only from a sound one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from shared import clock
from shared.authentication.provider import OLD_AFTER, WELL_KNOWN, ProviderDocument
from shared.clients.transport import Answer, WsgiTransport
from shared.problems import Unavailable
from shared.settings import Settings
from tests.identity.test_keys import CountingTransport

OUTSIDE = "https://login.example.nl/realms/bundel"
INSIDE = "http://10.0.0.5:8080/realms/bundel"


class Told:
    """A provider that says what it is given, and notes where it was asked."""

    def __init__(self, **changes: Any) -> None:
        self.document = {
            "issuer": OUTSIDE,
            "authorization_endpoint": f"{OUTSIDE}/auth",
            "end_session_endpoint": f"{OUTSIDE}/logout",
            "token_endpoint": f"{OUTSIDE}/token",
            "jwks_uri": f"{INSIDE}/certs",
            **changes,
        }
        self.asked: list[str] = []
        self.status = 200

    def send(self, _method: str, url: str, *_a: Any, **_k: Any) -> Answer:
        self.asked.append(url)
        return Answer(self.status, {}, json.dumps(self.document).encode())


def elsewhere(settings: Settings, inside: str = INSIDE) -> Settings:
    return replace(settings, issuer=OUTSIDE, identity_url=inside)


def test_browsers_get_the_outside_addresses_and_services_the_inside_ones(
    settings: Settings,
) -> None:
    told = Told()
    found = ProviderDocument(elsewhere(settings), told).addresses()
    assert told.asked == [INSIDE + WELL_KNOWN]
    assert (found.authorization, found.logout) == (f"{OUTSIDE}/auth", f"{OUTSIDE}/logout")
    assert (found.token, found.keys) == (f"{INSIDE}/token", f"{INSIDE}/certs")


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://evil.test"},
        {"authorization_endpoint": "http://login.example.nl/auth"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "ftp://login.example.nl/token"},
        {"jwks_uri": None},
        {"end_session_endpoint": "http://login.example.nl/logout"},
    ],
)
def test_an_unsound_document_is_no_provider(settings: Settings, changes: dict[str, Any]) -> None:
    with pytest.raises(Unavailable):
        ProviderDocument(elsewhere(settings), Told(**changes)).addresses()


def test_a_key_set_over_http_is_refused_when_the_document_came_over_https(
    settings: Settings,
) -> None:
    told = Told(jwks_uri="http://login.example.nl/certs")
    with pytest.raises(Unavailable):
        ProviderDocument(elsewhere(settings, OUTSIDE), told).addresses()


def test_a_provider_without_log_out_page_is_taken_as_it_is(settings: Settings) -> None:
    told = Told(end_session_endpoint="")
    assert ProviderDocument(elsewhere(settings), told).addresses().logout == ""


def test_the_document_is_read_once_an_hour_and_an_old_one_serves_while_the_provider_is_away(
    settings: Settings, wsgi_transport: WsgiTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    transport = CountingTransport(wsgi_transport.applications)
    document = ProviderDocument(settings, transport)
    first = document.addresses()
    assert document.addresses() == first and transport.documents == 1
    now[0] += OLD_AFTER + 1
    transport.down.add("identity")
    assert [document.addresses() for _ in range(3)] == [first] * 3
    assert transport.documents == 2
    now[0] += 11
    transport.down.clear()
    assert document.addresses() == first and transport.documents == 3


def test_without_any_document_there_is_no_provider(settings: Settings) -> None:
    told = Told()
    told.status = 500
    with pytest.raises(Unavailable):
        ProviderDocument(elsewhere(settings), told).addresses()
