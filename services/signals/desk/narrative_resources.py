"""HTTP operations on withheld texts."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from services.signals.cases.answers import explained, room
from services.signals.cases.shape import schema_of
from services.signals.desk.narratives import Narrative, Narratives, Redacted, WithheldList
from shared.authentication import access, current_actor
from shared.vocabulary import Role

REDACT = "assign on case; know and redact on the signal (P41)"
_LONGEST = 20_000


class NoNarrativeBody(Schema):
    pass


class TextBody(Schema):
    place = fields.String(
        required=True,
        validate=validate.Length(min=1, max=100),
        metadata={"description": "Which text, as the view names it."},
    )
    text = fields.String(
        required=True,
        validate=validate.Length(max=_LONGEST),
        metadata={"description": "The same text with […] in place of what must stay hidden."},
    )


class RedactionBody(Schema):
    texts = fields.List(
        fields.Nested(TextBody), required=True, validate=validate.Length(min=1, max=300)
    )


def narrative_resources(narratives: Narratives) -> Blueprint:
    """POST /v1/narratives/_search, /v1/signals/{id}/narrative/_view and …/redactions."""
    blueprint = room("narratives", "Texts that wait for the desk before anybody sees them.")

    @blueprint.post("/v1/narratives/_search")
    @explained(blueprint)
    @blueprint.arguments(NoNarrativeBody, example={})
    @blueprint.response(200, schema_of(WithheldList))
    @access(Role.DESK, decision="list on worklist; know as filter; redact on each")
    def search_narratives(_body: dict[str, Any]) -> WithheldList:
        """Signals of the desk's cases whose text waits, acute first."""
        return narratives.listed(current_actor())

    @blueprint.post("/v1/signals/<signal_id>/narrative/_view")
    @explained(blueprint)
    @blueprint.arguments(NoNarrativeBody, example={})
    @blueprint.response(200, schema_of(Narrative))
    @access(Role.DESK, decision=REDACT)
    def view_narrative(_body: dict[str, Any], signal_id: str) -> Narrative:
        """The texts of a withheld signal; those that hold a protected address are marked."""
        return narratives.open(current_actor(), signal_id)

    @blueprint.post("/v1/signals/<signal_id>/narrative/redactions")
    @explained(blueprint)
    @blueprint.arguments(
        RedactionBody, example={"texts": [{"place": "statements/0", "text": "Zij zit in […]."}]}
    )
    @blueprint.response(201, schema_of(Redacted))
    @blueprint.alt_response(409, description="The signal changed meanwhile.")
    @access(Role.DESK, decision=REDACT)
    def redact_narrative(body: dict[str, Any], signal_id: str) -> Redacted:
        """Release the texts with parts left out. Only leaving out is taken."""
        texts = {one["place"]: one["text"] for one in body["texts"]}
        return narratives.redact(current_actor(), signal_id, texts)

    return blueprint
