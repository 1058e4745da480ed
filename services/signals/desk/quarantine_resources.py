"""HTTP operations on messages that were not understood."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from services.signals.cases.answers import explained, room
from services.signals.cases.shape import schema_of
from services.signals.desk.quarantine import RETURN_REASONS, HeldDone, HeldMessage, Quarantine
from services.signals.intake import description as told
from services.signals.intake.exchange import json_answer, page_of_request
from services.signals.intake.mending import Change
from services.signals.intake.status import PAGE
from shared.authentication import access, current_actor
from shared.vocabulary import Role

MEND = "mend on held message (P40)"


class OpenHeldBody(Schema):
    pass


class ChangeBody(Schema):
    pointer = fields.String(
        required=True,
        validate=validate.Length(min=2, max=300),
        metadata={"description": "JSON pointer (RFC 6901) of one member of the message."},
    )
    value = fields.Raw(
        load_default=None,
        allow_none=True,
        metadata={"description": "What it must say; null leaves the member out."},
    )


class CorrectionBody(Schema):
    changes = fields.List(
        fields.Nested(ChangeBody), load_default=list, validate=validate.Length(max=100)
    )
    drop_unknown = fields.Boolean(
        data_key="dropUnknown",
        load_default=False,
        metadata={"description": "Leave out members that the API does not know."},
    )


class ReturnBody(Schema):
    reason = fields.String(required=True, validate=validate.OneOf(RETURN_REASONS))


def quarantine_resources(quarantine: Quarantine) -> Blueprint:
    """POST /v1/quarantine/_search, /v1/quarantine/{id}/_view, …/corrections, …/returns."""
    blueprint = room("quarantine", "Acute messages that were not understood.")

    @blueprint.route("/v1/quarantine/_search", methods=["POST"])
    @blueprint.doc(
        summary="Acute deliveries for this desk that were not understood",
        requestBody=told.page_body(),
        responses={
            "200": told.answer(f"A page of {PAGE}, oldest first", told.QuarantineAnswer),
            **told.problems("400", "401", "404", "413", "415", "503"),
        },
    )
    @access(Role.DESK, decision=MEND)
    def search_quarantine() -> Response:
        """Those of the desk's own context, and those of which the addressee cannot be read."""
        page = page_of_request()
        count, items = quarantine.listed(current_actor(), page)
        return json_answer(
            {"count": count, "page": page, "items": [item.to_json() for item in items]}, 200
        )

    @blueprint.post("/v1/quarantine/<held_id>/_view")
    @explained(blueprint)
    @blueprint.arguments(OpenHeldBody, example={})
    @blueprint.response(200, schema_of(HeldMessage))
    @access(Role.DESK, decision=MEND)
    def open_held(_body: dict[str, Any], held_id: str) -> HeldMessage:
        """The message, member by member; protected addresses are masked."""
        return quarantine.open(current_actor(), held_id)

    @blueprint.post("/v1/quarantine/<held_id>/corrections")
    @explained(blueprint)
    @blueprint.arguments(
        CorrectionBody, example={"changes": [{"pointer": "/place", "value": "home"}]}
    )
    @blueprint.response(201, schema_of(HeldDone))
    @blueprint.alt_response(409, description="The source sent another version just now.")
    @access(Role.DESK, decision=MEND)
    def correct_held(body: dict[str, Any], held_id: str) -> HeldDone:
        """Set members anew. Understood, it goes on as a signal; else 400 names what is left."""
        changes = [Change(one["pointer"], one["value"]) for one in body["changes"]]
        return quarantine.mend(current_actor(), held_id, changes, drop_unknown=body["drop_unknown"])

    @blueprint.post("/v1/quarantine/<held_id>/returns")
    @explained(blueprint)
    @blueprint.arguments(ReturnBody, example={"reason": "misses-too-much"})
    @blueprint.response(201, schema_of(HeldDone))
    @blueprint.alt_response(409, description="It was sent back before.")
    @access(Role.DESK, decision=MEND)
    def return_held(body: dict[str, Any], held_id: str) -> HeldDone:
        """Send it back; its source learns it by the signal's status. It stays here until then."""
        return quarantine.send_back(current_actor(), held_id, body["reason"])

    return blueprint
