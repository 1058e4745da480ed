"""A town: the whole of Bundel in this process with the ten stories loaded, once for all tests.

Real apps, real tokens, real log; no sockets. Background workers run when somebody waits. Tests may
look at anything in it; one that changes something puts it back.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from rich.console import Console

from bundel.commands.migrate import migrate_all
from bundel.demo.desk_work import StoryPlace
from bundel.demo.loader import Loaded, load_demonstration
from bundel.demo.model import Source
from bundel.demo.simulators import SourceSystem
from bundel.demo.townspeople import Townspeople
from bundel.installation import find_installation
from shared.clients.transport import Transport, WsgiTransport
from shared.http import mounted
from shared.settings import Settings, load_settings
from tests.engines.grown import Engines
from tests.identity.browser import Browser

STORIES = 10


@dataclass
class Workers:
    """Runs every background worker of the apps until none has anything left to do."""

    apps: list[Flask]

    def wait(self) -> None:
        for _ in range(200):
            done = [
                worker.run_once()
                for app in self.apps
                for worker in app.extensions.get("bundel_workers", {}).values()
            ]
            if not any(done):
                return
        raise AssertionError("the workers never come to an end")


@dataclass
class InTown:
    """What tests do in the town: be someone, look at something."""

    settings: Settings
    transport: WsgiTransport
    workers: Workers
    loaded: Loaded
    people: Townspeople
    _browsers: dict[str, Browser] = field(default_factory=dict)

    def place(self, number: int) -> StoryPlace:
        return next(place for place in self.loaded.places if place.story.number == number)

    def ask(self, user: str, path: str, body: object, service: str = "signals") -> tuple[int, Any]:
        """POSTs JSON as this person: (status, JSON). Unlike `people`, takes no for an answer."""
        person = self.people[user]
        headers = {
            **person.headers(f"bundel-{service}"),
            "Content-Type": "application/json",
        }
        url = f"{self.settings.base_url}/{service}/{path}"
        answer = self.transport.send("POST", url, headers, json.dumps(body).encode())
        return answer.status, answer.json() if answer.body else {}

    def system(self, source: Source) -> SourceSystem:
        """One of the source systems, with its own credentials."""
        return SourceSystem(source, find_installation(self.settings), self.transport)

    def browser(self, user: str) -> Browser:
        """A browser in which this person is logged in."""
        if user not in self._browsers:
            browser = Browser(self.transport.applications)
            page = browser.log_in(f"{self.settings.base_url}/signals/", user)
            assert page.status_code in (200, 404), page.text
            self._browsers[user] = browser
        return self._browsers[user]


@dataclass
class Opened:
    """The four services, with nothing in them yet."""

    settings: Settings
    transport: WsgiTransport
    workers: Workers

    def load(self, households: int = STORIES, transport: Transport | None = None) -> Loaded:
        """Loads the demonstration, at will through another transport."""
        return load_demonstration(
            self.settings,
            households,
            transport or self.transport,
            self.workers,
            Console(file=StringIO()),
        )


@contextmanager
def opened_town(home: Path, engines: Mapping[str, str] | None = None) -> Iterator[Opened]:
    """The four services on fresh databases below `home`, or on the `engines` that settings name;
    closed at the end."""
    settings = load_settings(
        {"BUNDEL_HOME": str(home), "BUNDEL_BASE_URL": "http://bundel.test", **(engines or {})}
    )
    migrate_all(settings)
    transport = WsgiTransport()
    apps: dict[str, Flask] = {}
    for name in ("identity", "audit", "consent", "signals"):
        # Imported here: a service that does not import must not stop the tests of the others.
        create_app = import_module(f"services.{name}.app").create_app
        apps[name] = create_app(settings) if name == "identity" else create_app(settings, transport)
        transport.applications[name] = mounted(apps[name], name)
    workers = Workers([apps["signals"], apps["consent"], apps["audit"]])
    try:
        yield Opened(settings, transport, workers)
    finally:
        for app in apps.values():
            app.extensions.get("bundel_close", lambda: None)()


@pytest.fixture(scope="session")
def town(
    tmp_path_factory: pytest.TempPathFactory, identity_template: Path, shared_engines: Engines
) -> Iterator[InTown]:
    """The town with the ten stories and nothing else."""
    home = tmp_path_factory.mktemp("town") / "home"
    shutil.copytree(identity_template / "clients", home / "clients")
    with opened_town(home, shared_engines()) as town:
        loaded = town.load()
        people = Townspeople(find_installation(town.settings), town.transport)
        yield InTown(town.settings, town.transport, town.workers, loaded, people)
