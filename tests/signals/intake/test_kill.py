"""kill -9 at any moment: what was acknowledged is there, whole, once (I7)."""

from __future__ import annotations

import signal as signals_of_unix
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import select

from services.signals.delivery.tables import outbox
from services.signals.intake.reading import load_mentions, load_signals, open_contents
from services.signals.intake.tables import link_queue, signals
from shared.settings import Settings
from tests.signals.intake.conftest import POLICE, Desk
from tests.signals.intake.documents import signal, to_bytes


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 4, 9])
def test_a_killed_process_loses_nothing_that_it_acknowledged(
    sqlite_room: Desk, settings: Settings, after: int
) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "tests.signals.intake.pushing_process", str(settings.home)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
        text=True,
    )
    assert process.stdout is not None
    acknowledged = {line.strip() for line in islice(process.stdout, after)}
    process.send_signal(signals_of_unix.SIGKILL)
    acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
    process.wait()
    with sqlite_room.engine.connect() as connection:
        kept = dict(connection.execute(select(signals.c.source_reference, signals.c.id)).all())
        records = load_signals(connection, kept.values())
        mentions = load_mentions(connection, kept.values())
        told = {i for row in connection.execute(select(outbox)) for i in row.payload["signalIds"]}
        queued = set(connection.execute(select(link_queue.c.signal_id)).scalars())
    assert acknowledged <= set(kept)
    assert set(records) == told == queued == set(kept.values())
    assert len(mentions) == 3 * len(kept)
    assert set(open_contents(sqlite_room.vault, records.values())) == set(records)
    for reference, identity in kept.items():
        answer = sqlite_room.intake.deliver(POLICE, to_bytes(signal(sourceReference=reference)))
        assert (answer.status, answer.to_json()["signalId"]) == (200, identity)
