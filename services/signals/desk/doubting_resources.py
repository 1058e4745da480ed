"""POST /v1/cases/{id}/objections: a coordinator says that a signal is about somebody else."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from services.signals.cases.answers import explained, room
from services.signals.cases.shape import schema_of
from services.signals.desk.doubting import Doubting, Objected
from services.signals.desk.objecting import REASONS
from services.signals.picture.service import PURPOSES
from shared.authentication import access, current_actor
from shared.vocabulary import Role

_PERSON = "0b7c1e5a-3f52-4a61-9a0e-6f1d2c3b4a5e"
_SIGNAL = "6f4a2c51-9b1e-4c0e-8f0a-3b9f1f1f7a10"


class ObjectionBody(Schema):
    person_id = fields.String(
        data_key="personId", required=True, validate=validate.Length(equal=36)
    )
    signal_id = fields.String(
        data_key="signalId", required=True, validate=validate.Length(equal=36)
    )
    purpose = fields.String(required=True, validate=validate.OneOf(PURPOSES))
    reason = fields.String(required=True, validate=validate.OneOf(REASONS))


def doubting_resources(doubting: Doubting) -> Blueprint:
    blueprint = room("doubting", "What a coordinator puts to the desk.")

    @blueprint.post("/v1/cases/<case_id>/objections")
    @explained(blueprint)
    @blueprint.arguments(
        ObjectionBody,
        example={
            "personId": _PERSON,
            "signalId": _SIGNAL,
            "purpose": "safety_assessment",
            "reason": "other-person",
        },
    )
    @blueprint.response(201, schema_of(Objected))
    @blueprint.alt_response(409, description="It was put to the desk before.")
    @access(Role.COORDINATOR, decision="open on case; know and view on the signal")
    def object_to_link(body: dict[str, Any], case_id: str) -> Objected:
        """This signal is about somebody else: the desk judges it, at the top of its list."""
        return doubting.doubt(
            current_actor(),
            case_id,
            body["person_id"],
            body["signal_id"],
            body["purpose"],
            body["reason"],
        )

    return blueprint
