"""HTTP of handing a case over: propose, read, agree, refuse, withdraw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from services.signals.cases.answers import explained, room
from services.signals.cases.handover import ABSENCES, LONGEST_NOTE, REFUSALS
from services.signals.cases.shape import schema_of
from services.signals.cases.transferring import Shown, TransferService
from shared.authentication import access, current_actor
from shared.vocabulary import Role

BOTH = (Role.COORDINATOR, Role.DESK)
_CONFLICT = "Somebody else changed this case or proposal, or it is not open any more."
PROPOSAL = {
    "subject": "7b9a2f7e-6d0c-5d1e-8f5e-2b1f6e0c9a11",
    "name": "Amal Said",
    "note": "Ilse wil zondag weg. Bel haar alleen op haar werk; Ruben leest haar telefoon.",
}


@dataclass(frozen=True, slots=True)
class TransferView:
    """A proposal. part: what you are in it (giver | taker | desk). waitsFor: whose word is missing
    (giver, taker). state: open | accepted | refused | withdrawn | overtaken."""

    id: str
    case_id: str
    case_number: str
    kind: str
    absence: str
    from_name: str
    to_name: str
    proposed_at: str
    part: str
    state: str
    outcome_reason: str
    waits_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TransferRead:
    """A proposal with its note; null for who may not read that."""

    transfer: TransferView
    note: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Transfers:
    """Open proposals, oldest first."""

    items: tuple[TransferView, ...]


class ProposalBody(Schema):
    subject = fields.String(
        required=True,
        validate=validate.Length(min=1, max=64),
        metadata={"description": "The successor's id in tokens (sub)."},
    )
    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    note = fields.String(
        required=True,
        validate=validate.Length(min=1, max=LONGEST_NOTE),
        metadata={"description": "What the successor must know; kept encrypted."},
    )
    absence = fields.String(
        load_default="",
        validate=validate.OneOf(["", *ABSENCES]),
        metadata={"description": "By the desk: why the coordinator cannot agree (breakthrough)."},
    )


class RefusalBody(Schema):
    reason = fields.String(required=True, validate=validate.OneOf(REFUSALS))


class NothingBody(Schema):
    """An empty object: the path says it all."""


def view_of(shown: Shown) -> TransferView:
    """The proposal as the API and the pages tell it."""
    one = shown.transfer
    missing = [] if one.giver_agreed or one.kind != "handover" else ["giver"]
    missing += [] if one.taker_agreed else ["taker"]
    return TransferView(
        id=one.id,
        case_id=one.case_id,
        case_number=shown.case_number,
        kind=one.kind,
        absence=one.reason,
        from_name=one.from_name,
        to_name=one.to_name,
        proposed_at=one.proposed_at,
        part=shown.part,
        state=one.state,
        outcome_reason=one.outcome_reason,
        waits_for=tuple(missing) if one.state == "open" else (),
    )


def transfer_resources(service: TransferService) -> Blueprint:
    """POST /v1/cases/{id}/transfers; /v1/transfers/_search; /v1/transfers/{id}/_view, agreements,
    refusals, withdrawals."""
    blueprint = room("transfers", "Handing a case over: both agree on the note.")
    answer = schema_of(TransferView)

    @blueprint.post("/v1/cases/<case_id>/transfers")
    @explained(blueprint)
    @blueprint.arguments(ProposalBody, example=PROPOSAL)
    @blueprint.response(201, answer)
    @blueprint.alt_response(409, description=_CONFLICT)
    @access(*BOTH, decision="hand_over on transfer")
    def propose_transfer(body: dict[str, Any], case_id: str) -> TransferView:
        """Propose who takes the case over, with a note."""
        shown = service.propose(
            current_actor(), case_id, (body["subject"], body["name"]), body["note"], body["absence"]
        )
        return view_of(shown)

    @blueprint.post("/v1/transfers/_search")
    @explained(blueprint)
    @blueprint.arguments(NothingBody, example={})
    @blueprint.response(200, schema_of(Transfers))
    @access(*BOTH, decision="list on worklist; hand_over or take_over on each")
    def search_transfers(_body: dict[str, Any]) -> Transfers:
        """Open proposals one has a part in; for the desk those of its cases."""
        return Transfers(tuple(view_of(one) for one in service.listed(current_actor())))

    @blueprint.post("/v1/transfers/<transfer_id>/_view")
    @explained(blueprint)
    @blueprint.arguments(NothingBody, example={})
    @blueprint.response(200, schema_of(TransferRead))
    @access(*BOTH, decision="hand_over or take_over on transfer")
    def view_transfer(_body: dict[str, Any], transfer_id: str) -> TransferRead:
        """Read a proposal and its note; each reading stands in the log."""
        shown = service.read(current_actor(), transfer_id)
        return TransferRead(view_of(shown), shown.note)

    @blueprint.post("/v1/transfers/<transfer_id>/agreements")
    @explained(blueprint)
    @blueprint.arguments(NothingBody, example={})
    @blueprint.response(201, answer)
    @blueprint.alt_response(409, description=_CONFLICT)
    @access(Role.COORDINATOR, decision="hand_over or take_over on transfer")
    def agree_transfer(_body: dict[str, Any], transfer_id: str) -> TransferView:
        """Agree; with the last word that is needed the case changes hands at once."""
        return view_of(service.agree(current_actor(), transfer_id))

    @blueprint.post("/v1/transfers/<transfer_id>/refusals")
    @explained(blueprint)
    @blueprint.arguments(RefusalBody, example={"reason": "no-capacity"})
    @blueprint.response(201, answer)
    @blueprint.alt_response(409, description=_CONFLICT)
    @access(Role.COORDINATOR, decision="hand_over or take_over on transfer")
    def refuse_transfer(body: dict[str, Any], transfer_id: str) -> TransferView:
        """Do not agree, with a reason: the coordinator stays."""
        return view_of(service.refuse(current_actor(), transfer_id, body["reason"]))

    @blueprint.post("/v1/transfers/<transfer_id>/withdrawals")
    @explained(blueprint)
    @blueprint.arguments(NothingBody, example={})
    @blueprint.response(201, answer)
    @blueprint.alt_response(409, description=_CONFLICT)
    @access(*BOTH, decision="hand_over on transfer")
    def withdraw_transfer(_body: dict[str, Any], transfer_id: str) -> TransferView:
        """Take a proposal back."""
        return view_of(service.withdraw(current_actor(), transfer_id))

    return blueprint
