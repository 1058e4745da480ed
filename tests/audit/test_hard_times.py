"""Clocks set back, full disks, a second writer: nothing is torn and everything is said."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.audit.app import create_app
from services.audit.entries.leaf import read_leaf
from services.audit.exports.verifier import verify_export
from services.audit.exports.writer import write_export
from services.audit.log import store
from services.audit.log.check import check_whole
from services.audit.log.lock import LogBusy
from services.audit.log.sequencer import Sequencer
from shared import clock
from shared.database import migrate
from shared.problems import OutOfRoom, Unavailable
from tests.audit.conftest import Log, an_entry
from tests.audit.serving import Serving

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def at(moment: datetime) -> None:
    clock.set_source(lambda: moment)


def bodies(log: Log) -> list[dict[str, object]]:
    with log.engine().connect() as connection:
        return [read_leaf(leaf) for _, _, leaf in store.leaves(connection, 0, 10_000)]


def test_a_clock_set_back_is_an_entry_before_the_first_of_the_new_time(
    log: Log, tmp_path: Path
) -> None:
    at(NOON)
    sequencer = log.sequencer()
    sequencer.append([an_entry()])
    at(NOON - timedelta(hours=1))
    (receipt,) = sequencer.append([an_entry()])
    assert receipt.index == 2
    sequencer.close()
    at(NOON - timedelta(hours=3))
    sequencer = log.sequencer()  # also when it was set back while nothing ran
    sequencer.append([an_entry()])
    sequencer.close()
    told = [(b["event"], b["recordedAt"], b.get("reason")) for b in bodies(log)]
    assert told == [
        ("household.opened", "2026-11-23T12:00:00.000Z", None),
        ("log.clock-set-back", "2026-11-23T11:00:00.000Z", "from:2026-11-23T12:00:00.000Z"),
        ("household.opened", "2026-11-23T11:00:00.000Z", None),
        ("log.clock-set-back", "2026-11-23T09:00:00.000Z", "from:2026-11-23T11:00:00.000Z"),
        ("household.opened", "2026-11-23T09:00:00.000Z", None),
    ]
    write_export(log.engine(), tmp_path / "files", log.signer.verifier)
    assert verify_export(tmp_path / "files", log.signer.verifier).whole


def test_a_clock_that_is_put_right_by_a_little_is_waited_for(log: Log) -> None:
    at(NOON)
    sequencer = log.sequencer()
    sequencer.append([an_entry()])
    at(NOON - timedelta(seconds=1))
    sequencer.append([an_entry()])
    assert [b["recordedAt"] for b in bodies(log)] == ["2026-11-23T12:00:00.000Z"] * 2


def test_a_second_service_on_one_log_does_not_start_and_says_why(
    serving: Serving,
) -> None:
    with pytest.raises(LogBusy, match="another process writes to the log in"):
        create_app(serving.settings, serving.transport)
    serving.client_of().record([an_entry()])


def test_a_second_process_on_one_log_does_not_start_and_says_why(
    database_url: Callable[[str], str],
) -> None:
    log = Log(database_url("audit"))
    sequencer = log.sequencer()
    program = "import sys; from tests.audit.conftest import Log; Log(sys.argv[1]).sequencer()"
    done = subprocess.run(  # noqa: S603 - our own program text
        [sys.executable, "-c", program, log.url], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "LogBusy: another process writes to the log in" in done.stderr
    assert sequencer.append([an_entry()])[0].index == 0
    log.close()


def test_with_too_little_room_the_answer_says_what_to_do_and_nothing_is_written(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = serving.token_of("bundel-signals", "audit")
    entry = an_entry().to_json()
    scribe = serving.sequencer._scribe
    monkeypatch.setattr(scribe, "_free_bytes", 1 << 60)  # more than any disk has left
    answer = serving.call("POST", "/v1/entries", token, {"entries": [entry]})
    assert answer.status_code == 507
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Retry-After"]
    for word in ("BUNDEL_LOG_FREE_MB", "Nothing was written", "Make room"):
        assert word in answer.json["detail"]
    with pytest.raises(Unavailable):
        serving.client_of().record([an_entry()])
    monkeypatch.undo()
    answer = serving.call("POST", "/v1/entries", token, {"entries": [entry]})
    assert (answer.status_code, answer.json["receipts"][0]["index"]) == (201, 0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB, when this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)  # noqa: S603, S607


def test_a_disk_that_fills_up_tears_nothing_and_goes_on_when_there_is_room(
    small_disk: Path,
) -> None:
    url = f"sqlite:///{small_disk / 'log.sqlite'}"
    migrate("audit", url)
    log = Log(url)
    # Without the early refusal, so that the disk really is full in the middle of a commit.
    sequencer = Sequencer(log.engine(), log.signer, log.book, free_bytes=0)
    acknowledged = []
    with pytest.raises(OutOfRoom, match="Make room"):
        for _ in range(200):
            acknowledged += sequencer.append([an_entry(subjects=("p",)) for _ in range(50)])
    assert acknowledged
    assert sequencer.damage == ""
    (small_disk / "ballast").unlink(missing_ok=True)
    subprocess.run(["mount", "-o", "remount,size=30m", str(small_disk)], check=True)  # noqa: S603, S607
    (receipt,) = sequencer.append([an_entry()])
    assert receipt.index == len(acknowledged)
    sequencer.close()
    with log.engine().connect() as connection:
        last = check_whole(connection, log.signer.verifier)
    assert last is not None
    assert last.size == len(acknowledged) + 1
    log.close()


def test_a_nearly_full_disk_is_refused_early(small_disk: Path) -> None:
    url = f"sqlite:///{small_disk / 'log.sqlite'}"
    migrate("audit", url)
    log = Log(url)
    sequencer = Sequencer(log.engine(), log.signer, log.book, free_bytes=2 << 20)
    (small_disk / "ballast").write_bytes(b"x" * (2 << 20))
    with pytest.raises(OutOfRoom, match="keeps 2 MB free"):
        sequencer.append([an_entry()])
    (small_disk / "ballast").unlink()
    assert sequencer.append([an_entry()])[0].index == 0
    log.close()
