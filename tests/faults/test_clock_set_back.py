"""The clock is set back, or goes wrong: nothing waits for the old time, nobody stays in longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client

from services.identity.attempts import FAILURES_ALLOWED, Attempts
from services.signals.intake import queue
from shared import clock
from shared.authentication.verifier import TokenVerifier
from shared.clients.audit import AuditClient
from shared.clients.tokens import TokenSource
from shared.clients.transport import Answer, WsgiTransport
from shared.database import open_engine
from shared.problems import Unavailable
from shared.settings import Settings
from tests.audit.conftest import an_entry
from tests.identity.browser import Browser
from tests.signals.world import World, police_signal

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BACK = NOON - timedelta(hours=3)


def at(moment: datetime) -> None:
    clock.set_source(lambda: moment)


def test_what_waited_is_linked_and_told_without_waiting_for_the_old_time(
    both_worlds: World,
) -> None:
    world = both_worlds
    at(NOON)
    world.push("police-utrecht", police_signal("P-1"))  # tokens for the neighbours are kept now
    world.transport.down.update({"consent", "audit"})
    at(NOON + timedelta(seconds=1))
    world.push("police-utrecht", police_signal("P-2"))
    assert _linked(world) == {"P-1"}
    at(BACK)
    world.transport.down.clear()
    world.work()
    # The next moment by the clock is one pause away at the most, not three hours.
    at(BACK + queue.LONGEST_WAIT)
    world.work()
    page = Client(world.transport.applications["signals"]).get("/signals/metrics").text
    assert "bundel_outbox_waiting 0.0" in page
    assert _linked(world) == {"P-1", "P-2"}
    assert world.log("log.clock-set-back")


def _linked(world: World) -> set[str]:
    found = set()
    for reference in ("P-1", "P-2"):
        body = {"sourceReference": reference}
        answer = world.call("police-utrecht", "/v1/signals/_status", body)
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        found |= {reference} if answer.json["state"] == "linked" else set()
    return found


def test_a_changed_ground_is_asked_after_though_the_next_time_lies_far_ahead(world: World) -> None:
    asked: list[str] = []
    send = world.transport.send

    def counting(method: str, url: str, *rest: Any, **more: Any) -> Answer:
        asked.extend([url] if url.endswith("/v1/revision") else [])
        return send(method, url, *rest, **more)

    world.transport.send = counting  # type: ignore[method-assign]
    at(NOON)
    world.work()
    at(BACK)
    world.work()
    at(BACK + timedelta(seconds=1))
    world.work()
    assert len(asked) == 2


def test_a_kept_token_from_the_future_is_not_given_out(
    settings: Settings, wsgi_transport: WsgiTransport
) -> None:
    source = TokenSource(settings, wsgi_transport, "bundel-signals")
    neighbour = TokenVerifier(settings, wsgi_transport, "bundel-audit")
    at(NOON)
    first = source.own("bundel-audit")
    at(BACK)
    second = source.own("bundel-audit")
    assert second != first
    neighbour.verify(second)  # raises when it is refused
    assert source.own("bundel-audit") == second


class NeighboursAhead(WsgiTransport):
    """The other machines' clocks are 50 seconds ahead of this one's. `calls`: paths, statuses."""

    def __init__(self, inner: WsgiTransport) -> None:
        super().__init__(inner.applications)
        self.calls: list[tuple[str, int]] = []

    def send(self, method: str, url: str, *rest: Any, **more: Any) -> Answer:
        here = clock.now()
        at(here + timedelta(seconds=50))
        try:
            answer = super().send(method, url, *rest, **more)
        finally:
            at(here)
        self.calls.append((urlsplit(url).path, answer.status))
        return answer


def test_a_token_that_a_neighbour_refuses_is_replaced_once(world: World) -> None:
    at(NOON)
    source = TokenSource(world.settings, world.transport, "bundel-signals")
    source.own("bundel-audit")
    slow = NeighboursAhead(world.transport)
    source._endpoint._transport = slow
    client = AuditClient(world.settings, slow, source)
    at(NOON + timedelta(seconds=255))  # 45 seconds to live here; over for the others
    client.record([an_entry()])
    told = [status for path, status in slow.calls if path == "/audit/v1/entries"]
    assert told == [401, 201]
    client.record([an_entry()])
    assert slow.calls[-1] == ("/audit/v1/entries", 201)
    assert len([path for path, _ in slow.calls if path == "/audit/v1/entries"]) == 3


def test_a_neighbour_that_refuses_every_token_is_asked_twice_and_no_more(world: World) -> None:
    class Refusing(WsgiTransport):
        asked = 0

        def send(self, method: str, url: str, *rest: Any, **more: Any) -> Answer:
            if url.endswith("/audit/v1/entries"):
                self.asked += 1
                return Answer(401, {}, b"{}")
            return super().send(method, url, *rest, **more)

    line = Refusing(world.transport.applications)
    source = TokenSource(world.settings, line, "bundel-signals")
    with pytest.raises(Unavailable):
        AuditClient(world.settings, line, source).record([an_entry()])
    assert line.asked == 2


def test_a_session_from_the_future_is_over_and_its_log_in_too(world: World) -> None:
    browser = Browser(world.transport.applications)
    at(NOON)
    home = "http://bundel.test/signals/"
    assert browser.log_in(home, "m.dejong").status_code == 200
    assert browser.get(home, follow=False).status_code == 200
    at(BACK)
    assert browser.get(home, follow=False).status_code == 303
    assert urlsplit(browser.get(home).request.url).path.startswith("/identity/")
    # Whoever logs in anew works on.
    assert browser.log_in(home, "m.dejong").status_code == 200
    assert browser.get(home, follow=False).status_code == 200


def test_a_clock_put_right_by_a_little_ends_no_session(world: World) -> None:
    browser = Browser(world.transport.applications)
    at(NOON)
    home = "http://bundel.test/signals/"
    browser.log_in(home, "m.dejong")
    at(NOON - timedelta(seconds=5))
    assert browser.get(home, follow=False).status_code == 200


def test_a_name_that_had_to_wait_does_not_wait_for_the_old_time(world: World) -> None:
    engine = open_engine(world.settings.databases["identity"])
    attempts = Attempts(engine)
    at(NOON)
    for _ in range(FAILURES_ALLOWED):
        attempts.note_failure("m.dejong")
    assert attempts.is_blocked("m.dejong")
    at(BACK)
    assert not attempts.is_blocked("m.dejong")
    attempts.note_failure("m.dejong")
    assert attempts.is_blocked("m.dejong")  # a wrong password still makes it wait
    engine.dispose()
