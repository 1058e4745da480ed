"""Fixtures of the identity tests."""

from __future__ import annotations

import pytest

from shared.clients.transport import WsgiTransport
from shared.settings import Settings
from tests.identity.asking import Asking


@pytest.fixture
def asking(settings: Settings, wsgi_transport: WsgiTransport) -> Asking:
    return Asking(settings, wsgi_transport)
