"""The HTTP operation of searching."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, fields, validate

from services.signals.cases.answers import explained, room
from services.signals.cases.shape import schema_of
from services.signals.picture.service import PURPOSES
from services.signals.search.model import SearchQuery, SearchResult
from services.signals.search.service import SearchService
from shared.authentication import access, current_actor
from shared.vocabulary import Agency, Category, Role


def _day(text: str) -> None:
    try:
        if text:
            date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError("Use a date like 2026-03-03.") from error


class SearchBody(Schema):
    purpose = fields.String(required=True, validate=validate.OneOf(PURPOSES))
    text = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200),
        metadata={
            "description": "Words that must all occur; never kept or logged.",
            "example": "telefoon gevolgd",
        },
    )
    agency = fields.String(load_default="", validate=validate.OneOf(["", *Agency]))
    category = fields.String(load_default="", validate=validate.OneOf(["", *Category]))
    since = fields.String(data_key="from", load_default="", validate=_day)
    until = fields.String(load_default="", validate=_day)
    page = fields.Integer(load_default=1, strict=True, validate=validate.Range(1, 1000))


def search_resources(searches: SearchService) -> Blueprint:
    """POST /v1/signals/_search."""
    blueprint = room("search", "Searching the signals one may view.")

    @blueprint.post("/v1/signals/_search")
    @explained(blueprint)
    @blueprint.arguments(SearchBody)
    @blueprint.response(200, schema_of(SearchResult))
    @access(Role.COORDINATOR, decision="search on signals; view as filter")
    def search_signals(body: dict[str, Any]) -> SearchResult:
        """Find signals in one's own cases by words, newest first, without scores."""
        return searches.search(current_actor(), SearchQuery(**body))

    return blueprint
