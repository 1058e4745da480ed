"""Loading goes on where it was broken off, doubles nothing, and tells where everything is."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import chain, count
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import create_engine, text

from bundel.demo.demo_file import CLIENTS
from bundel.demo.desk_work import CONSENT_PURPOSES
from bundel.demo.loader import COMPLETE
from bundel.demo.model import Source
from bundel.demo.plan import Plan, Progress, keep_plan, write_private
from bundel.demo.problems import DemonstrationFailed
from bundel.demo.simulators import Simulation, body_of
from bundel.demo.townspeople import LOGINS
from bundel.demo.welcome import print_welcome
from bundel.installation import find_installation
from services.identity.clients import registered_clients
from services.identity.people import PEOPLE
from shared.clients.transport import Answer, Transport
from shared.settings import Settings
from tests.town import InTown, Opened, opened_town

DAY = date(2026, 11, 23)


class BrokenOff(Exception):
    """The program was killed."""


class Breaking:
    """A transport that is cut after so many requests: some of them were answered to nobody."""

    def __init__(self, inner: Transport, after: int) -> None:
        self._inner = inner
        self._left = after

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,
    ) -> Answer:
        answer = self._inner.send(method, url, headers, body, timeout)
        self._left -= 1
        if self._left < 0:
            raise BrokenOff
        return answer


def counted(settings: Settings, table: str) -> int:
    engine = create_engine(settings.databases["signals"])
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
    engine.dispose()
    return int(found)


def events(settings: Settings, kind: str) -> int:
    """How many consent events of one kind there are."""
    engine = create_engine(settings.databases["consent"])
    question = text("SELECT count(*) FROM consent_events WHERE kind = :kind")
    with engine.connect() as connection:
        found = connection.execute(question, {"kind": kind}).scalar_one()
    engine.dispose()
    return int(found)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_load_broken_off_anywhere_goes_on_and_doubles_nothing(
    tmp_path: Path, identity_template: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(identity_template / "clients", home / "clients")
    with opened_town(home) as town:
        broken = 0
        # The later ones fall where desks assign and confirm and where consents are recorded.
        for after in chain((12, 40), count(105, 13)):
            assert not (home / "demo.json").exists()
            try:
                loaded = town.load(transport=Breaking(town.transport, after))
                break
            except BrokenOff:
                broken += 1
        assert broken >= 5
        assert counted(town.settings, "signals") == loaded.signals
        consents = [c for place in loaded.places for c in place.story.consents]
        purposes = len(CONSENT_PURPOSES)
        assert events(town.settings, "given") == purposes * sum(len(c.references) for c in consents)
        withdrawn = [c for c in consents if c.withdrawn]
        assert events(town.settings, "withdrawn") == purposes * sum(
            len(c.references) for c in withdrawn
        )
        assert_complete(town, home)
        before = (counted(town.settings, "signal_versions"), counted(town.settings, "assignments"))
        again = town.load()
        assert again.places == loaded.places
        after_again = (
            counted(town.settings, "signal_versions"),
            counted(town.settings, "assignments"),
        )
        assert after_again == before


def assert_complete(town: Opened, home: Path) -> None:
    path = home / "demo.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = json.loads(path.read_text())
    assert told["ready"] is True
    assert told["baseUrl"] == town.settings.base_url
    assert {login["user"] for login in told["logins"]} == {person.user for person in PEOPLE}
    assert len(told["stories"]) == 10
    main = next(story for story in told["stories"] if story["id"] == "brandsma")
    assert told["household"] == {"id": main["householdId"], "url": main["url"]}
    assert urlsplit(main["url"]).path.startswith("/signals/cases/")
    assert all(Path(client["keyFile"]).exists() for client in told["clients"])
    assert told["logPublicKey"]


def test_what_is_told_of_people_and_clients_is_what_the_provider_knows(
    settings: Settings, identity_home: Path
) -> None:
    assert {(user, role, region) for user, role, region in LOGINS} == {
        (person.user, str(person.role), str(person.region)) for person in PEOPLE
    }
    known = registered_clients(settings)
    for client, agency, algorithm in CLIENTS:
        assert (str(known[client].agency), known[client].algorithm) == (agency, algorithm)


def test_pushing_everything_again_gives_the_same_ids(town: InTown, tmp_path: Path) -> None:
    story = town.place(9).story
    systems = {source: town.system(source) for source in Source}
    first = Progress(town.settings.home / "demo")
    again = Progress(tmp_path)
    Simulation(systems, again, lambda _count: None).run(story.deliveries)
    for delivery in story.deliveries:
        assert again.result(delivery.key) == first.result(delivery.key)


def test_other_bytes_under_the_same_reference_are_refused_with_the_real_reason(
    town: InTown,
) -> None:
    signal = replace(town.place(1).story.signals[0], severity="acute")
    with pytest.raises(DemonstrationFailed, match="409"):
        town.system(signal.source).push(signal)


def test_a_faulty_signal_is_told_with_its_pointer(town: InTown) -> None:
    signal = replace(town.place(1).story.signals[0], reference="faulty-1", place="nowhere")
    with pytest.raises(DemonstrationFailed, match="/place"):
        town.system(signal.source).push(signal)
    with pytest.raises(DemonstrationFailed, match="/place"):
        town.system(signal.source).push_many([signal])


def test_the_same_plan_gives_the_same_bytes() -> None:
    plan = Plan(7, DAY, 14)
    first = [body_of(d.signal) for d in plan.deliveries()]
    assert first == [body_of(d.signal) for d in Plan(7, DAY, 14).deliveries()]


def test_a_plan_once_made_is_kept_whatever_is_asked_later(tmp_path: Path) -> None:
    first = keep_plan(tmp_path, 12)
    assert keep_plan(tmp_path, 500) == first


def test_a_step_cut_off_by_a_crash_is_a_step_not_done(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.add([("a", "1"), ("b", "2")])
    path = tmp_path / "progress.ndjson"
    write_private(path, path.read_text() + '["c", "3')
    again = Progress(tmp_path)
    assert "b" in again
    assert "c" not in again
    again.add([("d", "4")])
    assert Progress(tmp_path).result("d") == "4"


def test_the_welcome_names_the_household_and_never_more_than_the_demonstration_password(
    town: InTown, capsys: pytest.CaptureFixture[str]
) -> None:
    print_welcome(town.settings)
    printed = capsys.readouterr().out
    assert town.place(2).case_id in printed
    assert "m.dejong" in printed
    assert COMPLETE in Progress(town.settings.home / "demo")
    assert find_installation(town.settings).base_url == town.settings.base_url


def test_each_simulated_source_is_told_of() -> None:
    assert {client for client, _agency, _algorithm in CLIENTS} == set(Source)
