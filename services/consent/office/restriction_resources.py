"""HTTP of restrictions of processing (AVG art. 18) and objections (art. 21)."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.consent.consents.restrictions import Restriction
from services.consent.office import schemas
from services.consent.office.restricting import RestrictionOffice
from shared.authentication import access, current_actor
from shared.requests import demand_json
from shared.vocabulary import Role

_MENTION = "7a5d1f3e-64c5-4f0e-9c0d-0b6f6b0f8f01"


def restriction_blueprint(office: RestrictionOffice) -> Blueprint:
    """The routes below /v1/restrictions."""
    blueprint = Blueprint(
        "restrictions", __name__, description="Restrictions of processing (AVG art. 18, 21)"
    )

    @blueprint.post("/v1/restrictions")
    @blueprint.arguments(
        schemas.RestrictionBody,
        example={"mentionId": _MENTION, "reasonCode": "accuracy_contested"},
    )
    @blueprint.response(201, schemas.RestrictionAnswer)
    @access(Role.CONSENT_OFFICER, decision="record_consent on consents")
    def impose_restriction(body: dict[str, Any]) -> tuple[Response, int]:
        """Restrict the processing of what concerns a mention."""
        demand_json()
        revision = office.restrict(current_actor(), [str(body["mentionId"])], body["reasonCode"])
        return jsonify({"revision": revision}), 201

    @blueprint.post("/v1/restrictions/_lift")
    @blueprint.arguments(
        schemas.LiftingBody,
        example={"mentionId": _MENTION, "reasonCode": "corrected", "personInformed": True},
    )
    @blueprint.response(201, schemas.RestrictionAnswer)
    @blueprint.alt_response(409, description="It is not restricted.")
    @access(Role.CONSENT_OFFICER, decision="record_consent on consents")
    def lift_restriction(body: dict[str, Any]) -> tuple[Response, int]:
        """Lift a restriction, after the person was told."""
        demand_json()
        revision = office.lift(current_actor(), [str(body["mentionId"])], body["reasonCode"])
        return jsonify({"revision": revision}), 201

    @blueprint.post("/v1/restrictions/_search")
    @blueprint.arguments(schemas.RestrictedBody, example={"mentionIds": [_MENTION]})
    @blueprint.response(200, schemas.RestrictedListAnswer)
    @access(Role.CONSENT_OFFICER, decision="read_consent on consents")
    def search_restrictions(body: dict[str, Any]) -> Response:
        """Find restrictions by the mentions they hang on."""
        demand_json()
        named = body.get("mentionIds")
        mentions = [str(mention) for mention in named] if named is not None else None
        found = office.listed(current_actor(), mentions)
        return jsonify({"count": len(found), "items": [restriction_json(one) for one in found]})

    return blueprint


def restriction_json(one: Restriction) -> dict[str, Any]:
    """A restriction as the interface tells it."""
    body = {
        "mentionId": one.mention_id,
        "state": "restricted" if one.holds else "lifted",
        "reasonCode": one.reason or "accuracy_contested",
        "since": one.since,
        "liftedAt": one.lifted_at,
        "liftedBecause": one.lifted_because,
    }
    return {name: value for name, value in body.items() if value != ""}
