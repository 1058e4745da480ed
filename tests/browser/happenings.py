"""What the demonstration lacks and some pages need: a held message, a hand-over on its way,
break-glass waiting and confirmed, a doubt, and persons taken apart after somebody saw them as one.
All of it through the public API, by the demonstration's own people and sources."""

from __future__ import annotations

import json
from typing import Any

from bundel.demo.model import Source
from bundel.demo.simulators import SourceSystem
from bundel.demo.townspeople import Townspeople, TownsPerson
from bundel.installation import find_installation
from shared import clock
from shared.clients.transport import PooledTransport
from shared.settings import load_settings
from shared.vocabulary import Role
from tests.running import Running
from tests.signals.world import police_signal

_HANNEKE = {
    "ref": "hanneke",
    "roles": ["victim"],
    "name": {"given": "Hanneke", "surname": "Oldenzaal"},
    "birthDate": "1990-05-17",
    "sex": "female",
    "bsn": "999990020",
}
_TEUN = {
    "ref": "teun",
    "roles": ["perpetrator"],
    "name": {"given": "Teun", "surname": "Oldenzaal"},
    "birthDate": "1987-08-02",
    "sex": "male",
}
# The same birthday and an initial only: the machine doubts and asks the desk.
_DOUBTED = {
    **{key: value for key, value in _HANNEKE.items() if key != "bsn"},
    "ref": "h",
    "name": {"given": "H.", "surname": "Oldenzaal"},
}
_DANGER = "Buren horen nu geweld; ik moet weten wie er in huis is."
_PATIENCE = 60.0  # seconds that linking gets


class Happenings:
    """Each step once, on the running product."""

    def __init__(self, running: Running) -> None:
        settings = load_settings(
            {
                "BUNDEL_HOME": str(running.home),
                "BUNDEL_PORT": running.base_url.rsplit(":", 1)[1],
            }
        )
        transport = PooledTransport(timeout=30.0)
        installation = find_installation(settings)
        self._people = Townspeople(installation, transport)
        self._police = SourceSystem(Source.POLICE_UTRECHT, installation, transport)

    def happen(self) -> dict[Role, list[str]]:
        """Lets it happen; the addresses that no page leads to without a search, by role."""
        self._deliver("W-held", [_HANNEKE], severity="acute", place="nowhere")
        first = self._deliver("W-1", [_HANNEKE, _TEUN])
        wrong = self._deliver("W-2", [_HANNEKE])
        doubted = self._deliver("W-3", [_DOUBTED])
        for signal_id in (first, wrong, doubted):
            self._wait_until_linked(signal_id)
        case_id = self._assign("Oldenzaal")  # the one of two signals, not the doubted one
        self._post("m.dejong", f"cases/{case_id}/picture", {"purpose": "safety_assessment"})
        self._take_apart(case_id, wrong)
        self._hand_over(case_id, "a.said")
        self._break_glass()
        entries = self._post("f.yilmaz", "entries/_search", {"event": "link.split"}, "audit")
        return {Role.PRIVACY_OFFICER: [f"/audit/entries/{entries['items'][0]['entryId']}"]}

    def _deliver(self, reference: str, persons: list[dict[str, Any]], **changes: Any) -> str:
        told = police_signal(reference, persons=persons, ties=None, **changes)
        answer = self._police._send("POST", "signals", json.dumps(told).encode())
        assert answer.status in (200, 201, 202), answer.body
        return str(answer.json()["signalId"])

    def _wait_until_linked(self, signal_id: str) -> None:
        until = clock.monotonic() + _PATIENCE
        while self._police.status(signal_id)["state"] in ("received", "waiting"):
            assert clock.monotonic() < until, signal_id
            clock.pause(0.2)

    def _post(self, user: str, path: str, body: dict[str, Any], service: str = "signals") -> Any:
        return self._people[user].post(service, path, body, what=path)

    def _assign(self, name: str) -> str:
        queue = self._post("s.kaya", "cases/_queue", {})
        called = [case for case in queue["cases"] if case.get("name") == name]
        case_id = str(max(called, key=lambda case: int(case["signalCount"]))["caseId"])
        self._post("s.kaya", f"cases/{case_id}/assignments", _named(self._people["m.dejong"]))
        return case_id

    def _take_apart(self, case_id: str, signal_id: str) -> None:
        shown = self._post("s.kaya", f"cases/{case_id}/persons/_view", {})
        link_id = next(
            mention["linkId"]
            for person in shown["persons"]
            for mention in person["mentions"]
            if mention["signalId"] == signal_id
        )
        self._post("s.kaya", f"links/{link_id}/splits", {})

    def _hand_over(self, case_id: str, successor: str) -> None:
        note = "Bel haar niet thuis; zij belt zelf op maandag. Het huisbezoek staat voor donderdag."
        proposed = {**_named(self._people[successor]), "note": note}
        self._post("m.dejong", f"cases/{case_id}/transfers", proposed)

    def _break_glass(self) -> None:
        asked = {
            "name": "Ilse Brandsma",
            "birthDate": "1992-04-12",
            "reasonCode": "violence-now",
            "reason": _DANGER,
        }
        opened = self._post("t.maas", "emergencies", asked, "consent")
        self._post("l.smit", f"emergencies/{opened['grantId']}/confirmations", {}, "consent")
        waiting = {**asked, "name": "Hanneke Oldenzaal", "birthDate": "1990-05-17"}
        self._post("t.maas", "emergencies", waiting, "consent")


def _named(person: TownsPerson) -> dict[str, str]:
    return {"subject": person.subject, "name": person.name}
