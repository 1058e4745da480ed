"""The desk's HTTP operations on cases and links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from services.signals.cases.answers import explained, room
from services.signals.cases.model import COORDINATOR, DEPUTY, CaseRecord
from services.signals.cases.service import CaseService
from services.signals.cases.shape import schema_of
from shared.authentication import access, current_actor
from shared.vocabulary import Role

# The reason stands in the log, where free text has no place (I9).
CLOSING_REASONS = ("", "safe", "handed-over", "merged", "moved", "no-ground", "duplicate")
_PERSON_ID = validate.Regexp(
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z", error="The person's id in tokens."
)


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """A case as the desk's operations answer it."""

    id: str
    number: str
    household_id: str
    region: str
    legal_context: str
    state: str
    coordinator_name: str
    deputy_names: tuple[str, ...]
    named_actors: tuple[str, ...]


class AssignmentBody(Schema):
    subject = fields.String(
        required=True,
        validate=validate.Regexp(
            r"[A-Za-z0-9._:@-]{1,64}\Z", error="The person's id in tokens, without spaces."
        ),
        metadata={"description": "The person's id in tokens (sub)."},
    )
    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    kind = fields.String(load_default=COORDINATOR, validate=validate.OneOf([COORDINATOR, DEPUTY]))
    until = fields.Date(
        load_default=None, metadata={"description": "A deputy's last day; without it: no end."}
    )


class PurposeTestBody(Schema):
    met = fields.Boolean(
        load_default=True,
        metadata={"description": "Whether the public participants found the purpose met."},
    )


class EmptyBody(Schema):
    pass


class ClosureBody(Schema):
    reason = fields.String(load_default="", validate=validate.OneOf(CLOSING_REASONS))


class NamedActorsBody(Schema):
    add = fields.List(
        fields.String(validate=_PERSON_ID), load_default=list, validate=validate.Length(max=50)
    )
    remove = fields.List(
        fields.String(validate=_PERSON_ID), load_default=list, validate=validate.Length(max=50)
    )


class GroundChangesBody(Schema):
    mention_ids = fields.List(
        fields.String(validate=validate.Length(equal=36)),
        data_key="mentionIds",
        required=True,
        validate=validate.Length(max=10_000),
    )


@dataclass(frozen=True, slots=True)
class Queued:
    """How many signals wait to be linked anew."""

    count: int


def case_status(case: CaseRecord) -> CaseStatus:
    coordinator = case.coordinator
    return CaseStatus(
        id=case.id,
        number=case.number,
        household_id=case.household_id,
        region=case.region,
        legal_context=str(case.legal_context),
        state=case.state,
        coordinator_name=coordinator.name if coordinator else "",
        deputy_names=tuple(deputy.name for deputy in case.deputies),
        named_actors=case.named_actors,
    )


def case_resources(service: CaseService) -> Blueprint:
    """POST /v1/cases/{id}/assignments, purpose-tests, collections, closures, named-actors."""
    blueprint = room("cases", "What the desk does with cases: assign, test, collect, close.")
    answer = schema_of(CaseStatus)

    @blueprint.post("/v1/cases/<case_id>/assignments")
    @explained(blueprint)
    @blueprint.arguments(AssignmentBody)
    @blueprint.response(201, answer)
    @access(Role.DESK, decision="assign on case")
    def assign_case(body: dict[str, Any], case_id: str) -> CaseStatus:
        """Assign the one coordinator of a case, or a deputy."""
        case = service.assign(
            current_actor(), case_id, body["subject"], body["name"], body["kind"], body["until"]
        )
        return case_status(case)

    @blueprint.post("/v1/cases/<case_id>/purpose-tests")
    @explained(blueprint)
    @blueprint.arguments(PurposeTestBody)
    @blueprint.response(201, answer)
    @access(Role.DESK, decision="assign on case")
    def test_purpose(body: dict[str, Any], case_id: str) -> CaseStatus:
        """Record the purpose test of the public participants (WGS 2.31)."""
        return case_status(service.test_purpose(current_actor(), case_id, met=body["met"]))

    @blueprint.post("/v1/cases/<case_id>/collections")
    @explained(blueprint)
    @blueprint.arguments(EmptyBody)
    @blueprint.response(201, answer)
    @access(Role.DESK, decision="assign on case")
    def begin_collecting(_body: dict[str, Any], case_id: str) -> CaseStatus:
        """Begin to collect data after the purpose test (WGS 2.31)."""
        return case_status(service.begin_collecting(current_actor(), case_id))

    @blueprint.post("/v1/cases/<case_id>/closures")
    @explained(blueprint)
    @blueprint.arguments(ClosureBody)
    @blueprint.response(201, answer)
    @access(Role.DESK, decision="assign on case")
    def close_case(body: dict[str, Any], case_id: str) -> CaseStatus:
        """Close a case; a new signal opens it again."""
        return case_status(service.close(current_actor(), case_id, body["reason"]))

    @blueprint.post("/v1/cases/<case_id>/named-actors")
    @explained(blueprint)
    @blueprint.arguments(NamedActorsBody)
    @blueprint.response(201, answer)
    @access(Role.DESK, decision="assign on case")
    def name_actors(body: dict[str, Any], case_id: str) -> CaseStatus:
        """Change who is named for the closed compartment of the household."""
        case = service.name_actors(current_actor(), case_id, body["add"], body["remove"])
        return case_status(case)

    return blueprint


def ground_resources(relink: Callable[[list[str]], int]) -> Blueprint:
    """POST /v1/ground-changes: consent tells that a ground of these mentions changed."""
    blueprint = room("grounds", "Changes of grounds: what was kept apart is asked again.")

    @blueprint.post("/v1/ground-changes")
    @explained(blueprint)
    @blueprint.arguments(GroundChangesBody)
    @blueprint.response(202, schema_of(Queued))
    @access(Role.SERVICE, decision="Bundel's own services only: shows nothing, asks consent again")
    def ground_changed(body: dict[str, Any]) -> Queued:
        """Ask again whether the signals of these mentions may be bundled."""
        return Queued(relink(body["mention_ids"]))

    return blueprint
