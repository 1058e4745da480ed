"""The whole of Bundel, and the steps of a break-glass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shared import clock
from shared.clients.transport import WsgiTransport
from shared.settings import Settings
from tests.signals.world import World, make_world

ILSE_SOUGHT = {"name": "Ilse Brandsma", "birthDate": "1992-04-11"}
WHY = "Buren horen nu geweld; ik moet weten wie er in huis is."


@dataclass
class Emergencies:
    """Steps over HTTP. `world` is the whole of Bundel."""

    world: World

    def open(self, who: str, **sought: Any) -> TestResponse:
        body = {**(sought or ILSE_SOUGHT), "reasonCode": "violence-now", "reason": WHY}
        return self.world.call(who, "/v1/emergencies", body, "consent")

    def step(self, who: str, grant: str, step: str, body: Any = None) -> TestResponse:
        return self.world.call(who, f"/v1/emergencies/{grant}/{step}", body, "consent")

    def listed(self, who: str) -> list[dict[str, Any]]:
        answer = self.world.call(who, "/v1/emergencies/_search", {}, "consent")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: list[dict[str, Any]] = answer.json["items"]  # type: ignore[index]
        return found

    def look(self, who: str, grant: str) -> TestResponse:
        return self.world.call(who, f"/v1/emergencies/{grant}/_view")

    def confirmed(self, who: str = "t.maas", second: str = "l.smit", **sought: Any) -> str:
        grant = str(self.open(who, **sought).json["grantId"])  # type: ignore[index]
        assert self.step(second, grant, "confirmations").status_code == 201
        return grant

    def work(self) -> None:
        """The worker of consent looks at the time, as it does every second."""
        worker = self.world.apps["consent"].extensions["bundel_workers"]["emergencies"]
        worker._looked = 0.0
        worker.run_once()


def pass_time(**units: float) -> None:
    moment = clock.now() + timedelta(**units)
    clock.set_source(lambda: moment)


@pytest.fixture
def world(
    settings: Settings,
    wsgi_transport: WsgiTransport,
    token_of: Callable[..., str],
    person_token: Callable[..., str],
) -> Iterator[World]:
    yield from make_world(settings, wsgi_transport, token_of, person_token)


@pytest.fixture
def emergencies(world: World) -> Emergencies:
    return Emergencies(world)
