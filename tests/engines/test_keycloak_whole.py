"""The whole of Bundel with Keycloak as its provider: push, link, assign, look, log."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bundel.installation import Installation
from bundel.source_client import SourceClient
from shared.clients.transport import Answer, WsgiTransport
from tests.engines.keycloak import BASE_URL, Realm
from tests.engines.test_keycloak import TRANSPORT, token_of
from tests.signals.world import NAMES, World, care_signal, make_world, police_signal

pytestmark = [pytest.mark.slow, pytest.mark.keycloak, pytest.mark.timeout(600)]


class ToBoth(WsgiTransport):
    """Bundel's services in this process; the provider over its socket."""

    def send(self, method: str, url: str, *a: Any, **k: Any) -> Answer:
        if url.startswith(BASE_URL):
            return super().send(method, url, *a, **k)
        return TRANSPORT.send(method, url, *a, **k)


@pytest.fixture
def world(keycloak: Realm, tmp_path: Path) -> Iterator[World]:
    home = tmp_path / "home"
    shutil.copytree(keycloak.settings.home, home)
    databases = {
        name: f"sqlite:///{tmp_path}/{name}.sqlite" for name in keycloak.settings.databases
    }
    settings = replace(keycloak.settings, home=home, databases=databases)
    kept: dict[str, str] = {}

    def of(who: str, service: str = "signals") -> str:
        assert service == "signals"
        if who not in kept:
            there = Installation(BASE_URL, settings.issuer, settings, {})
            person = "." in who
            kept[who] = (
                token_of(settings, who) if person else SourceClient(there, who, TRANSPORT).token()
            )
        return kept[who]

    yield from make_world(settings, ToBoth(), of, of)


def test_from_push_to_picture(world: World, keycloak: Realm) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    world.push("youthcare-utrecht", care_signal("J-1"))
    case_id = world.queue("s.kaya")["cases"][0]["caseId"]
    subject = keycloak.user_id("m.dejong")
    assigned = world.call(
        "s.kaya",
        f"/v1/cases/{case_id}/assignments",
        {"subject": subject, "name": NAMES["m.dejong"]},
    )
    assert assigned.status_code == 201, assigned.get_data(as_text=True)
    picture = world.picture(case_id)
    assert len(picture["timeline"]) == 2
    assert world.look(case_id, "k.bos").status_code == 404
    opened = world.log("household.opened")
    assert [entry["actor"]["id"] for entry in opened] == [subject]
