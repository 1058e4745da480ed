"""The disk of the signals fills up: refused early and clearly, nothing torn, and on by itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from services.signals.delivery.tables import outbox
from services.signals.intake.tables import link_queue, mentions, signal_versions, signals
from shared.clients.transport import WsgiTransport
from shared.database import migrate, open_engine
from shared.settings import Settings, load_settings
from tests.signals.world import World, make_world, police_signal

MEGABYTE = 1 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB, when this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)  # noqa: S603, S607


@pytest.fixture
def keeps() -> str:
    """MB that stay free."""
    return "1"


@pytest.fixture
def crowded(
    settings: Settings,
    wsgi_transport: WsgiTransport,
    token_of: Callable[..., str],
    person_token: Callable[..., str],
    small_disk: Path,
    keeps: str,
) -> Iterator[World]:
    """The whole of Bundel, whose signals and keys are on the small disk."""
    home = {"BUNDEL_HOME": str(settings.home), "BUNDEL_BASE_URL": settings.base_url}
    settings = load_settings({**home, "BUNDEL_SIGNALS_FREE_MB": keeps})
    databases = {
        "signals": f"sqlite:///{small_disk / 'signals.sqlite'}",
        "keys": f"sqlite:///{small_disk / 'keys.sqlite'}",
    }
    for service, name in (("signals", "signals"), ("signals/protection", "keys")):
        migrate(service, databases[name])
    yield from make_world(settings, wsgi_transport, token_of, person_token, databases)


def fill(disk: Path, leaving: int) -> None:
    left = os.statvfs(disk)
    (disk / "ballast").write_bytes(bytes(max(0, left.f_bavail * left.f_frsize - leaving)))


def whole(world: World) -> int:
    """How many signals are stored; each is there with all that belongs to it."""
    engine = open_engine(world.settings.databases["signals"])
    try:
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            counts = [
                connection.execute(select(func.count(func.distinct(column)))).scalar_one()
                for column in (
                    signals.c.id,
                    signal_versions.c.signal_id,
                    mentions.c.signal_id,
                    link_queue.c.signal_id,
                )
            ]
            accepted = connection.execute(select(outbox.c.payload)).scalars()
            told = {tuple(p["signalIds"]) for p in accepted if p["event"] == "signal.accepted"}
    finally:
        engine.dispose()
    assert set(counts) == {len(told)}
    return len(told)


def test_a_nearly_full_disk_is_refused_early_and_goes_on_by_itself(
    crowded: World, small_disk: Path
) -> None:
    known = police_signal("P-1")
    (kept,) = crowded.push("police-utrecht", known)
    fill(small_disk, leaving=MEGABYTE // 2)
    answer = crowded.call("police-utrecht", "/v1/signals", police_signal("P-2"))
    assert answer.status_code == 507
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Retry-After"]
    assert answer.json is not None
    for word in ("BUNDEL_SIGNALS_FREE_MB", "Nothing was written", "Make room"):
        assert word in answer.json["detail"]
    # What was acknowledged is still told, and can still be taken back.
    again = crowded.call("police-utrecht", "/v1/signals", known)
    assert (again.status_code, again.json and again.json["signalId"]) == (200, kept)
    path = f"/v1/signals/{kept}/withdrawals"
    assert crowded.call("police-utrecht", path, {"reason": "wrong_persons"}).status_code == 201
    (small_disk / "ballast").unlink()
    crowded.push("police-utrecht", police_signal("P-2"))
    assert whole(crowded) == 2


@pytest.mark.parametrize("keeps", ["0"])
def test_a_disk_that_fills_up_in_the_middle_tears_nothing(crowded: World, small_disk: Path) -> None:
    # Without the early refusal, so that the disk really is full in the middle of a commit.
    fill(small_disk, leaving=MEGABYTE // 4)
    kept: list[str] = []
    for number in range(200):
        answer = crowded.call("police-utrecht", "/v1/signals", police_signal(f"P-{number}"))
        if answer.status_code != 201:
            break
        assert answer.json is not None
        kept.append(answer.json["signalId"])
    assert answer.status_code == 507, answer.text
    assert answer.mimetype == "application/problem+json"
    (small_disk / "ballast").unlink()
    assert whole(crowded) == len(kept)
    crowded.push("police-utrecht", police_signal("after"))
    assert whole(crowded) == len(kept) + 1
