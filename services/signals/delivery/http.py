"""What was given up to be sent, for the administrator: kinds and counts, never what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields
from sqlalchemy import Engine

from services.signals.delivery.outbox import Backlog, OutboxRow, backlog, dead_letters, revive
from shared import ids
from shared.authentication import access, current_actor
from shared.clients.audit import Entry, Receipt, entry_for
from shared.database import writing
from shared.problems import InvalidInput, NotFound
from shared.requests import demand_json
from shared.vocabulary import Purpose, Role

DECISION = "the role alone: kinds, times and counts; the administrator never sees content"
Record = Callable[[Sequence[Entry]], Sequence[Receipt]]


class DeadLetterAnswer(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    createdAt = fields.DateTime(required=True)  # noqa: N815 - the name outside
    attempts = fields.Integer(required=True)


class BacklogAnswer(Schema):
    waiting = fields.Integer(required=True)
    oldestSeconds = fields.Float(required=True)  # noqa: N815
    dead = fields.Integer(required=True)
    items = fields.List(fields.Nested(DeadLetterAnswer), required=True)


def delivery_routes(engine: Engine, record: Record) -> Blueprint:
    """`record` writes entries to the log and returns after the receipt."""
    routes = Blueprint("delivery", __name__, description="What must still reach a neighbour")
    problem = {"application/problem+json": {"schema": {"type": "object"}}}
    problems = {
        code: {"description": text, "content": problem}
        for code, text in (
            ("400", "A fault in the request"),
            ("401", "No valid access token"),
            ("404", "Nothing here that the caller may see"),
            ("415", "Another content type"),
            ("503", "The log does not answer: try again after Retry-After seconds"),
        )
    }
    body = {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}, "example": {}}},
    }

    @routes.route("/v1/dead-letters/_search", methods=["POST"])
    @routes.doc(
        summary="Messages that were given up, and how the outbox stands",
        requestBody=body,
        responses={
            "200": {
                "description": "Counts, and the oldest hundred",
                "content": {"application/json": {"schema": BacklogAnswer}},
            },
            **problems,
        },
    )
    @access(Role.ADMINISTRATOR, decision=DECISION)
    def search_dead_letters() -> Response:
        """Nothing given up is ever dropped: it waits here until it is tried again."""
        _demand_empty()
        with engine.connect() as connection:
            state, letters = backlog(connection), dead_letters(connection)
        entry = entry_for(
            current_actor(),
            "dead-letters.listed",
            purpose=str(Purpose.ADMINISTRATION),
            result_count=state.dead,
        )
        record([entry])
        return _json(_body(state, letters))

    @routes.route("/v1/dead-letters/<string:message_id>/retries", methods=["POST"])
    @routes.doc(
        summary="Try a message again",
        requestBody=body,
        responses={"202": {"description": "It will be sent again"}, **problems},
    )
    @access(Role.ADMINISTRATOR, decision=DECISION)
    def retry(message_id: str) -> Response:
        """First mend the cause: the reason stands in the service's own log."""
        _demand_empty()
        if not ids.is_id(message_id):
            raise NotFound
        record(
            [
                entry_for(
                    current_actor(),
                    "dead-letter.retried",
                    purpose=str(Purpose.ADMINISTRATION),
                    refers_to=message_id,
                )
            ]
        )
        with writing(engine).begin() as connection:
            if not revive(connection, message_id):
                raise NotFound
        return Response(status=202)

    return routes


def _demand_empty() -> None:
    demand_json()
    if request.get_data().strip() != b"{}":
        raise InvalidInput("Send an empty object: {}.")


def _body(state: Backlog, letters: Sequence[OutboxRow]) -> dict[str, Any]:
    return {
        "waiting": state.waiting,
        "oldestSeconds": round(state.oldest_seconds, 3),
        "dead": state.dead,
        "items": [
            {
                "id": each.id,
                "kind": each.kind,
                "createdAt": each.created_at,
                "attempts": each.attempts,
            }
            for each in letters
        ],
    }


def _json(body: dict[str, Any]) -> Response:
    return Response(json.dumps(body, separators=(",", ":")), 200, mimetype="application/json")
