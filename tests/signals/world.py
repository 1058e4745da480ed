"""The whole of Bundel in one process, over its real HTTP interfaces: push, link, assign, look."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask
from sqlalchemy import Engine, select
from werkzeug.test import Client, TestResponse

from services.audit.app import create_app as create_audit
from services.audit.tables import entries
from services.consent.app import create_app as create_consent
from services.identity.people import PEOPLE
from services.signals.app import create_app as create_signals
from shared import clock
from shared.clients.transport import WsgiTransport
from shared.database import migrate, open_engine
from shared.http import mounted
from shared.settings import Settings
from tests.signals.intake.documents import signal, youth_signal

SUBJECTS = {person.user: person.subject for person in PEOPLE}
NAMES = {person.user: person.name for person in PEOPLE}
ASSESSMENT = "safety_assessment"
COORDINATION = "case_coordination"
ELSEWHERE = ("t.maas", "j.prins")  # coordinators of other legal contexts than Veilig Thuis'

ILSE = {
    "ref": "ilse",
    "roles": ["victim"],
    "name": {"given": "Ilse", "surname": "Brandsma"},
    "birthDate": "1992-04-11",
    "sex": "female",
    "bsn": "123456782",
}
RUBEN = {
    "ref": "ruben",
    "roles": ["perpetrator"],
    "name": {"given": "Ruben", "surname": "Brandsma"},
    "birthDate": "1988-02-03",
    "sex": "male",
    "bsn": "111222333",
}
SEM = {
    "ref": "sem",
    "roles": ["child_witness"],
    "name": {"given": "Sem", "surname": "Brandsma"},
    "birthDate": "2014-01-20",
    "sex": "male",
    "bsn": "100000009",
}
PARTNERS = {"from": "ilse", "to": "ruben", "kind": "partner", "since": "2014"}
MOTHER = {"from": "ilse", "to": "sem", "kind": "parent_child"}


def police_signal(reference: str, **changes: Any) -> dict[str, Any]:
    """A police signal about Ilse and Ruben; members changed by `changes`."""
    base: dict[str, Any] = {
        "sourceReference": reference,
        "originIncident": None,
        "persons": [ILSE, RUBEN],
        "ties": [PARTNERS],
        "statements": [{"kind": "fact", "text": "Ruzie gehoord, een deur is gebroken."}],
        "requests": None,
    }
    return signal(**{**base, **changes})


def care_signal(reference: str, **changes: Any) -> dict[str, Any]:
    """A signal of youth care about Ilse and Sem; category care."""
    base: dict[str, Any] = {
        "sourceReference": reference,
        "originIncident": None,
        "persons": [ILSE, {**SEM, "roles": ["child_victim"]}],
        "ties": [MOTHER],
        "statements": [{"kind": "suspicion", "text": "Sem slaapt slecht en is bang thuis."}],
        "requests": None,
    }
    return youth_signal(**{**base, **changes})


@dataclass
class World:
    """`transport.down` switches a neighbour off. Calls go through HTTP with real tokens."""

    settings: Settings
    transport: WsgiTransport
    apps: dict[str, Flask]
    token_of: Callable[..., str]
    person_token: Callable[..., str]
    signals: Engine
    audit: Engine
    clock_at: str = field(default="")

    def call(self, who: str, path: str, body: Any = None, service: str = "signals") -> TestResponse:
        """POSTs as a person ("m.dejong") or a source client ("police-utrecht")."""
        token = self.person_token if "." in who else self.token_of
        return Client(self.transport.applications[service]).post(
            f"/{service}{path}",
            json={} if body is None else body,
            base_url="http://bundel.test",
            headers={"Authorization": f"Bearer {token(who, service)}"},
        )

    def push(self, client: str, *documents: dict[str, Any]) -> list[str]:
        """Pushes signals as that source and lets the workers finish; their ids."""
        made = []
        for document in documents:
            answer = self.call(client, "/v1/signals", document)
            assert answer.status_code in (200, 201), answer.get_data(as_text=True)
            made.append(answer.json["signalId"])
        self.work()
        return made

    def work(self) -> None:
        """Runs every worker until nothing is left to do."""
        workers = self.apps["signals"].extensions["bundel_workers"]
        for _ in range(50):
            if not sum(worker.run_once() for worker in workers.values()):
                return
        raise AssertionError("the workers never finish")

    def queue(self, desk: str = "s.kaya") -> dict[str, Any]:
        answer = self.call(desk, "/v1/cases/_queue")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.json
        return found

    def assign(self, case_id: str, user: str = "m.dejong", desk: str = "s.kaya") -> TestResponse:
        body = {"subject": SUBJECTS[user], "name": NAMES[user]}
        return self.call(desk, f"/v1/cases/{case_id}/assignments", body)

    def hand_over(self, case_id: str, user: str, desk: str = "s.kaya") -> TestResponse:
        """The coordinator is absent: the desk hands the case to `user`, who agrees."""
        body = {"subject": SUBJECTS[user], "name": NAMES[user], "note": "Ziek.", "absence": "ill"}
        proposed = self.call(desk, f"/v1/cases/{case_id}/transfers", body)
        assert proposed.status_code == 201, proposed.get_data(as_text=True)
        return self.call(user, f"/v1/transfers/{proposed.json['id']}/agreements")

    def assigned(self, user: str = "m.dejong", desk: str = "s.kaya") -> str:
        """Gives every case of the desk's queue to `user`; the id of the first."""
        cases = [case["caseId"] for case in self.queue(desk)["cases"]]
        for case_id in cases:
            assert self.assign(case_id, user, desk).status_code == 201
        return str(cases[0])

    def look(self, case_id: str, user: str = "m.dejong", purpose: str = "") -> TestResponse:
        body = {"purpose": purpose or usual(user)}
        return self.call(user, f"/v1/cases/{case_id}/picture", body)

    def picture(self, case_id: str, user: str = "m.dejong", purpose: str = "") -> dict[str, Any]:
        answer = self.look(case_id, user, purpose)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.json
        return found

    def worklist(self, user: str = "m.dejong", purpose: str = "") -> dict[str, Any]:
        answer = self.call(user, "/v1/worklist/_view", {"purpose": purpose or usual(user)})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.json
        return found

    def search(self, text: str, user: str = "m.dejong", **more: Any) -> TestResponse:
        body = {"purpose": usual(user), "text": text, **more}
        return self.call(user, "/v1/signals/_search", body)

    def log(self, *events: str) -> list[dict[str, Any]]:
        """The leaves of the log, oldest first; only of these events when given."""
        with self.audit.connect() as connection:
            rows = connection.execute(select(entries.c.leaf).order_by(entries.c.position))
            leaves = [json.loads(row.leaf) for row in rows]
        return [leaf for leaf in leaves if not events or leaf["event"] in events]


def usual(user: str) -> str:
    """Only Veilig Thuis assesses safety; the others coordinate."""
    return COORDINATION if user in ELSEWHERE else ASSESSMENT


def make_world(
    settings: Settings,
    transport: WsgiTransport,
    token_of: Callable[..., str],
    person_token: Callable[..., str],
    databases: dict[str, str] | None = None,
) -> Iterator[World]:
    """Migrates, starts everything, stops it. `databases` are migrated already."""
    given = databases or {}
    settings = replace(settings, databases={**settings.databases, **given})
    for service, name in (
        ("signals", "signals"),
        ("signals/protection", "keys"),
        ("consent", "consent"),
        ("audit", "audit"),
    ):
        if name not in given:
            migrate(service, settings.databases[name])
    makers = (("audit", create_audit), ("consent", create_consent), ("signals", create_signals))
    apps: dict[str, Flask] = {}
    for service, make in makers:
        apps[service] = make(settings, transport)
        transport.applications[service] = mounted(apps[service], service)
    engines = [open_engine(settings.databases[name]) for name in ("signals", "audit")]
    try:
        yield World(settings, transport, apps, token_of, person_token, *engines)
    finally:
        for engine in engines:
            engine.dispose()
        for app in apps.values():
            app.extensions["bundel_close"]()


def ids_of(picture: dict[str, Any]) -> Sequence[str]:
    return [item["signalId"] for item in picture["timeline"]]


def day_before(days: int) -> str:
    """A date some days ago, as sources write it."""
    from datetime import timedelta

    return (clock.today() - timedelta(days=days)).isoformat()
