"""All services in one process with every role's token, for tests that walk all routes."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from bundel.commands.migrate import migrate_all
from shared import ids
from shared.authentication import Access, Actor, declared_access
from shared.clients.transport import WsgiTransport
from shared.http import mounted
from shared.settings import Settings, load_settings
from shared.vocabulary import Role
from tests.identity.forging import Forge

SERVICES = ("identity", "audit", "consent", "signals")
AGENCY_OF = {
    Role.SOURCE: "police",
    Role.COORDINATOR: "veilig_thuis",
    Role.DESK: "veilig_thuis",
    Role.CONSENT_OFFICER: "veilig_thuis",
}


@dataclass(frozen=True)
class Route:
    """One method of one address, with made-up values in the places of its parameters."""

    service: str
    method: str
    path: str
    endpoint: str
    declared: Access | None

    def __str__(self) -> str:
        return f"{self.method} /{self.service}{self.path} ({self.endpoint})"


@dataclass
class Whole:
    """All services in one process, and the denials they recorded."""

    settings: Settings
    transport: WsgiTransport
    apps: dict[str, Flask]
    forge: Forge
    denials: list[tuple[str, str, str]] = field(default_factory=list)  # service, role, endpoint

    def routes(self) -> Iterator[Route]:
        for service, app in self.apps.items():
            for rule in app.url_map.iter_rules():
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    view = app.view_functions[rule.endpoint]
                    yield Route(service, method, _path(rule), rule.endpoint, declared_access(view))

    def guarded(self) -> Iterator[tuple[Route, Access]]:
        for route in self.routes():
            if route.declared is not None and not route.declared.public:
                yield route, route.declared

    def call(self, route: Route, token: str = "", path: str = "") -> TestResponse:
        client = Client(mounted(self.apps[route.service], route.service), Response)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body: dict[str, Any] = {} if route.method == "GET" else {"json": {}}
        return client.open(
            f"/{route.service}{path or route.path}",
            method=route.method,
            headers=headers,
            base_url=self.settings.base_url,
            **body,
        )

    def token(self, service: str, role: Role) -> str:
        person = role not in (Role.SOURCE, Role.SERVICE)
        return self.forge.signed(
            aud=f"bundel-{service}",
            role=role.value,
            agency=AGENCY_OF.get(role, "bundel"),
            legal_context="vt_task" if role in (Role.COORDINATOR, Role.DESK) else "none",
            name="Test Persoon" if person else None,
            sub=ids.new_id() if person else "police-utrecht",
        )


def _path(rule: Rule) -> str:
    values: dict[str, object] = {}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        values[name] = {"IntegerConverter": 1, "FloatConverter": 1.0}.get(kind, ids.new_id())
    built = rule.build(values)
    assert built is not None, rule
    return str(built[1])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, identity_template: Path) -> Iterator[Whole]:
    home = tmp_path_factory.mktemp("every-route") / "home"
    shutil.copytree(identity_template, home)
    settings = load_settings({"BUNDEL_HOME": str(home), "BUNDEL_BASE_URL": "http://bundel.test"})
    migrate_all(settings)
    transport = WsgiTransport()
    apps: dict[str, Flask] = {}
    for service in SERVICES:
        module = importlib.import_module(f"services.{service}.app")
        apps[service] = module.create_app(settings, transport)
        transport.applications[service] = mounted(apps[service], service)
    forge = Forge(settings, apps["identity"].extensions["bundel_identity_keys"])
    found = Whole(settings, transport, apps, forge)
    for service, app in apps.items():
        _listen(found, service, app)
    yield found
    for app in reversed(list(apps.values())):
        app.extensions.get("bundel_close", lambda: None)()


def _listen(whole: Whole, service: str, app: Flask) -> None:
    wiring = app.extensions["bundel"]
    record = wiring.record_denial

    def record_and_tell(actor: Actor, endpoint: str) -> None:
        record(actor, endpoint)  # the real one: raises when the entry cannot be written
        whole.denials.append((service, actor.role.value, endpoint))

    wiring.record_denial = record_and_tell
