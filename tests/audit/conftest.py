"""Entries, logs and sequencers for the tests of the audit service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.audit.app import create_app
from services.audit.entries.book import EntryBook
from services.audit.log.note import Signer
from services.audit.log.sequencer import Sequencer
from services.consent.app import create_app as create_consent
from shared import ids
from shared.clients.audit import Entry, EntryActor
from shared.clients.transport import WsgiTransport
from shared.database import migrate, open_engine
from shared.http import mounted
from shared.settings import Settings
from tests.audit.serving import Neighbour, Serving

COORDINATOR = EntryActor(
    "7f2c0000-0000-4000-8000-000000000001",
    "bundel-signals",
    "coordinator",
    "vt-utrecht",
    "veilig_thuis",
    "utrecht",
)


def an_entry(**fields: object) -> Entry:
    """An entry of a coordinator in Utrecht who opened a household; change what matters."""
    entry = Entry(
        entry_id=ids.new_id(),
        occurred_at="2026-11-23T09:12:00.000Z",
        event="household.opened",
        actor=COORDINATOR,
        service="signals",
        purpose="safety_assessment",
        legal_context="vt_task",
        ground="R01",
        household_id=ids.new_id(),
        signal_ids=(ids.new_id(), ids.new_id()),
        result_count=2,
    )
    return replace(entry, **fields)  # type: ignore[arg-type]


class Log:
    """One log with its database, opened as often as a test wants."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.signer = Signer("bundel.test/log", b"l" * 32)
        self.book = EntryBook(b"t" * 32, b"c" * 32)
        self._open: list[tuple[Engine, Sequencer | None]] = []

    def engine(self) -> Engine:
        engine = open_engine(self.url)
        self._open.append((engine, None))
        return engine

    def sequencer(self) -> Sequencer:
        engine = self.engine()
        sequencer = Sequencer(engine, self.signer, self.book)
        self._open.append((engine, sequencer))
        return sequencer

    def close(self) -> None:
        for engine, sequencer in self._open:
            with suppress(Exception):
                if sequencer is not None:
                    sequencer.close()
            engine.dispose()


@pytest.fixture
def log(database_url: Callable[[str], str]) -> Iterator[Log]:
    """A log on SQLite and on PostgreSQL."""
    found = Log(database_url("audit"))
    yield found
    found.close()


@pytest.fixture
def sqlite_log(tmp_path: Path) -> Iterator[Log]:
    url = f"sqlite:///{tmp_path / 'one.sqlite'}"
    migrate("audit", url)
    found = Log(url)
    yield found
    found.close()


@pytest.fixture
def audit_settings(settings: Settings) -> Settings:
    """Settings whose audit database is migrated."""
    migrate("audit", settings.databases["audit"])
    return settings


@pytest.fixture
def serving(
    audit_settings: Settings,
    wsgi_transport: WsgiTransport,
    token_of: Callable[..., str],
    person_token: Callable[..., str],
) -> Iterator[Serving]:
    """The audit service with its neighbours on the line."""
    app = create_app(audit_settings, wsgi_transport)
    migrate("consent", audit_settings.databases["consent"])
    consent = create_consent(audit_settings, wsgi_transport)
    signals = Neighbour(lambda body: (200, {"personIds": [], "mentionIds": []}))
    wsgi_transport.applications.update(
        audit=mounted(app, "audit"), consent=mounted(consent, "consent"), signals=signals
    )
    yield Serving(audit_settings, app, wsgi_transport, signals, token_of, person_token)
    consent.extensions["bundel_close"]()
    app.extensions["bundel_close"]()
