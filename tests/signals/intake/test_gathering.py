"""Many callers at once share a commit; each has the answer it would have had alone."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import event, select

from services.signals.delivery.tables import outbox
from services.signals.intake.answers import Answered
from services.signals.intake.batch import Trace
from services.signals.intake.gathering import Gathering
from services.signals.intake.service import Outcome
from shared.authentication.actor import Actor
from shared.problems import InvalidInput, Problem
from tests.signals.intake.conftest import POLICE, YOUTH_CARE, Desk
from tests.signals.intake.documents import signal, to_bytes, youth_signal

CALLERS = 24


def _together(gathering: Gathering, calls: Sequence[tuple[Actor, bytes, Trace]]) -> list[Any]:
    """The answer or the exception of each call; all start at the same moment."""
    results: list[Any] = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def call(number: int) -> None:
        gate.wait()
        try:
            results[number] = gathering.deliver(*calls[number])
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=call, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def _calls() -> list[tuple[Actor, bytes, Trace]]:
    calls: list[tuple[Actor, bytes, Trace]] = []
    for number in range(CALLERS):
        trace = Trace(f"{number + 1:032x}", f"{number + 1:016x}")
        if number % 6 == 5:
            calls.append((POLICE, b'{"kind": "report"}', trace))  # refused
        elif number % 3 == 2:
            body = to_bytes(youth_signal(sourceReference=f"R-{number}"))
            calls.append((YOUTH_CARE, body, trace))
        else:
            # Two callers tell each of these: one is kept, the other is a replay.
            body = to_bytes(signal(sourceReference=f"R-{number // 6}"))
            calls.append((POLICE, body, trace))
    return calls


def test_each_of_many_callers_gets_its_own_answer_and_they_share_commits(room: Desk) -> None:
    commits = []
    event.listen(room.engine, "commit", lambda _connection: commits.append(1))
    calls = _calls()
    results = _together(Gathering(room.intake), calls)
    for (_, raw, _), result in zip(calls, results, strict=True):
        if raw.startswith(b'{"kind"'):
            assert isinstance(result, InvalidInput)
        else:
            assert isinstance(result, Answered)
            assert result.status in (200, 201)
            assert result.to_json()["sourceReference"].encode() in raw
    kept = [r for r in results if isinstance(r, Answered) and r.status == 201]
    assert len({r.to_json()["signalId"] for r in kept}) == len(kept)
    with room.engine.connect() as connection:
        told = connection.scalars(select(outbox.c.payload)).all()
    assert len(told) == len(kept)
    assert len(commits) < len(kept)
    # Each entry carries the trace of the request it belongs to.
    by_signal = {entry["signalIds"][0]: entry["traceId"] for entry in told}
    for (_, _, trace), result in zip(calls, results, strict=True):
        if isinstance(result, Answered) and result.status == 201:
            assert by_signal[result.to_json()["signalId"]] == trace.trace_id


def test_what_fails_for_one_caller_fails_for_no_other(sqlite_room: Desk) -> None:
    intake = sqlite_room.intake
    plain = intake.deliver_many

    def failing(
        actor: Actor, bodies: Sequence[bytes], traces: Sequence[Trace] = ()
    ) -> list[Outcome]:
        if any(b"R-spoilt" in body for body in bodies):
            raise ZeroDivisionError
        return plain(actor, bodies, traces)

    intake.deliver_many = failing  # type: ignore[method-assign]
    gathering = Gathering(intake)
    names = ["R-1", "R-2", "R-spoilt", "R-3"]
    results = _together(
        gathering,
        [(POLICE, to_bytes(signal(sourceReference=name)), Trace("", "")) for name in names],
    )
    assert [isinstance(result, Answered) for result in results] == [True, True, False, True]
    assert isinstance(results[2], ZeroDivisionError)
    # And it goes on afterwards.
    assert gathering.deliver(POLICE, to_bytes(signal(sourceReference="R-4"))).status == 201
    with pytest.raises(Problem):
        gathering.deliver(POLICE, b"{")
