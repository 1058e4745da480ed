"""HTTP of the decision interface: AuthZEN 1.0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Response, jsonify, request
from flask_smorest import Blueprint
from marshmallow import INCLUDE, Schema, fields

from services.consent.decisions.examples import EVALUATION, EVALUATIONS
from services.consent.decisions.judge import Answer
from services.consent.decisions.questions import read_boxcar
from services.consent.decisions.service import DecisionService, Recorded
from services.consent.policy.rules import Rule
from shared.authentication import access, current_actor, public
from shared.problems import Fault, InvalidInput
from shared.requests import demand_json
from shared.settings import Settings
from shared.vocabulary import Role

# Every role may ask; whether the answer is yes is for the rules. Sources are asked for by services.
ASKERS = (
    Role.COORDINATOR, Role.DESK, Role.CONSENT_OFFICER, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR,
    Role.SERVICE,
)  # fmt: skip
SEMANTICS = ("execute_all", "deny_on_first_deny", "permit_on_first_permit")


class _Open(Schema):
    class Meta:
        unknown = INCLUDE


class EvaluationSchema(_Open):
    """AuthZEN 1.0 section 6. subject.type is "actor"; action.properties.purpose is required."""

    subject = fields.Dict(required=True)
    action = fields.Dict(required=True)
    resource = fields.Dict(required=True)
    context = fields.Dict()


class EvaluationsSchema(_Open):
    """AuthZEN 1.0 section 7: members at the top are defaults for each evaluation.

    `clusters` is an addition: mention ids under a name, which a subject of a resource may give as
    `cluster` in place of `mentions`.
    """

    subject = fields.Dict()
    action = fields.Dict()
    resource = fields.Dict()
    context = fields.Dict()
    clusters = fields.Dict()
    evaluations = fields.List(fields.Dict(), load_default=list)
    options = fields.Dict(load_default=dict)


class DecisionSchema(Schema):
    decision = fields.Boolean(required=True)
    context = fields.Dict(
        metadata={
            "description": "decisionId, reliedGround, visibleFields, obligations, whyNot,"
            " policyVersion, revision"
        }
    )


class DecisionsSchema(Schema):
    """To a request without evaluations: decision and context, as to one evaluation (section 7)."""

    evaluations = fields.List(fields.Nested(DecisionSchema))
    decision = fields.Boolean()
    context = fields.Dict()


def decision_blueprint(service: DecisionService, settings: Settings) -> Blueprint:
    """The routes below /access/v1 and the AuthZEN configuration document."""
    blueprint = Blueprint("decisions", __name__, description="Decisions (AuthZEN 1.0)")

    @blueprint.post("/access/v1/evaluation")
    @blueprint.arguments(EvaluationSchema, example=EVALUATION)
    @blueprint.response(200, DecisionSchema)
    @blueprint.alt_response(400, description="The request has faults")
    @access(*ASKERS, decision="this is the decision")
    def evaluation(body: dict[str, Any]) -> Response:
        """May this actor do this with this resource?"""
        demand_json()
        recorded = service.evaluate(current_actor(), read_boxcar({**body, "evaluations": []}))
        return _answered(answer_json(recorded, recorded.answers[0]))

    @blueprint.post("/access/v1/evaluations")
    @blueprint.arguments(EvaluationsSchema, example=EVALUATIONS)
    @blueprint.response(200, DecisionsSchema)
    @blueprint.alt_response(400, description="The request has faults")
    @access(*ASKERS, decision="these are the decisions")
    def evaluations(body: dict[str, Any]) -> Response:
        """Many questions in one request."""
        demand_json()
        semantics = body["options"].get("evaluations_semantic", SEMANTICS[0])
        if semantics not in SEMANTICS:
            raise InvalidInput(
                f"Choose one of {', '.join(SEMANTICS)}.",
                faults=[Fault("/options/evaluations_semantic", "code", "Unknown semantics.")],
            )
        recorded = service.evaluate(current_actor(), read_boxcar(body))
        answers = [answer_json(recorded, answer) for answer in _cut(recorded, semantics)]
        if not body["evaluations"]:
            return _answered(answers[0])  # section 7: without evaluations it is one evaluation
        return _answered({"evaluations": answers})

    @blueprint.get("/.well-known/authzen-configuration")
    @blueprint.response(200)
    @public("where the decision interface is; AuthZEN 1.0 section 9")
    def authzen_configuration() -> Response:
        """Where the decision interface is."""
        base = f"{settings.base_url}/consent"
        return jsonify(
            {
                "policy_decision_point": base,
                "access_evaluation_endpoint": f"{base}/access/v1/evaluation",
                "access_evaluations_endpoint": f"{base}/access/v1/evaluations",
            }
        )

    return blueprint


def _cut(recorded: Recorded, semantics: str) -> list[Answer]:
    """AuthZEN 1.0 section 7.1.2: stop after the first deny or permit when that was asked."""
    if semantics == SEMANTICS[0]:
        return list(recorded.answers)
    stop_at = semantics == SEMANTICS[2]
    kept: list[Answer] = []
    for answer in recorded.answers:
        kept.append(answer)
        if answer.permitted is stop_at:
            break
    return kept


def answer_json(recorded: Recorded, answer: Answer) -> dict[str, Any]:
    """One decision as the interface tells it."""
    ground = answer.ground
    return {
        "decision": answer.permitted,
        "context": {
            "decisionId": recorded.decision_id,
            "reliedGround": _ground(ground) if ground else None,
            "visibleFields": sorted(answer.visible_fields),
            "obligations": list(ground.obligations) if ground else [],
            "whyNot": _mask(answer.mask) if answer.mask else None,
            "policyVersion": recorded.policy_version,
            "revision": recorded.revision,
        },
    }


def _ground(rule: Rule) -> dict[str, str]:
    return {
        "ruleId": rule.id,
        "article": rule.article,
        "summary": rule.summary,
        "summaryEn": rule.summary_en,
    }


def _mask(rule: Rule) -> dict[str, str]:
    return {
        "ruleId": rule.id,
        "article": rule.article,
        "summary": rule.why,
        "summaryEn": rule.why_en,
        "liftedBy": rule.lifted_by,
        "liftedByEn": rule.lifted_by_en,
    }


def _answered(body: Mapping[str, Any]) -> Response:
    response = Response(msgspec.json.encode(body), mimetype="application/json")
    request_id = request.headers.get("X-Request-ID", "")
    if request_id and len(request_id) <= 200 and request_id.isprintable():
        response.headers["X-Request-ID"] = request_id  # AuthZEN 1.0 section 10.1.3
    return response
