"""HTTP of consents and restrictions, of the revision and of the rules in force."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.consent.consents.model import Consent, Evidence, Reason
from services.consent.decisions.service import DecisionService
from services.consent.office import schemas
from services.consent.office.reading import read_terms
from services.consent.office.recording import ConsentOffice
from services.consent.policy.overview import rules_in_force
from shared import clock
from shared.authentication import access, current_actor, public
from shared.problems import NotFound
from shared.requests import demand_json
from shared.vocabulary import Role

_MENTION = "7a5d1f3e-64c5-4f0e-9c0d-0b6f6b0f8f01"
EXAMPLE = {
    "mentionId": _MENTION,
    "purpose": "case_coordination",
    "recipientLegalContext": "zvh_wgs",
    "categories": ["care", "health"],
    "givenBy": "self",
    "ageBand": "from16",
    "evidence": "signed_form",
}
_FAULTY = {"description": "The request has faults"}
_ABSENT = {"description": "There is nothing here that you may see"}


def consent_blueprint(office: ConsentOffice, decisions: DecisionService) -> Blueprint:
    """The routes below /v1."""
    blueprint = Blueprint("consents", __name__, description="Consents and restrictions")

    @blueprint.post("/v1/consents")
    @blueprint.arguments(schemas.ConsentBody, example=EXAMPLE)
    @blueprint.response(201, schemas.ConsentAnswer)
    @blueprint.alt_response(400, **_FAULTY)
    @access(Role.CONSENT_OFFICER, decision="record_consent on consents")
    def record_consent(body: dict[str, Any]) -> tuple[Response, int]:
        """Record a consent."""
        demand_json()
        actor = current_actor()
        terms = read_terms({**body, "mentionId": str(body["mentionId"])}, actor.region)
        return jsonify(consent_json(office.record(actor, terms))), 201

    @blueprint.post("/v1/consents/<uuid:consent_id>/withdrawals")
    @blueprint.arguments(schemas.WithdrawalBody, example={"reasonCode": "withdrawn_by_person"})
    @blueprint.response(201, schemas.ConsentAnswer)
    @blueprint.alt_response(400, **_FAULTY)
    @blueprint.alt_response(404, **_ABSENT)
    @access(Role.CONSENT_OFFICER, decision="record_consent on consents")
    def withdraw_consent(body: dict[str, Any], consent_id: object) -> tuple[Response, int]:
        """Withdraw a consent, at once."""
        demand_json()
        reason = Reason(body["reasonCode"])
        consent = office.withdraw(current_actor(), str(consent_id), reason)
        return jsonify(consent_json(consent)), 201

    @blueprint.post("/v1/consents/<uuid:consent_id>/renewals")
    @blueprint.arguments(
        schemas.RenewalBody, example={"validUntil": "2027-12-31", "evidence": "signed_form"}
    )
    @blueprint.response(201, schemas.ConsentAnswer)
    @blueprint.alt_response(400, **_FAULTY)
    @blueprint.alt_response(404, **_ABSENT)
    @access(Role.CONSENT_OFFICER, decision="record_consent on consents")
    def renew_consent(body: dict[str, Any], consent_id: object) -> tuple[Response, int]:
        """Renew a consent with new evidence."""
        demand_json()
        consent = office.renew(
            current_actor(), str(consent_id), body["validUntil"], Evidence(body["evidence"])
        )
        return jsonify(consent_json(consent)), 201

    @blueprint.post("/v1/consents/<uuid:consent_id>/confirmations")
    @blueprint.arguments(schemas.NothingBody, example={})
    @blueprint.response(201, schemas.ConsentAnswer)
    @blueprint.alt_response(400, **_FAULTY)
    @blueprint.alt_response(404, **_ABSENT)
    @access(Role.CONSENT_OFFICER, decision="record_consent on consents")
    def confirm_consent(_body: dict[str, Any], consent_id: object) -> tuple[Response, int]:
        """Confirm a consent that was in doubt."""
        demand_json()
        return jsonify(consent_json(office.confirm(current_actor(), str(consent_id)))), 201

    @blueprint.post("/v1/consents/_search")
    @blueprint.arguments(schemas.SearchBody, example={"mentionIds": [_MENTION]})
    @blueprint.response(200, schemas.ConsentsAnswer)
    @blueprint.alt_response(400, **_FAULTY)
    @access(Role.CONSENT_OFFICER, decision="read_consent on consents")
    def search_consents(body: dict[str, Any]) -> Response:
        """Find consents by the mentions they hang on."""
        demand_json()
        named = body.get("mentionIds")
        mentions = [str(mention) for mention in named] if named is not None else None
        found = office.search(current_actor(), mentions)
        return jsonify({"count": len(found), "items": [consent_json(one) for one in found]})

    @blueprint.post("/v1/consents/_doubt")
    @blueprint.arguments(schemas.MentionsBody, example={"mentionIds": [_MENTION]})
    @blueprint.response(200, schemas.DoubtAnswer)
    @blueprint.alt_response(400, **_FAULTY)
    @access(Role.SERVICE, decision="none: only signals calls it, and it only closes")
    def doubt_consents(body: dict[str, Any]) -> Response:
        """Put consents in doubt after a split."""
        demand_json()
        actor = current_actor()
        if actor.subject != "bundel-signals":
            raise NotFound
        return jsonify({"count": office.doubt(actor, [str(m) for m in body["mentionIds"]])})

    @blueprint.get("/v1/revision")
    @blueprint.response(200, schemas.RevisionAnswer)
    @access(
        Role.SERVICE, Role.CONSENT_OFFICER, Role.ADMINISTRATOR,
        decision="none: a counter and a version, nothing about anybody",
    )  # fmt: skip
    def revision() -> Response:
        """The revision of the facts and the version of the policy."""
        return jsonify(
            {"revision": decisions.revision(), "policyVersion": decisions.policy_version}
        )

    @blueprint.get("/v1/rules")
    @blueprint.response(200, schemas.RulesAnswer)
    @public("the rules in force are law and public; they name nobody")
    def rules() -> Response:
        """The rules in force, in words."""
        return jsonify(
            {
                "policyVersion": decisions.policy_version,
                "items": [line.to_json() for line in rules_in_force(decisions.engine.bundle)],
            }
        )

    return blueprint


def consent_json(consent: Consent) -> dict[str, Any]:
    """A consent as the interface tells it; members without a value are left out."""
    terms = consent.terms
    body: dict[str, Any] = {
        "consentId": consent.consent_id,
        "state": consent.state_on(clock.today()),
        "mentionId": terms.mention_id,
        "purpose": terms.purpose,
        "recipientLegalContext": terms.recipient_context,
        "recipientOrganisation": terms.recipient_organisation,
        "categories": sorted(terms.categories),
        "givenBy": terms.given_by.value,
        "incapable": terms.incapable,
        "ageBand": terms.band,
        "reasonCode": terms.reason.value,
        "evidence": terms.evidence.value,
        "recordedAt": consent.recorded_at,
        "validFrom": terms.valid_from.isoformat(),
        "validUntil": terms.valid_until.isoformat(),
        "withdrawnAt": consent.withdrawn_at,
        "revision": consent.revision,
    }
    return {name: value for name, value in body.items() if value != ""}
