"""HTTP of break-glass: ask, confirm, end, review; and what signals asks."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.consent.emergencies.model import (
    LONGEST_REASON,
    OUTCOMES,
    REASONS,
    SHORTEST_REASON,
    Grant,
)
from services.consent.emergencies.scope import Sought
from services.consent.emergencies.service import EmergencyOffice, Shown
from shared import clock
from shared.authentication import access, current_actor
from shared.problems import NotFound
from shared.requests import demand_json
from shared.vocabulary import Role

IN_DANGER = (Role.COORDINATOR, Role.DESK)
EXAMPLE = {
    "name": "Ilse Brandsma",
    "birthDate": "1992-04-11",
    "reasonCode": "violence-now",
    "reason": "Buren horen nu geweld; ik moet weten wie er in huis is.",
}
_PARTIAL_DATE = validate.Regexp(
    r"^\d{4}(-\d{2}(-\d{2})?)?\Z", error="Use 2010, 2010-05 or 2010-05-17."
)
_TOGETHER = "Give a case number, a BSN, or a name with a birth date."


class EmergencyBody(Schema):
    """Whom it is about (a case number, a BSN, or a name with a birth date) and why."""

    caseNumber = fields.String(  # noqa: N815 - the interface's names
        validate=validate.Regexp(r"^\d{2}-\d{4,8}\Z", error="A case number looks like 26-0042.")
    )
    name = fields.String(validate=validate.Length(min=1, max=200))
    birthDate = fields.String(validate=_PARTIAL_DATE)  # noqa: N815
    bsn = fields.String(validate=validate.Regexp(r"^\d{9}\Z", error="Nine digits."))
    reasonCode = fields.String(required=True, validate=validate.OneOf(REASONS))  # noqa: N815
    reason = fields.String(
        required=True, validate=validate.Length(min=SHORTEST_REASON, max=LONGEST_REASON)
    )

    @validates_schema(skip_on_field_errors=False)
    def somebody(self, data: dict[str, Any], **_: Any) -> None:
        if not sought_of(data).enough:
            raise ValidationError(_TOGETHER, "name")


class NoMembers(Schema):
    """An empty object: the path says it all."""


class ReviewBody(Schema):
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))


class SubjectBody(Schema):
    subject = fields.String(required=True, validate=validate.Length(min=1, max=64))


class GrantAnswer(Schema):
    """`state`: waiting | active | ended. Whether anybody was found is not told."""

    grantId = fields.String(required=True)  # noqa: N815
    state = fields.String(required=True)
    reasonCode = fields.String(required=True)  # noqa: N815
    openedAt = fields.String(required=True)  # noqa: N815
    confirmBefore = fields.String(required=True)  # noqa: N815
    endsAt = fields.String(required=True)  # noqa: N815
    reviewBefore = fields.String(required=True)  # noqa: N815
    endedBecause = fields.String()  # noqa: N815
    outcome = fields.String()


class ListedAnswer(GrantAnswer):
    mine = fields.Boolean(required=True)
    mayConfirm = fields.Boolean(required=True)  # noqa: N815
    openedBy = fields.String(required=True)  # noqa: N815
    whom = fields.String(required=True, metadata={"description": "As it was typed."})
    reason = fields.String(required=True)


class GrantsAnswer(Schema):
    items = fields.List(fields.Nested(ListedAnswer), required=True)


class InForceAnswer(Schema):
    grantId = fields.String(required=True)  # noqa: N815
    endsAt = fields.String(required=True)  # noqa: N815
    entryId = fields.String(required=True)  # noqa: N815
    mentionIds = fields.List(fields.String(), required=True)  # noqa: N815


class AllInForceAnswer(Schema):
    items = fields.List(fields.Nested(InForceAnswer), required=True)


def sought_of(body: dict[str, Any]) -> Sought:
    """Whom a body is about."""
    return Sought(
        body.get("caseNumber") or "", body.get("name") or "", body.get("birthDate") or "",
        body.get("bsn") or "",
    )  # fmt: skip


def emergency_blueprint(office: EmergencyOffice) -> Blueprint:
    """The routes below /v1/emergencies."""
    blueprint = Blueprint("emergencies", __name__, description="Break-glass in acute danger")

    def told(grant: Grant) -> Response:
        return jsonify(grant_json(grant, grant.state_at(office.time.now())))

    @blueprint.post("/v1/emergencies")
    @blueprint.arguments(EmergencyBody, example=EXAMPLE)
    @blueprint.response(201, GrantAnswer)
    @blueprint.alt_response(409, description="Too many requests of yours are open.")
    @access(*IN_DANGER, decision="open_emergency on emergencies")
    def open_emergency(body: dict[str, Any]) -> tuple[Response, int]:
        """Ask for access in acute danger; nothing opens before a second person confirms."""
        demand_json()
        grant = office.open(current_actor(), sought_of(body), body["reasonCode"], body["reason"])
        return told(grant), 201

    @blueprint.post("/v1/emergencies/_search")
    @blueprint.arguments(NoMembers, example={})
    @blueprint.response(200, GrantsAnswer)
    @access(
        *IN_DANGER, Role.PRIVACY_OFFICER,
        decision="open_emergency or review_emergency; confirm_emergency on each",
    )  # fmt: skip
    def search_emergencies(_body: dict[str, Any]) -> Response:
        """Your own requests and those that wait for you; for the privacy officer all that wait
        for review."""
        demand_json()
        return jsonify({"items": [shown_json(one) for one in office.listed(current_actor())]})

    @blueprint.post("/v1/emergencies/<uuid:grant_id>/confirmations")
    @blueprint.arguments(NoMembers, example={})
    @blueprint.response(201, GrantAnswer)
    @blueprint.alt_response(409, description="It is not waiting any more.")
    @access(*IN_DANGER, decision="confirm_emergency on emergencies")
    def confirm_emergency(_body: dict[str, Any], grant_id: object) -> tuple[Response, int]:
        """Confirm a colleague's request as the second person, within 60 minutes."""
        demand_json()
        return told(office.confirm(current_actor(), str(grant_id))), 201

    @blueprint.post("/v1/emergencies/<uuid:grant_id>/endings")
    @blueprint.arguments(NoMembers, example={})
    @blueprint.response(201, GrantAnswer)
    @blueprint.alt_response(409, description="It has ended already.")
    @access(*IN_DANGER, Role.PRIVACY_OFFICER, decision="end_emergency on emergencies")
    def end_emergency(_body: dict[str, Any], grant_id: object) -> tuple[Response, int]:
        """End it now: from the next answer on it opens nothing."""
        demand_json()
        return told(office.end(current_actor(), str(grant_id))), 201

    @blueprint.post("/v1/emergencies/<uuid:grant_id>/reviews")
    @blueprint.arguments(ReviewBody, example={"outcome": "justified"})
    @blueprint.response(201, GrantAnswer)
    @blueprint.alt_response(409, description="It was reviewed already.")
    @access(Role.PRIVACY_OFFICER, decision="review_emergency on emergencies")
    def review_emergency(body: dict[str, Any], grant_id: object) -> tuple[Response, int]:
        """Record the outcome of the review."""
        demand_json()
        return told(office.review(current_actor(), str(grant_id), body["outcome"])), 201

    @blueprint.post("/v1/emergencies/_in-force")
    @blueprint.arguments(SubjectBody, example={"subject": "7b9a2f7e-6d0c-5d1e-8f5e-2b1f6e0c9a11"})
    @blueprint.response(200, AllInForceAnswer)
    @access(Role.SERVICE, decision="none: only signals, to write entries and the time it ends")
    def emergencies_in_force(body: dict[str, Any]) -> Response:
        """What opens something for a person now; for Bundel's own services."""
        demand_json()
        if current_actor().subject != "bundel-signals":
            raise NotFound
        return jsonify(
            {
                "items": [
                    {
                        "grantId": one.grant_id,
                        "endsAt": clock.timestamp(one.ends_at),
                        "entryId": one.entry_id,
                        "mentionIds": list(one.mentions),
                    }
                    for one in office.in_force(body["subject"])
                ]
            }
        )

    return blueprint


def grant_json(grant: Grant, state: str) -> dict[str, Any]:
    """A grant as the interface tells it; members without a value are left out."""
    body = {
        "grantId": grant.id,
        "state": state,
        "reasonCode": grant.reason,
        "openedAt": clock.timestamp(grant.opened_at),
        "confirmBefore": clock.timestamp(grant.confirm_before),
        "endsAt": clock.timestamp(grant.ended_at or grant.ends_at),
        "reviewBefore": clock.timestamp(grant.review_before),
        "endedBecause": grant.ended_why,
        "outcome": grant.outcome,
    }
    return {name: value for name, value in body.items() if value != ""}


def shown_json(shown: Shown) -> dict[str, Any]:
    return {
        **grant_json(shown.grant, shown.state),
        "mine": shown.mine,
        "mayConfirm": shown.may_confirm,
        "openedBy": shown.details.name,
        "whom": shown.details.whom,
        "reason": shown.details.why,
    }
