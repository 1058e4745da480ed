"""POST /v1/entries/{id}/viewers/_view: who saw a picture that a split proved wrong."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from services.audit.review.seen import Recipients, Viewer
from shared.authentication import access, current_actor
from shared.ids import is_id
from shared.problems import NotFound
from shared.requests import demand_json
from shared.vocabulary import Role


class NoQuestionSchema(Schema):
    """An empty object: the entry in the address says all."""


class LookSchema(Schema):
    entry_id = fields.String(data_key="entryId", required=True)
    occurred_at = fields.String(data_key="occurredAt", required=True)
    event = fields.String(required=True)
    purpose = fields.String(required=True)
    picture_version = fields.String(data_key="pictureVersion", required=True)


class ViewerSchema(Schema):
    actor_id = fields.String(
        data_key="actorId", required=True, metadata={"description": "The id in tokens (sub)."}
    )
    role = fields.String(required=True)
    organisation = fields.String(required=True)
    count = fields.Integer(required=True, metadata={"description": "How often they looked."})
    first_at = fields.String(data_key="firstAt", required=True)
    last_at = fields.String(data_key="lastAt", required=True)
    looks = fields.List(fields.Nested(LookSchema), required=True)


class SeenSchema(Schema):
    since = fields.String(required=True)
    until = fields.String(required=True)
    viewers = fields.List(fields.Nested(ViewerSchema), required=True)
    complete = fields.Boolean(
        required=True, metadata={"description": "False: there are more looks than are listed."}
    )
    entry_id = fields.String(
        data_key="entryId", required=True, metadata={"description": "The entry of this question."}
    )


def seen_api(recipients: Recipients) -> Blueprint:
    blueprint = Blueprint("seen", __name__, description="Who must be told of a wrong picture")

    @blueprint.route("/v1/entries/<entry_id>/viewers/_view", methods=["POST"])
    @blueprint.doc(
        summary="Who saw a picture that a split proved wrong",
        description="The entry is that of the split. Asking is itself an entry.",
    )
    @blueprint.arguments(NoQuestionSchema, example={})
    @blueprint.response(200, SeenSchema)
    @blueprint.alt_response(404, description="No such separation that you may see.")
    @access(Role.DESK, Role.PRIVACY_OFFICER, decision="trace on separation (P42)")
    def view_viewers(_body: dict[str, Any], entry_id: str) -> dict[str, Any]:
        demand_json()
        if not is_id(entry_id):
            raise NotFound
        seen = recipients.of(current_actor(), entry_id.lower())
        return {
            "since": seen.since,
            "until": seen.until,
            "viewers": [_viewer(one) for one in seen.viewers],
            "complete": not seen.cut,
            "entry_id": seen.entry_id,
        }

    return blueprint


def _viewer(viewer: Viewer) -> dict[str, Any]:
    return {
        "actor_id": viewer.actor_id,
        "role": viewer.role,
        "organisation": viewer.organisation,
        "count": viewer.looks,
        "first_at": viewer.first_at,
        "last_at": viewer.last_at,
        "looks": [
            {
                "entry_id": look.body["entryId"],
                "occurred_at": look.body["occurredAt"],
                "event": look.body["event"],
                "purpose": look.body.get("purpose", ""),
                "picture_version": look.body.get("pictureVersion", ""),
            }
            for look in viewer.entries
        ],
    }
