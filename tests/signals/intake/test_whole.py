"""Intake among its neighbours: the log, the consent service, a full disk, an older database."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import func, inspect, select, text

from bundel.installation import find_installation
from bundel.person_client import PersonClient
from bundel.source_client import SourceClient
from services.signals.delivery.outbox import enqueue
from services.signals.delivery.relay import LAST_ATTEMPT
from services.signals.intake.service import Intake
from services.signals.intake.tables import signals
from shared.clients.transport import Answer
from shared.database import migration_config, open_engine, writing
from shared.problems import Unavailable
from tests.signals.delivery.test_outbox import later
from tests.signals.intake.conftest import POLICE, Desk, make_intake
from tests.signals.intake.documents import signal, to_bytes
from tests.town import Opened, opened_town


@pytest.fixture
def bundel(tmp_path: Path, identity_template: Path) -> Iterator[Opened]:
    """All four services, with nothing in them yet."""
    home = tmp_path / "whole"
    shutil.copytree(identity_template / "clients", home / "clients")
    with opened_town(home) as opened:
        yield opened


def send(bundel: Opened, who: str, method: str, path: str, body: Any = None) -> Answer:
    installation = find_installation(bundel.settings)
    client: SourceClient | PersonClient
    if "." in who:
        client = PersonClient(installation, who, "bundel-demo", bundel.transport)
    else:
        client = SourceClient(installation, who, bundel.transport)
    return bundel.transport.send(
        method,
        f"{bundel.settings.base_url}/signals/v1/{path}",
        {**client.headers("bundel-signals"), "Content-Type": "application/json"},
        None if body is None else to_bytes(body),
    )


def state(bundel: Opened, identity: str) -> str:
    return str(send(bundel, "police-utrecht", "GET", f"signals/{identity}/status").json()["state"])


def test_with_log_and_consent_away_a_signal_is_accepted_and_catches_up_by_itself(
    bundel: Opened,
) -> None:
    # The provider answers once, so that the source has its token; then the neighbours go away.
    bundel.transport.down |= {"audit", "consent"}
    pushed = send(bundel, "police-utrecht", "POST", "signals", signal())
    assert pushed.status == 201
    identity = pushed.json()["signalId"]
    bundel.workers.apps[0].extensions["bundel_workers"]["outbox"].run_once()
    bundel.workers.apps[0].extensions["bundel_workers"]["flow"].run_once()
    assert state(bundel, identity) == "waiting"
    bundel.transport.down -= {"audit", "consent"}
    later(10)
    bundel.workers.wait()
    assert state(bundel, identity) == "linked"
    entries = open_engine(bundel.settings.databases["audit"])
    with entries.connect() as connection:
        tables = [t for t in inspect(entries).get_table_names() if "entr" in t or "lea" in t]
        held = " ".join(
            str(tuple(row))  # a row itself is told shortened
            for table in tables
            for row in connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - names from the database
        )
    entries.dispose()
    assert "signal.accepted" in held
    assert identity in held
    assert "Voorbeeld" not in held


def test_the_desk_of_the_region_sees_what_is_held_and_the_look_is_an_entry(
    bundel: Opened,
) -> None:
    bad = signal(severity="acute", place="nowhere")
    identity = send(bundel, "police-utrecht", "POST", "signals", bad).json()["signalId"]
    seen = send(bundel, "s.kaya", "POST", "quarantine/_search", {}).json()
    assert (seen["count"], seen["items"][0]["signalId"]) == (1, identity)
    assert seen["items"][0]["faults"][0]["pointer"] == "/place"
    assert "Sanne" not in json.dumps(seen)
    assert send(bundel, "n.peters", "POST", "quarantine/_search", {}).json()["count"] == 0
    assert send(bundel, "m.dejong", "POST", "quarantine/_search", {}).status == 404
    bundel.transport.down.add("audit")
    assert send(bundel, "s.kaya", "POST", "quarantine/_search", {}).status == 503


def test_the_administrator_sees_dead_letters_without_their_content_and_revives_them(
    bundel: Opened,
) -> None:
    engine = open_engine(bundel.settings.databases["signals"])
    with writing(engine).begin() as connection:
        message = enqueue(connection, "audit", {"not": "an entry", "secret": "Voorbeeld"})
    relay = bundel.workers.apps[0].extensions["bundel_workers"]["outbox"]
    for _ in range(LAST_ATTEMPT):
        relay.run_once()
        later(301)
    seen = send(bundel, "b.beheer", "POST", "dead-letters/_search", {}).json()
    assert (seen["dead"], [item["id"] for item in seen["items"]]) == (1, [message])
    assert "Voorbeeld" not in json.dumps(seen)
    path = f"dead-letters/{message}/retries"
    assert send(bundel, "s.kaya", "POST", path, {}).status == 404
    assert send(bundel, "b.beheer", "POST", path, {}).status == 202
    assert send(bundel, "b.beheer", "POST", path, {}).status == 404
    engine.dispose()


def fill(room: Desk, which: str) -> Callable[[], None]:
    """Leaves a SQLite database no room to grow; returns what gives it room again."""
    engine = room.engine if which == "signals" else room.keys
    with engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()

    def limit(most: int) -> None:
        # The limit holds for one connection: the pool keeps giving the same one in this test.
        with engine.connect() as connection:
            connection.execute(text(f"PRAGMA max_page_count={most}"))

    limit(pages)
    return lambda: limit(1_000_000)


@pytest.mark.parametrize("which", ["signals", "keys"])
def test_on_a_full_disk_nothing_is_acknowledged_and_nothing_acknowledged_is_lost(
    sqlite_room: Desk, which: str
) -> None:
    free = fill(sqlite_room, which)
    accepted: list[str] = []
    refused = 0
    for number in range(120):
        body = signal(sourceReference=f"r{number}")
        try:
            sqlite_room.intake.deliver(POLICE, to_bytes(body))
            accepted.append(f"r{number}")
        except Unavailable:
            refused += 1
    assert refused
    with sqlite_room.engine.connect() as connection:
        assert set(connection.execute(select(signals.c.source_reference)).scalars()) == set(
            accepted
        )
    free()
    for number in range(120):
        sqlite_room.intake.deliver(POLICE, to_bytes(signal(sourceReference=f"r{number}")))
    with sqlite_room.engine.connect() as connection:
        count = connection.execute(select(func.count()).select_from(signals)).scalar_one()
    assert count == 120


def test_the_migrations_go_down_and_up_with_data(
    settings: Any, database_url: Callable[[str], str]
) -> None:
    url, keys_url = database_url("signals"), database_url("signals/protection")
    room = make_intake(settings, url, keys_url)
    room.intake.deliver(POLICE, to_bytes(signal()))
    room.engine.dispose()
    room.keys.dispose()
    for service, address in (("signals", url), ("signals/protection", keys_url)):
        config = migration_config(service, address)
        command.downgrade(config, "base")
        command.upgrade(config, "head")
    again = make_intake(settings, url, keys_url)
    assert isinstance(again.intake, Intake)
    assert again.intake.deliver(POLICE, to_bytes(signal())).status == 201
    again.engine.dispose()
    again.keys.dispose()
