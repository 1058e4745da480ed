"""HTTP operations of this room: work list, picture, the desk's queue, resolving a person."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from services.signals.cases.answers import explained, room
from services.signals.cases.shape import schema_of
from services.signals.cases.telling import told
from services.signals.picture.model import Picture, Worklist
from services.signals.picture.resolving import PersonQuestion, PersonResolver, Resolved
from services.signals.picture.service import PURPOSES, PictureService
from shared.authentication import access, current_actor
from shared.vocabulary import Purpose, Role

_PARTIAL_DATE = validate.Regexp(
    r"^\d{4}(-\d{2}(-\d{2})?)?$", error="Use 2010, 2010-05 or 2010-05-17."
)


class PurposeBody(Schema):
    purpose = fields.String(
        required=True,
        validate=validate.OneOf(PURPOSES),
        metadata={
            "description": "Why this is looked at; it stands in the log.",
            "example": str(Purpose.SAFETY_ASSESSMENT),
        },
    )


class ResolveBody(Schema):
    name = fields.String(validate=validate.Length(max=200))
    birth_date = fields.String(data_key="birthDate", validate=_PARTIAL_DATE)
    bsn = fields.String(validate=validate.Regexp(r"^\d{9}$", error="Nine digits."))
    purpose = fields.String(
        validate=validate.OneOf(
            [
                str(Purpose.ADMINISTRATION),
                str(Purpose.OVERSIGHT),
                str(Purpose.SUBJECT_ACCESS),
            ]
        ),
    )


def picture_resources(pictures: PictureService, resolver: PersonResolver) -> Blueprint:
    """POST /v1/worklist/_view, /v1/cases/{id}/picture, /v1/persons/_resolve."""
    blueprint = room("picture", "What a coordinator may see of a household, masked and explained.")

    @blueprint.post("/v1/worklist/_view")
    @explained(blueprint)
    @blueprint.arguments(PurposeBody)
    @blueprint.response(200, schema_of(Worklist))
    @access(Role.COORDINATOR, decision="list on worklist; open on case; know, view as filter")
    def view_worklist(body: dict[str, Any]) -> Response:
        """My cases, each with the reason in words; the order is a readable rule."""
        return told(pictures.worklist(current_actor(), body["purpose"]))

    @blueprint.post("/v1/cases/<case_id>/picture")
    @explained(blueprint)
    @blueprint.arguments(PurposeBody)
    @blueprint.response(200, schema_of(Picture))
    @access(Role.COORDINATOR, decision="open on case; know, view on each signal")
    def open_picture(body: dict[str, Any], case_id: str) -> Response:
        """Open the combined picture of a household, for a purpose."""
        return told(pictures.open(current_actor(), case_id, body["purpose"]))

    @blueprint.post("/v1/persons/_resolve")
    @explained(blueprint)
    @blueprint.arguments(ResolveBody)
    @blueprint.response(200, schema_of(Resolved))
    @access(Role.PRIVACY_OFFICER, Role.CONSENT_OFFICER, decision="resolve_person on persons")
    def resolve_person(body: dict[str, Any]) -> Resolved:
        """From a BSN, or a name and a birth date, to pseudonyms in one's own region."""
        question = PersonQuestion(
            body.get("name", ""), body.get("birth_date", ""), body.get("bsn", "")
        )
        return resolver.resolve(current_actor(), question, body.get("purpose", ""))

    return blueprint
