"""What was committed is told, once the receiver says so; nothing is dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, func, select

from services.signals.delivery.outbox import (
    OutboxRow,
    backlog,
    dead_letters,
    enqueue,
    revive,
)
from services.signals.delivery.relay import LAST_ATTEMPT, Relay
from services.signals.delivery.tables import outbox
from shared import clock
from shared.clients.audit import EntryRefused
from shared.database import open_engine, writing
from shared.problems import Unavailable


@pytest.fixture
def engine(database_url: Callable[[str], str]) -> Iterator[Engine]:
    made = open_engine(database_url("signals"))
    yield made
    made.dispose()


def put(engine: Engine, *numbers: int) -> list[str]:
    with writing(engine).begin() as connection:
        return [enqueue(connection, "audit", {"n": number}) for number in numbers]


class Receiver:
    """A neighbour that can be away, or refuse some messages."""

    def __init__(self) -> None:
        self.away = False
        self.refuses: set[int] = set()
        self.got: list[int] = []

    def __call__(self, rows: Sequence[OutboxRow]) -> None:
        if self.away:
            raise Unavailable
        if self.refuses & {row.payload["n"] for row in rows}:
            raise EntryRefused
        self.got += [row.payload["n"] for row in rows]


def later(seconds: float) -> None:
    moment = clock.now() + timedelta(seconds=seconds)
    clock.set_source(lambda: moment)


def test_messages_arrive_once_and_in_order(engine: Engine) -> None:
    receiver = Receiver()
    receipts: list[str] = []

    def on_receipt(_connection: Connection, ids: Sequence[str]) -> None:
        receipts.extend(ids)

    sent = put(engine, 1, 2, 3)
    relay = Relay(engine, {"audit": receiver}, {"audit": on_receipt})
    assert relay.run_once() == 3
    assert relay.run_once() == 0
    assert sorted(receiver.got) == [1, 2, 3]
    assert sorted(receipts) == sorted(sent)


def test_a_message_of_a_rolled_back_transaction_is_never_sent(engine: Engine) -> None:
    receiver = Receiver()
    with pytest.raises(RuntimeError), writing(engine).begin() as connection:
        enqueue(connection, "audit", {"n": 1})
        raise RuntimeError
    assert Relay(engine, {"audit": receiver}).run_once() == 0


def test_while_the_receiver_is_away_nothing_is_lost_and_nothing_dies(engine: Engine) -> None:
    receiver = Receiver()
    receiver.away = True
    put(engine, 1)
    relay = Relay(engine, {"audit": receiver})
    for _ in range(LAST_ATTEMPT * 2):
        assert relay.run_once() == 0
        later(301)
    with engine.connect() as connection:
        state = backlog(connection)
    assert (state.waiting, state.dead) == (1, 0)
    assert state.oldest_seconds > 3600
    receiver.away = False
    assert relay.run_once() == 1


def test_attempts_back_off(engine: Engine) -> None:
    receiver = Receiver()
    receiver.away = True
    later(0)
    put(engine, 1)
    relay = Relay(engine, {"audit": receiver})
    relay.run_once()
    receiver.away = False
    assert relay.run_once() == 0
    later(1.1)
    assert relay.run_once() == 1


def test_one_refused_message_stops_no_other_and_becomes_a_dead_letter(engine: Engine) -> None:
    receiver = Receiver()
    receiver.refuses = {3}
    put(engine, 1, 2, 3, 4, 5)
    relay = Relay(engine, {"audit": receiver})
    assert relay.run_once() == 4
    assert sorted(receiver.got) == [1, 2, 4, 5]
    for _ in range(LAST_ATTEMPT):
        later(301)
        relay.run_once()
    with engine.connect() as connection:
        assert [row.payload for row in dead_letters(connection)] == [{"n": 3}]
        assert backlog(connection).waiting == 0
        dead = dead_letters(connection)[0].id
    receiver.refuses = set()
    with writing(engine).begin() as connection:
        assert revive(connection, dead)
        assert not revive(connection, "absent")
    assert relay.run_once() == 1


def test_after_a_crash_between_sending_and_marking_the_same_message_comes_again(
    engine: Engine,
) -> None:
    got: list[str] = []

    class Crash(BaseException):
        pass

    def dies(rows: Sequence[OutboxRow]) -> None:
        got.extend(row.id for row in rows)
        raise Crash

    put(engine, 1)
    with pytest.raises(Crash):
        Relay(engine, {"audit": dies}).run_once()
    Relay(engine, {"audit": lambda rows: got.extend(row.id for row in rows)}).run_once()
    assert len(got) == 2
    assert got[0] == got[1]
    with engine.connect() as connection:
        unsent = connection.execute(
            select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None))
        ).scalar_one()
    assert unsent == 0
