"""HTTP operations after a split: what was taken apart, who saw it together, who was told."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from services.signals.cases.answers import explained, room
from services.signals.cases.shape import schema_of
from services.signals.desk.viewers import Separations, Told, Viewers, ViewersOf
from shared.authentication import access, current_actor
from shared.vocabulary import Role

TRACE = "trace on separation (P42)"
_SUBJECT = "b3b1a6f0-2f7e-5d43-9a55-0a4c8f6f2b11"


class NoSeparationBody(Schema):
    pass


class TellingBody(Schema):
    subject = fields.String(
        required=True,
        validate=validate.Length(min=1, max=64),
        metadata={"description": "Who was told: the id in tokens (sub)."},
    )


def viewers_resources(viewers: Viewers) -> Blueprint:
    """POST /v1/separations/_search, /v1/separations/{id}/viewers/_view and …/tellings."""
    blueprint = room("separations", "Persons taken apart, and who must be told.")

    @blueprint.post("/v1/separations/_search")
    @explained(blueprint)
    @blueprint.arguments(NoSeparationBody, example={})
    @blueprint.response(200, schema_of(Separations))
    @access(Role.DESK, decision=TRACE)
    def search_separations(_body: dict[str, Any]) -> Separations:
        """What this desk took apart, the newest first."""
        return viewers.separations(current_actor())

    @blueprint.post("/v1/separations/<separation_id>/viewers/_view")
    @explained(blueprint)
    @blueprint.arguments(NoSeparationBody, example={})
    @blueprint.response(200, schema_of(ViewersOf))
    @access(Role.DESK, decision=TRACE)
    def view_separation_viewers(_body: dict[str, Any], separation_id: str) -> ViewersOf:
        """Who saw both sides together: who, when, and which version of the picture."""
        return viewers.viewers(current_actor(), separation_id)

    @blueprint.post("/v1/separations/<separation_id>/tellings")
    @explained(blueprint)
    @blueprint.arguments(TellingBody, example={"subject": _SUBJECT})
    @blueprint.response(201, schema_of(Told))
    @access(Role.DESK, decision=TRACE)
    def tell_viewer(body: dict[str, Any], separation_id: str) -> Told:
        """Record that somebody who saw it was told."""
        return viewers.tell(current_actor(), separation_id, body["subject"])

    return blueprint
