"""The people of the demonstration at work: each logs in and acts on the public API."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from bundel.demo.problems import refused
from bundel.installation import Installation
from bundel.person_client import PersonClient
from shared.clients.transport import Transport
from shared.problems import Unavailable

PASSWORD = "bundel-demo"  # noqa: S105 - everyone's, in development mode only
# user, role, region: what the demonstration tells about its log-ins
LOGINS = (
    ("m.dejong", "coordinator", "utrecht"),
    ("a.said", "coordinator", "utrecht"),
    ("t.maas", "coordinator", "utrecht"),
    ("k.bos", "coordinator", "gooi-en-vechtstreek"),
    ("j.prins", "coordinator", "utrecht"),
    ("s.kaya", "desk", "utrecht"),
    ("l.smit", "desk", "utrecht"),
    ("n.peters", "desk", "gooi-en-vechtstreek"),
    ("d.bakker", "desk", "utrecht"),
    ("r.visser", "consent_officer", "utrecht"),
    ("f.yilmaz", "privacy_officer", "utrecht"),
    ("b.beheer", "administrator", "utrecht"),
)
_TIMEOUT = 60.0  # seconds
_PATIENCE = 5  # attempts while a neighbour does not answer


@dataclass
class TownsPerson:
    """One person with their own log-in."""

    user: str
    installation: Installation
    transport: Transport
    _client: PersonClient = field(init=False)

    def __post_init__(self) -> None:
        self._client = PersonClient(self.installation, self.user, PASSWORD, self.transport)

    @property
    def subject(self) -> str:
        """Their id in tokens, read from their own token."""
        return str(self._claims()["sub"])

    @property
    def name(self) -> str:
        return str(self._claims()["name"])

    def log_in_anew(self) -> None:
        """The next call begins with a log-in."""
        self._client = PersonClient(self.installation, self.user, PASSWORD, self.transport)

    def headers(self, audience: str) -> dict[str, str]:
        """The Authorization header for a call to the service of this audience."""
        return self._client.headers(audience)

    def post(self, service: str, path: str, body: object, *, what: str) -> Any:
        """POSTs JSON to `/<service>/v1/<path>`; the answer's JSON, {} when there is no body.

        Raises DemonstrationFailed when the answer is no, naming `what` was being done.
        """
        url = f"{self.installation.base_url}/{service}/v1/{path}"
        data = json.dumps(body).encode()
        for attempt in range(_PATIENCE):
            headers = self.headers(f"bundel-{service}")
            headers["Content-Type"] = "application/json"
            try:
                answer = self.transport.send("POST", url, headers, data, timeout=_TIMEOUT)
            except Unavailable:
                if attempt == _PATIENCE - 1:
                    raise
                continue
            if answer.status == 503 and attempt < _PATIENCE - 1:
                continue
            if answer.status not in (200, 201, 202, 204):
                raise refused(f"{self.user}: {what}", answer)
            return answer.json() if answer.body.strip() else {}
        raise AssertionError("the loop ends in one of its branches")

    def _claims(self) -> dict[str, Any]:
        payload = self._client.token("bundel-signals").split(".")[1]
        padded = payload + "=" * (-len(payload) % 4)
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(padded))
        return claims


class Townspeople:
    """Everyone, logged in when first needed."""

    def __init__(self, installation: Installation, transport: Transport) -> None:
        self._installation = installation
        self._transport = transport
        self._known: dict[str, TownsPerson] = {}

    def __getitem__(self, user: str) -> TownsPerson:
        if user not in self._known:
            self._known[user] = TownsPerson(user, self._installation, self._transport)
        return self._known[user]
