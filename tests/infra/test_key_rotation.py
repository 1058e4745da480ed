"""Keys change while everything that was kept stays readable, linked and found; a rotation that was
broken off goes on where it ended."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bundel.commands.keys import command
from services.signals.app import create_app as create_signals
from services.signals.linking import rekeying
from services.signals.linking.tables import links, match_keys
from services.signals.protection.tables import data_keys
from shared import ids
from shared.clients.transport import WsgiTransport
from shared.database import open_engine
from shared.settings import Settings, SettingsError, development_key, load_settings
from tests.signals.world import World, make_world, police_signal

OLD = {name: base64.b64encode(development_key(name)).decode() for name in ("KEK", "MATCH_KEY")}
NEW = {
    name: base64.b64encode(ids.random_bytes(32)).decode() for name in ("KEK", "MATCH_KEY", "INDEX")
}


class Installation:
    """One SQLite installation under changing settings."""

    def __init__(self, settings: Settings, open_world: Callable[[Settings], Iterator[World]]):
        self._own = {"BUNDEL_HOME": str(settings.home), "BUNDEL_BASE_URL": settings.base_url}
        self._open_world = open_world

    @contextmanager
    def serving(self, **keys: str) -> Iterator[World]:
        """Bundel runs with these keys."""
        making = self._open_world(load_settings({**self._own, **keys}))
        yield next(making)
        making.close()  # type: ignore[attr-defined]

    def start_signals(self, **keys: str) -> None:
        """Begins the signals service alone."""
        create_signals(load_settings({**self._own, **keys}), WsgiTransport())

    def run(self, *words: str, **keys: str) -> str:
        """`bundel keys WORDS` with these keys; what it printed."""
        told = CliRunner().invoke(command, list(words), env={**self._own, **keys})
        assert told.exit_code == 0, told.output + repr(told.exception)
        return told.output

    def refused(self, *words: str, **keys: str) -> str:
        told = CliRunner().invoke(command, list(words), env={**self._own, **keys})
        assert told.exit_code != 0
        return told.output

    def generations(self) -> dict[str, set[int]]:
        """Mention -> generations of its match keys."""
        engine = open_engine(load_settings(self._own).databases["signals"])
        found: dict[str, set[int]] = {}
        with engine.connect() as connection:
            for row in connection.execute(select(match_keys.c.mention_id, match_keys.c.generation)):
                found.setdefault(row.mention_id, set()).add(row.generation)
        engine.dispose()
        return found


@pytest.fixture
def installation(
    settings: Settings,
    wsgi_transport: WsgiTransport,
    token_of: Callable[..., str],
    person_token: Callable[..., str],
) -> Installation:
    return Installation(
        settings, lambda given: make_world(given, wsgi_transport, token_of, person_token)
    )


def persons(world: World) -> int:
    with world.signals.connect() as connection:
        return len(set(connection.execute(select(links.c.person_id)).scalars()))


def test_the_key_encryption_key_changes_and_the_old_one_can_be_thrown_away(
    installation: Installation,
) -> None:
    with installation.serving() as world:
        world.push("police-utrecht", police_signal("P-1"))
        case_id = world.assigned()
        before = world.picture(case_id)["timeline"][0]["statements"]
    both = {"BUNDEL_KEK": f"2:{NEW['KEK']} 1:{OLD['KEK']}"}
    with installation.serving(**both) as world:
        world.push("police-utrecht", police_signal("P-2"))
    assert "all are of generation 2" in installation.run("rotate", "kek", **both)
    assert installation.run("rotate", "kek", **both).startswith("0 keys")
    only = {"BUNDEL_KEK": f"2:{NEW['KEK']}", "BUNDEL_GRANT_KEY": OLD["KEK"]}
    with installation.serving(**only) as world:
        timeline = world.picture(case_id)["timeline"]
        assert before in [item["statements"] for item in timeline] and len(timeline) == 2
        keys = open_engine(world.settings.databases["keys"])
        with keys.connect() as connection:
            found = connection.execute(select(data_keys.c.kek_generation).distinct()).scalars()
            assert set(found) == {2}
        keys.dispose()


def test_match_keys_stand_side_by_side_until_the_new_ones_are_used(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installation.serving() as world:
        world.push("police-utrecht", police_signal("P-1"), police_signal("P-2"))
        known = persons(world)
    beside = {"BUNDEL_MATCH_KEY": f"1:{OLD['MATCH_KEY']} 2:{NEW['MATCH_KEY']}"}
    turned = {"BUNDEL_MATCH_KEY": f"2:{NEW['MATCH_KEY']} 1:{OLD['MATCH_KEY']}"}
    assert "rotate match" in installation.refused("forget", "match", **turned)

    _break_off_after_the_first_batch(installation, monkeypatch, beside)
    assert sorted(map(len, installation.generations().values())) == [1, 1, 1, 2]
    with installation.serving(**beside) as world:  # linking goes on with the old keys
        world.push("police-utrecht", police_signal("P-3"))
        assert persons(world) == known
    assert installation.run("rotate", "match", **beside).startswith("5 mentions")
    assert set(map(frozenset, installation.generations().values())) == {frozenset({1, 2})}

    with installation.serving(**turned) as world:  # and now with the new ones
        world.push("police-utrecht", police_signal("P-4"))
        assert persons(world) == known
    installation.run("forget", "match", **turned)
    only = {"BUNDEL_MATCH_KEY": f"2:{NEW['MATCH_KEY']}", "BUNDEL_ADDRESS_KEY": OLD["MATCH_KEY"]}
    assert set(map(frozenset, installation.generations().values())) == {frozenset({2})}
    with installation.serving(**only) as world:
        world.push("police-utrecht", police_signal("P-5"))
        assert persons(world) == known
    assert "BUNDEL_MATCH_KEY generation 2: 10 mentions" in installation.run("status", **only)


def _break_off_after_the_first_batch(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, keys: dict[str, str]
) -> None:
    original = rekeying.Rekeyer._batch
    batches: list[int] = []

    def broken(self: rekeying.Rekeyer, *a: object) -> int:
        batches.append(1)
        if len(batches) == 2:
            raise KeyboardInterrupt
        return original(self, *a)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(rekeying, "BATCH", 1)
        patch.setattr(rekeying.Rekeyer, "_batch", broken)
        installation.refused("rotate", "match", **keys)


def test_a_start_without_the_key_that_is_stored_is_refused(installation: Installation) -> None:
    with installation.serving() as world:
        world.push("police-utrecht", police_signal("P-1"))
    both = {"BUNDEL_KEK": f"2:{NEW['KEK']} 1:{OLD['KEK']}"}
    installation.run("rotate", "kek", **both)
    with pytest.raises(SettingsError, match="generation 2 of BUNDEL_KEK"):
        installation.start_signals()
    early = {"BUNDEL_MATCH_KEY": f"2:{NEW['MATCH_KEY']} 1:{OLD['MATCH_KEY']}"}
    with pytest.raises(SettingsError, match="bundel keys rotate match"):
        installation.start_signals(**both, **early)


def test_the_index_is_made_again_under_a_new_key(installation: Installation) -> None:
    with installation.serving() as world:
        world.push("police-utrecht", police_signal("P-1"))
        world.assigned()
        assert world.search("deur").json["count"] == 1
    new = {"BUNDEL_INDEX_KEY": NEW["INDEX"]}
    assert "wait to be indexed" in installation.run("status", **new)
    assert "documents indexed with the new key" in installation.run("rotate", "index", **new)
    with installation.serving(**new) as world:
        assert world.search("deur").json["count"] == 1
        world.work()  # the log kept its own key: its entries are found as before


def test_the_development_provider_gets_a_new_signing_key(installation: Installation) -> None:
    first = installation.run("rotate", "provider").split()[3]
    assert installation.run("rotate", "provider").split()[3] != first


def test_a_setting_with_generations_is_read_strictly() -> None:
    good = load_settings({"BUNDEL_KEK": f"2:{NEW['KEK']} 1:{OLD['KEK']}"})
    assert list(good.ring("KEK")) == [2, 1]
    assert base64.b64encode(good.key("GRANT_KEY")).decode() == OLD["KEK"]
    for wrong in (
        f"1:{NEW['KEK']} 1:{OLD['KEK']}",
        f"0:{NEW['KEK']}",
        f"x:{NEW['KEK']}",
        f"2:{NEW['KEK']}",  # and no key for what generation 1 alone still opens
        f"2:{OLD['KEK']} 1:{OLD['KEK']} 3:short",
    ):
        with pytest.raises(SettingsError):
            load_settings({"BUNDEL_KEK": wrong})
    with pytest.raises(SettingsError, match="differ"):
        load_settings({"BUNDEL_KEK": NEW["KEK"], "BUNDEL_MATCH_KEY": NEW["KEK"]})
