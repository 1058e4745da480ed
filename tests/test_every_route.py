"""Every route of every service says who may call it and why, and holds to it (I2).

New routes are found by themselves. A service whose app cannot be made fails all of this.
"""

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

pytestmark = pytest.mark.slow
SERVICES = ("identity", "audit", "consent", "signals")
# What a declaration may say without asking for a decision: it must give its reason.
SHORTEST_REASON = 10
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


def test_every_service_has_routes(whole: Whole) -> None:
    served = {route.service for route, _declared in whole.guarded()}
    assert served == {"signals", "consent", "audit"}


def test_every_route_declares_who_may_call_it_and_why(whole: Whole) -> None:
    for route in whole.routes():
        assert route.declared is not None, f"{route} declares nothing"
        words = route.declared.reason if route.declared.public else route.declared.decision
        assert len(words) >= SHORTEST_REASON or not route.declared.public, f"{route}: why?"
        assert words, f"{route} names no decision"


def test_a_route_that_declares_nothing_answers_nothing(whole: Whole) -> None:
    from shared.http import Wiring, create_service

    app, _api = create_service(
        Wiring("bare", whole.settings, lambda: None, lambda _a, _e: None),
        title="x",
        description="x",
    )
    app.add_url_rule("/open", "open", lambda: "secret")
    answer = app.test_client().get("/open")
    assert answer.status_code == 404
    assert "secret" not in answer.text


def test_without_a_token_nothing_is_answered(whole: Whole) -> None:
    authorize = f"{whole.settings.issuer}/authorize?"
    for route, declared in whole.guarded():
        answer = whole.call(route)
        if declared.page and route.method == "GET":
            assert answer.status_code == 303, route
            assert answer.headers["Location"].startswith(authorize), route
        else:
            assert answer.status_code == 401, route
        if not declared.page:
            assert answer.mimetype == "application/problem+json", route
            assert answer.headers["WWW-Authenticate"].startswith("Bearer"), route


def test_no_bad_token_is_believed_anywhere(whole: Whole) -> None:
    bad = {s: whole.forge.worst(f"bundel-{s}") for s in ("signals", "consent", "audit")}
    for route, _declared in whole.guarded():
        for name, token in bad[route.service].items():
            answer = whole.call(route, token)
            assert answer.status_code == 401, f"{route} with {name}: {answer.status_code}"
            assert token not in answer.text


def test_a_role_that_is_not_named_gets_the_answer_for_nothing_there_and_an_entry(
    whole: Whole,
) -> None:
    absent: dict[tuple[str, str, Role], Any] = {}
    for route, declared in whole.guarded():
        for role in sorted(set(Role) - declared.roles):
            whole.denials.clear()
            token = whole.token(route.service, role)
            denied = whole.call(route, token)
            kind = (route.service, route.method, role)
            if kind not in absent:
                absent[kind] = _comparable(whole.call(route, token, path=f"/v1/{ids.new_id()}"))
            assert denied.status_code == 404, f"{route} as {role}"
            assert _comparable(denied) == absent[kind], f"{route} as {role}"
            assert whole.denials == [(route.service, role.value, route.endpoint)], route


def test_without_the_log_a_denial_is_not_answered_as_if_it_were_recorded(whole: Whole) -> None:
    route, declared = next(
        (route, declared) for route, declared in whole.guarded() if route.service == "signals"
    )
    role = sorted(set(Role) - declared.roles)[0]
    whole.transport.down.add("audit")
    try:
        answer = whole.call(route, whole.token("signals", role))
    finally:
        whole.transport.down.clear()
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers


def _comparable(answer: TestResponse) -> Any:
    if answer.mimetype == "application/problem+json":
        return {**answer.get_json(), "traceId": ""}
    return answer.text
