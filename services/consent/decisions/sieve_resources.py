"""HTTP of the filter extension: filters and decisions in one call, for Bundel's own signals
service. A filter lists the mentions that consents hang on: pages and people never get one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from flask import Response, current_app, request
from flask_smorest import Blueprint
from marshmallow import INCLUDE, Schema, fields, validate

from services.consent.decisions.examples import FILTER, FILTERS
from services.consent.decisions.questions import (
    BadQuestion,
    read_action,
    read_asker,
    read_boxcar,
    read_clusters,
)
from services.consent.decisions.resources import (
    ASKERS,
    DecisionSchema,
    answer_json,
)
from services.consent.decisions.service import (
    DecisionService,
    RecordedFilter,
    RecordedSieve,
)
from services.consent.decisions.sieving import Sieve
from shared.authentication import access, current_actor
from shared.http import Wiring
from shared.problems import Fault, InvalidInput, NotAuthenticated, NotFound
from shared.requests import demand_json

# Which software may have filters: the one that keeps the records they are for.
CLIENTS = frozenset({"bundel-signals"})
ACTIONS = ("know", "view")
MOST_QUESTIONS = 500
T = TypeVar("T")


class FilterSchema(Schema):
    """What an actor may do with any record of a type."""

    class Meta:
        unknown = INCLUDE

    subject = fields.Dict(required=True)
    action = fields.Dict(required=True)
    resource = fields.Dict()
    context = fields.Dict()


class _MembersSchema(Schema):
    anyOf = fields.List(fields.Dict(), required=True)  # noqa: N815 - the interface's names
    noneOf = fields.List(fields.Dict(), required=True)  # noqa: N815
    demands = fields.List(fields.Dict(), required=True)
    reporter = fields.Dict()


class FilterAnswerSchema(_MembersSchema):
    policyVersion = fields.String(required=True)  # noqa: N815
    revision = fields.Integer(required=True, validate=validate.Range(min=0))
    decisionId = fields.String(required=True)  # noqa: N815


class FiltersSchema(Schema):
    """One actor and purpose. `clusters`: mentions of the persons at hand, under a name; the filters
    then list no others. Left out, they list every mention of the region. `evaluations`: questions
    as in AuthZEN 1.0 section 7."""

    subject = fields.Dict(required=True)
    purpose = fields.String(required=True)
    filters = fields.List(fields.String(validate=validate.OneOf(ACTIONS)), required=True)
    clusters = fields.Dict()
    evaluations = fields.List(
        fields.Dict(), load_default=list, validate=validate.Length(max=MOST_QUESTIONS)
    )
    context = fields.Dict()


class FiltersAnswerSchema(Schema):
    evaluations = fields.List(fields.Nested(DecisionSchema), required=True)
    filters = fields.Dict(keys=fields.String(), values=fields.Nested(_MembersSchema), required=True)
    policyVersion = fields.String(required=True)  # noqa: N815
    revision = fields.Integer(required=True, validate=validate.Range(min=0))
    decisionId = fields.String(required=True)  # noqa: N815


def sieve_blueprint(service: DecisionService) -> Blueprint:
    """POST /access/v1/filter and /access/v1/filters."""
    blueprint = Blueprint("sieve", __name__, description="Filters (an extension of AuthZEN 1.0)")

    @blueprint.post("/access/v1/filter")
    @blueprint.arguments(FilterSchema, example=FILTER)
    @blueprint.response(200, FilterAnswerSchema)
    @blueprint.alt_response(400, description="The request has faults")
    @access(*ASKERS, decision="the decision over every record at once")
    def filter_extension(body: dict[str, Any]) -> Response:
        """What an actor may do with any record, as a filter."""
        demand_json()
        demand_own_service()
        asker = _read(read_asker, body["subject"])
        action, purpose = _read(read_action, body["action"])
        recorded = service.filter(current_actor(), asker, action, purpose)
        return _told({**recorded.members, **_named(recorded)})

    @blueprint.post("/access/v1/filters")
    @blueprint.arguments(FiltersSchema, example=FILTERS)
    @blueprint.response(200, FiltersAnswerSchema)
    @blueprint.alt_response(400, description="The request has faults")
    @access(*ASKERS, decision="the decision over every record at once")
    def filters_extension(body: dict[str, Any]) -> Response:
        """What an actor may know and view, as filters, with decisions of the same moment."""
        demand_json()
        demand_own_service()
        asker = _read(read_asker, body["subject"])
        clusters = body.get("clusters")
        recorded = service.sift(
            current_actor(),
            Sieve(
                asker=asker,
                purpose=body["purpose"],
                actions=tuple(dict.fromkeys(body["filters"])),
                clusters=read_clusters(clusters) if clusters is not None else None,
                questions=tuple(_questions(body)),
            ),
        )
        return _told(
            {
                "evaluations": [answer_json(recorded, answer) for answer in recorded.answers],
                "filters": recorded.filters,
                **_named(recorded),
            }
        )

    return blueprint


def demand_own_service() -> None:
    """Only tokens of CLIENTS get a filter, exchanged for a person or their own.

    Raises NotAuthenticated for a page's session, NotFound, with an entry, for other tokens.
    """
    actor = current_actor()
    if request.authorization is None:
        raise NotAuthenticated("A filter is for services: send an access token.")
    if actor.client not in CLIENTS:
        wiring: Wiring = current_app.extensions["bundel"]
        wiring.record_denial(actor, request.endpoint or "")
        raise NotFound


def _read(reader: Callable[[Any], T], told: Any) -> T:
    try:
        return reader(told)
    except BadQuestion as error:
        raise InvalidInput(
            "Send subject and action as in an evaluation.",
            faults=[Fault(f"/{error}", "incomplete", "This part cannot be read.")],
        ) from error


def _named(recorded: RecordedFilter | RecordedSieve) -> dict[str, Any]:
    return {
        "policyVersion": recorded.policy_version,
        "revision": recorded.revision,
        "decisionId": recorded.decision_id,
    }


def _questions(body: Mapping[str, Any]) -> list[Any]:
    if not body["evaluations"]:
        return []
    return read_boxcar(
        {name: body[name] for name in ("subject", "clusters", "evaluations") if name in body}
    )


def _told(body: Mapping[str, Any]) -> Response:
    return Response(msgspec.json.encode(body), mimetype="application/json")
