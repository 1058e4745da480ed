"""What the descriptions promise holds: no 5xx and no undocumented answer, for every role.

Requests are made by schemathesis from each service's own OpenAPI document, good ones and broken
ones, and sent to the real apps with real tokens. BUNDEL_SOAK multiplies the number of requests.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, SerializationContext
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bundel.demo.townspeople import LOGINS, Townspeople
from bundel.installation import find_installation
from bundel.source_client import SourceClient
from services.signals.intake.examples import SIGNAL
from shared.authentication import Access, declared_access
from shared.clients.tokens import TokenSource
from shared.openapi import METHODS
from shared.vocabulary import Role
from tests.api_rules.documents import SERVICES, described
from tests.town import Opened, opened_town

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600 * int(os.environ.get("BUNDEL_SOAK", "1")))]

EXAMPLES = 16 * int(os.environ.get("BUNDEL_SOAK", "1"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SERVICE_CLIENTS = {
    "signals": "bundel-consent",
    "consent": "bundel-signals",
    "audit": "bundel-consent",
}


@schemathesis.serializer("application/x-ndjson")
def lines(_context: SerializationContext, value: Any) -> bytes:
    """schemathesis does not know NDJSON: what it makes for it is text."""
    return value if isinstance(value, bytes) else str(value).encode()


def _operations(service: str) -> list[tuple[str, str, str]]:
    """(document, method, path), of a service's own document and of its other surfaces."""
    found = described()
    return [
        (name, method, path)
        for name, document in {**found.own, **found.others}.items()
        if name.split(maxsplit=1)[0] == service
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


@dataclass
class World:
    """The whole of Bundel in this process with one household that has a coordinator."""

    town: Opened
    people: Townspeople
    ids: dict[str, str] = field(default_factory=dict)  # member or parameter -> one that exists
    schemas: dict[str, Any] = field(default_factory=dict)

    def application(self, name: str) -> Any:
        return self.town.transport.applications[name.split(maxsplit=1)[0]]

    def schema(self, name: str) -> Any:
        if name not in self.schemas:
            found = described()
            document = copy.deepcopy({**found.own, **found.others}[name])
            self.schemas[name] = schemathesis.openapi.from_dict(document)
        return self.schemas[name]

    def declared(self, name: str, method: str, path: str) -> Access:
        app = next(iter(self.application(name).mounts.values()))
        inside = path if name in described().others else f"/v1{path}"
        for rule in app.url_map.iter_rules():
            template = "/".join(
                "{" + part.strip("<>").rpartition(":")[2] + "}" if part.startswith("<") else part
                for part in rule.rule.split("/")
            )
            if template == inside and method.upper() in (rule.methods or ()):
                found = declared_access(app.view_functions[rule.endpoint])
                assert found is not None
                return found
        raise AssertionError(f"no route for {method} {path}")

    def tokens(self, name: str, access: Access) -> list[str]:
        """One real token for each role that may call, fresh for each operation."""
        service = name.split(maxsplit=1)[0]
        audience = f"bundel-{service}"
        found = []
        for role in sorted(access.roles):
            if role == Role.SOURCE and service != "signals":
                continue  # the provider gives a source no token for other services
            if role == Role.SOURCE:
                found.append(self.source().token(audience))
            elif role == Role.SERVICE:
                source = TokenSource(
                    self.town.settings, self.town.transport, SERVICE_CLIENTS[service]
                )
                found.append(source.own(audience))
            else:
                user = next(user for user, known, _region in LOGINS if known == role.value)
                found.append(self.people[user].headers(audience)["Authorization"].split()[1])
        return found or [""]

    def source(self) -> SourceClient:
        return SourceClient(
            find_installation(self.town.settings), "police-utrecht", self.town.transport
        )

    def ask(self, user: str, path: str, body: object) -> Any:
        return self.people[user].post("signals", path, body, what=path)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, identity_template: Path) -> Iterator[World]:
    home = tmp_path_factory.mktemp("described") / "home"
    shutil.copytree(identity_template / "clients", home / "clients")
    with opened_town(home) as town:
        installation = find_installation(town.settings)
        found = World(town, Townspeople(installation, town.transport))
        _fill(found)
        yield found


def _fill(world: World) -> None:
    answer = world.town.transport.send(
        "POST",
        f"{world.town.settings.base_url}/signals/v1/signals",
        {
            "Authorization": f"Bearer {world.source().token('bundel-signals')}",
            "Content-Type": "application/json",
        },
        json.dumps(SIGNAL).encode(),
    )
    assert answer.status == 201, answer.body
    told = answer.json()
    world.town.workers.wait()
    case = world.ask("s.kaya", "cases/_queue", {})["cases"][0]
    marit = world.people["m.dejong"]
    world.ask(
        "s.kaya", f"cases/{case['caseId']}/assignments", {"subject": marit.subject, "name": "M."}
    )
    world.ids.update(
        signal_id=told["signalId"],
        case_id=case["caseId"],
        mentionId=told["persons"][0]["mentionId"],
        sourceReference=told["sourceReference"],
    )


def _with_known_ids(case: Case[Any], ids: dict[str, str]) -> None:
    """Puts ids that exist in the places of made-up ones, so that calls get past "not found"."""
    for name in case.path_parameters or {}:
        if name in ids:
            case.path_parameters[name] = ids[name]
    if isinstance(case.body, dict):
        for name in case.body:
            if name in ids and isinstance(case.body[name], str):
                case.body[name] = ids[name]
            if name.removesuffix("s") in ids and isinstance(case.body[name], list):
                case.body[name] = [ids[name.removesuffix("s")]]


def _send(mode: GenerationMode, world: World, name: str, method: str, path: str) -> None:
    operation = world.schema(name)[path][method.upper()]
    tokens = world.tokens(name, world.declared(name, method, path))
    application = world.application(name)

    @seed(20261123)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(mode), st.sampled_from(tokens), st.booleans())
    def answered(case: Case[Any], token: str, known: bool) -> None:
        if known:
            _with_known_ids(case, world.ids)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = case.call(app=application, headers=headers)
        case.validate_response(answer, checks=CHECKS)

    answered()


GOOD, BROKEN = GenerationMode.POSITIVE, GenerationMode.NEGATIVE


@pytest.mark.parametrize("mode", [GOOD, BROKEN], ids=["good requests", "broken requests"])
@pytest.mark.parametrize("service", SERVICES)
def test_every_answer_is_one_that_is_described(
    world: World, service: str, mode: GenerationMode, subtests: pytest.Subtests
) -> None:
    for name, method, path in _operations(service):
        if mode is GOOD or method != "get":
            with subtests.test(f"{method} {name} {path}"):
                _send(mode, world, name, method, path)
