"""The audit service over its real WSGI app, with real tokens and the real policy."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from services.audit.log.sequencer import Sequencer
from shared.clients.audit import AuditClient
from shared.clients.tokens import TokenSource
from shared.clients.transport import WsgiTransport
from shared.settings import Settings


@dataclass
class Neighbour:
    """A neighbour on the line that answers what a test says: the outside of another service."""

    answer: Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        body = json.loads(request.get_data() or b"{}")
        assert request.headers["Authorization"].startswith("Bearer ")
        self.asked.append(body)
        status, answer = self.answer(body)
        response = Response(json.dumps(answer), status, mimetype="application/json")
        return response(environ, start_response)


def refuses_everything(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """A policy under which even the privacy officer may not read the log."""
    context = {
        "reliedGround": None,
        "whyNot": None,
        "decisionId": "3f1f0b5e-7c53-4a9e-9d3c-0f6f0a1d2b3c",
        "visibleFields": [],
        "obligations": [],
        "policyVersion": "none",
        "revision": 0,
    }
    return 200, {
        "evaluations": [{"decision": False, "context": context} for _ in body["evaluations"]]
    }


@dataclass
class Serving:
    """All that a test of the HTTP side needs."""

    settings: Settings
    app: Flask
    transport: WsgiTransport
    signals: Neighbour
    token_of: Callable[..., str]
    person_token: Callable[..., str]

    @property
    def sequencer(self) -> Sequencer:
        found: Sequencer = self.app.extensions["bundel_sequencer"]
        return found

    def client_of(self, client_id: str = "bundel-signals") -> AuditClient:
        tokens = TokenSource(self.settings, self.transport, client_id)
        return AuditClient(self.settings, self.transport, tokens)

    def call(self, method: str, path: str, token: str = "", body: Any = None) -> Any:
        """The answer of the audit service to one request with that token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return Client(self.transport.applications["audit"]).open(
            f"/audit{path}",
            method=method,
            headers=headers,
            json=body,
            base_url="http://bundel.test",
        )

    def officer(self, user: str = "f.yilmaz") -> str:
        return self.person_token(user, "audit")

    def search(self, user: str = "f.yilmaz", **asked: Any) -> Any:
        answer = self.call("POST", "/v1/entries/_search", self.officer(user), asked)
        assert answer.status_code == 200, answer.text
        return answer.json

    def events(self, **asked: Any) -> list[str]:
        """Events that the officer finds, oldest first, without those of this very looking."""
        items = self.search(**asked)["items"]
        return [i["event"] for i in reversed(items) if i["event"] != "log.searched"]
