"""What a source system meets at the door."""

from __future__ import annotations

import json

from tests.signals.intake.conftest import Caller
from tests.signals.intake.documents import signal, to_bytes


def test_a_signal_is_accepted_and_its_replay_gets_the_same_answer(police: Caller) -> None:
    first = police.push(signal())
    again = police.push(signal())
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.data == again.data
    assert first.headers["ETag"] == '"1"'
    assert [p["ref"] for p in first.json["persons"]] == ["p1", "p2", "p3"]
