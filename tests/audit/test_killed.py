"""kill -9 in the middle of writing: what was acknowledged is there, and nothing is doubled (I7)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from services.audit.entries.leaf import read_leaf
from services.audit.log import store
from tests.audit.conftest import Log, an_entry

WRITER = """
import json, sys, threading
from tests.audit.conftest import Log, an_entry
sequencer = Log(sys.argv[1]).sequencer()
def write():
    while True:
        for receipt in sequencer.append([an_entry() for _ in range(3)]):
            sys.stdout.write(json.dumps([receipt.entry_id, receipt.index]) + "\\n")
            sys.stdout.flush()
for _ in range(4):
    threading.Thread(target=write).start()
"""


@pytest.mark.parametrize("acknowledged", [1, 40])
def test_what_was_acknowledged_survives_kill_9(
    database_url: Callable[[str], str], acknowledged: int
) -> None:
    url = database_url("audit")
    with subprocess.Popen(  # noqa: S603 - our own program text
        [sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(acknowledged)]
        writer.kill()
        rest = writer.stdout.read().splitlines(keepends=True)
    receipts = [json.loads(line) for line in [*lines, *rest] if line.endswith("\n")]
    log = Log(url)
    try:
        sequencer = log.sequencer()  # whole, and the dead writer's seat is free
        (receipt,) = sequencer.append([an_entry()])
        with log.engine().connect() as connection:
            stored = [read_leaf(leaf) for _, _, leaf in store.leaves(connection, 0, 100_000)]
    finally:
        log.close()
    places = {body["entryId"]: body["index"] for body in stored}
    assert len(places) == len(stored) == receipt.index + 1
    for entry_id, index in receipts:
        assert places[entry_id] == index
