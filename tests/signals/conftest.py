"""The whole of Bundel for the tests of cases, picture and search."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from shared.clients.transport import WsgiTransport
from shared.settings import Settings, load_settings
from tests.engines.grown import Engines
from tests.signals.world import World, make_world


@pytest.fixture
def world(
    settings: Settings,
    wsgi_transport: WsgiTransport,
    token_of: Callable[..., str],
    person_token: Callable[..., str],
    fresh_engines: Engines,
) -> Iterator[World]:
    """Everything on SQLite, the embedded default; in the second round on PostgreSQL."""
    own = {"BUNDEL_HOME": str(settings.home), "BUNDEL_BASE_URL": settings.base_url}
    settings = load_settings({**own, **fresh_engines()})
    yield from make_world(settings, wsgi_transport, token_of, person_token)


@pytest.fixture
def both_worlds(
    settings: Settings,
    wsgi_transport: WsgiTransport,
    token_of: Callable[..., str],
    person_token: Callable[..., str],
    database_url: Callable[[str], str],
) -> Iterator[World]:
    """Everything, with signals on SQLite and then on PostgreSQL."""
    databases = {"signals": database_url("signals"), "keys": database_url("signals/protection")}
    yield from make_world(settings, wsgi_transport, token_of, person_token, databases)
