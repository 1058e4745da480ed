"""HTTP of break-glass in this service: whom it is about (for consent), and the look itself."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from services.signals.cases.answers import explained, room
from services.signals.cases.shape import schema_of
from services.signals.picture.emergency import EmergencyPicture, EmergencyPictures
from services.signals.picture.emergency_scope import EmergencyScope, Scope, ScopeQuestion
from services.signals.picture.resolving import PersonQuestion
from shared.authentication import access, current_actor
from shared.problems import NotFound
from shared.vocabulary import Region, Role

_ASKER = "bundel-consent"


class ScopeBody(Schema):
    region = fields.String(required=True, validate=validate.OneOf(list(Region)))
    case_number = fields.String(
        data_key="caseNumber", load_default="", validate=validate.Length(max=16)
    )
    name = fields.String(load_default="", validate=validate.Length(max=200))
    birth_date = fields.String(
        data_key="birthDate",
        load_default="",
        validate=validate.Regexp(r"^(\d{4}(-\d{2}(-\d{2})?)?)?\Z", error="Use 2010-05-17."),
    )
    bsn = fields.String(
        load_default="", validate=validate.Regexp(r"^(\d{9})?\Z", error="Nine digits.")
    )
    refers_to = fields.String(
        data_key="refersTo", load_default="", validate=validate.Length(max=36)
    )


class LookBody(Schema):
    """An empty object: the path says it all."""


def emergency_resources(scope: EmergencyScope, pictures: EmergencyPictures) -> Blueprint:
    """POST /v1/emergencies/_scope (consent only), /v1/emergencies/{id}/_view."""
    blueprint = room("emergencies", "Looking in acute danger, under a break-glass.")

    @blueprint.post("/v1/emergencies/_scope")
    @explained(blueprint)
    @blueprint.arguments(ScopeBody, example={"region": "utrecht", "caseNumber": "26-0042"})
    @blueprint.response(200, schema_of(Scope))
    @access(Role.SERVICE, decision="none: consent asks, after it decided; no person is answered")
    def find_scope(body: dict[str, Any]) -> Scope:
        """Mention ids of those a break-glass is about; for the consent service only."""
        actor = current_actor()
        if actor.subject != _ASKER:
            raise NotFound
        person = PersonQuestion(body["name"], body["birth_date"], body["bsn"])
        question = ScopeQuestion(body["region"], body["case_number"], person)
        return scope.find(actor, question, body["refers_to"])

    @blueprint.post("/v1/emergencies/<grant_id>/_view")
    @explained(blueprint)
    @blueprint.arguments(LookBody, example={})
    @blueprint.response(200, schema_of(EmergencyPicture))
    @access(Role.COORDINATOR, Role.DESK, decision="know and view on each signal, under a grant")
    def look_in_emergency(_body: dict[str, Any], grant_id: str) -> EmergencyPicture:
        """What your own confirmed break-glass opens now."""
        return pictures.look(current_actor(), grant_id)

    return blueprint
