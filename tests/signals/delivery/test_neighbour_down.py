"""I7 with the real services: what was accepted and linked reaches the log, once, in the end."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from werkzeug.test import Client

from bundel.commands.outbox import command
from services.signals.delivery.outbox import enqueue
from services.signals.delivery.relay import LAST_ATTEMPT
from services.signals.delivery.tables import outbox
from shared import clock, ids
from shared.database import writing
from shared.problems import Unavailable
from tests.signals.world import World, care_signal, police_signal


def later(world: World, minutes: float = 6) -> None:
    """Postponed work is due."""
    moment = clock.now() + timedelta(minutes=minutes)
    clock.set_source(lambda: moment)
    world.work()


def deliver(world: World, client: str, document: dict[str, Any]) -> str:
    answer = world.call(client, "/v1/signals", document)
    assert answer.status_code == 201 and answer.json
    return str(answer.json["signalId"])


def gauge(world: World, name: str) -> float:
    page = Client(world.transport.applications["signals"]).get("/signals/metrics").text
    found = re.search(rf"^{name} (\S+)$", page, re.MULTILINE)
    assert found is not None
    return float(found.group(1))


def told(world: World) -> Counter[tuple[str, str]]:
    """(event, signal) of everything in the log about delivering and linking."""
    return Counter(
        (leaf["event"], signal)
        for leaf in world.log("signal.accepted", "link.made", "link.denied")
        for signal in leaf.get("signalIds", ())
    )


def test_entries_of_intake_and_links_survive_a_log_that_is_down(both_worlds: World) -> None:
    world = both_worlds
    world.transport.down.add("audit")
    signals = [
        deliver(world, "police-utrecht", police_signal("P-1")),
        deliver(world, "youthcare-utrecht", care_signal("J-1")),
    ]
    for _ in range(3):
        later(world)
    assert told(world) == Counter()
    assert gauge(world, "bundel_outbox_waiting") > 0
    assert gauge(world, "bundel_outbox_oldest_seconds") > 600
    assert gauge(world, "bundel_outbox_dead") == 0
    world.transport.down.clear()
    later(world)
    assert gauge(world, "bundel_outbox_waiting") == 0
    found = told(world)
    assert set(found.values()) == {1}
    assert {("signal.accepted", s) for s in signals} <= set(found)
    assert {("link.made", s) for s in signals} <= set(found)


def test_a_receipt_that_is_lost_on_its_way_makes_no_second_entry(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = world.transport.send
    lost: list[str] = []

    def losing(method: str, url: str, *rest: Any, **more: Any) -> Any:
        answer = send(method, url, *rest, **more)
        if url.endswith("/audit/v1/entries") and len(lost) < 3:
            lost.append(url)
            raise Unavailable
        return answer

    monkeypatch.setattr(world.transport, "send", losing)
    signal = deliver(world, "police-utrecht", police_signal("P-1"))
    for _ in range(4):
        later(world)
    assert len(lost) == 3
    found = told(world)
    assert set(found.values()) == {1}
    assert ("link.made", signal) in found
    assert world.queue()["cases"]  # visible: the receipt came in the end


def test_what_was_given_up_is_seen_and_retried_by_command(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUNDEL_HOME", str(world.settings.home))
    for name, address in world.settings.databases.items():
        monkeypatch.setenv(f"BUNDEL_{name.upper()}_DATABASE", address)
    with writing(world.signals).begin() as connection:
        dead = enqueue(connection, "audit", {"entryId": ids.new_id()})  # the log refuses it
    for _ in range(LAST_ATTEMPT + 1):
        later(world)
    assert gauge(world, "bundel_outbox_dead") == 1
    run = CliRunner().invoke
    listed = run(command, ["list"])
    assert (listed.exit_code, dead in listed.output) == (1, True)
    assert run(command, ["retry"]).exit_code == 2
    assert run(command, ["retry", ids.new_id()]).exit_code == 1
    with writing(world.signals).begin() as connection:
        connection.execute(
            outbox.update()
            .where(outbox.c.id == dead)
            .values(
                payload={
                    "entryId": dead,
                    "occurredAt": clock.timestamp(clock.now()),
                    "event": "signal.accepted",
                    "actor": {"id": "police-utrecht"},
                }
            )
        )
    assert run(command, ["retry", "--all"]).exit_code == 0
    later(world)
    assert gauge(world, "bundel_outbox_dead") == 0
    assert [leaf["refersTo"] for leaf in world.log("dead-letter.retried")] == [dead]
    assert len(world.log("signal.accepted")) == 1
    with world.signals.connect() as connection:
        unsent = connection.execute(select(outbox.c.id).where(outbox.c.sent_at.is_(None))).all()
    assert unsent == []
