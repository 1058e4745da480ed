"""The desk's HTTP operations on doubted pairs, links and persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from services.signals.cases.answers import explained, room
from services.signals.cases.shape import schema_of
from services.signals.desk.case_persons import CasePeople
from services.signals.desk.doubting import Doubting
from services.signals.desk.judging import Judging
from services.signals.desk.later import REASONS
from services.signals.desk.model import CasePersons, Foreseen, Judged, Pair, Queue
from services.signals.desk.narratives import Narratives
from services.signals.desk.quarantine import Quarantine
from services.signals.desk.queue import DeskService
from services.signals.desk.staff import Staff
from services.signals.desk.undoing import Undoing
from services.signals.desk.viewers import Viewers
from shared.authentication import access, current_actor
from shared.vocabulary import Role

_PERSON = "0b7c1e5a-3f52-4a61-9a0e-6f1d2c3b4a5e"
ON_LINK = "assign on a case of the household; know as filter"
ON_PERSONS = "assign on a case of each person; know as filter"


@dataclass(frozen=True, slots=True)
class DeskDoors:
    """The services behind the desk's operations and pages."""

    queue: DeskService
    judging: Judging
    people: CasePeople
    undoing: Undoing
    viewers: Viewers
    staff: Staff
    quarantine: Quarantine
    narratives: Narratives
    doubting: Doubting


class DeskNothing(Schema):
    pass


class SameBody(Schema):
    same = fields.Boolean(
        required=True, metadata={"description": "True: one person. False: two, for good."}
    )


class PostponementBody(Schema):
    until = fields.Date(required=True, metadata={"description": "The day it comes back."})
    reason = fields.String(required=True, validate=validate.OneOf(REASONS))


class TargetBody(Schema):
    person_id = fields.String(
        data_key="personId",
        load_default=None,
        allow_none=True,
        validate=validate.Length(equal=36),
        metadata={"description": "To whom the mention goes; without: to a person of its own."},
    )


class OtherPersonBody(Schema):
    person_id = fields.String(
        data_key="personId",
        required=True,
        validate=validate.Length(equal=36),
        metadata={"description": "Who becomes one with the person in the address."},
    )


class ReversalBody(Schema):
    for_good = fields.Boolean(
        data_key="forGood",
        load_default=False,
        metadata={"description": "True: they are two people, kept apart for ever."},
    )


def desk_resources(doors: DeskDoors) -> Blueprint:
    """POST /v1/cases/_queue, /v1/cases/{id}/persons/_view, and below /v1/candidates, /v1/links,
    /v1/persons, /v1/merges what a desk decides; each with `_foresee`, which changes nothing."""
    blueprint = room("judging", "Who is who: judge, confirm, put off, and undo.")

    @blueprint.post("/v1/cases/_queue")
    @explained(blueprint)
    @blueprint.arguments(DeskNothing, example={})
    @blueprint.response(200, schema_of(Queue))
    @access(Role.DESK, decision="list on worklist; assign on case; know as filter")
    def view_queue(_body: dict[str, Any]) -> Queue:
        """The desk's open cases and what waits for a human, the most urgent first."""
        return doors.queue.queue(current_actor())

    @blueprint.post("/v1/cases/<case_id>/persons/_view")
    @explained(blueprint)
    @blueprint.arguments(DeskNothing, example={})
    @blueprint.response(200, schema_of(CasePersons))
    @access(Role.DESK, decision="assign on case; know as filter")
    def view_persons(_body: dict[str, Any], case_id: str) -> CasePersons:
        """The persons of a case with each mention that makes them up, and merges to take back."""
        return doors.people.persons(current_actor(), case_id)

    _add_candidates(blueprint, doors.judging)
    _add_links(blueprint, doors)
    _add_persons(blueprint, doors.undoing)
    return blueprint


def _add_candidates(blueprint: Blueprint, judging: Judging) -> None:
    @blueprint.post("/v1/candidates/<candidate_id>/_view")
    @explained(blueprint)
    @blueprint.arguments(DeskNothing, example={})
    @blueprint.response(200, schema_of(Pair))
    @access(Role.DESK, decision=ON_LINK)
    def view_pair(_body: dict[str, Any], candidate_id: str) -> Pair:
        """Two records side by side, with what was seen of each field: words, never one number."""
        return judging.open(current_actor(), candidate_id)

    @blueprint.post("/v1/candidates/<candidate_id>/_foresee")
    @explained(blueprint)
    @blueprint.arguments(SameBody, example={"same": True})
    @blueprint.response(200, schema_of(Foreseen))
    @access(Role.DESK, decision=ON_LINK)
    def foresee_decision(body: dict[str, Any], candidate_id: str) -> Foreseen:
        """What a decision would bring about: which cases join, who sees more. Changes nothing."""
        return judging.foresee(current_actor(), candidate_id, same=body["same"])

    @blueprint.post("/v1/candidates/<candidate_id>/decisions")
    @explained(blueprint)
    @blueprint.arguments(SameBody, example={"same": False})
    @blueprint.response(201, schema_of(Judged))
    @blueprint.alt_response(409, description="Two BSNs, or two that somebody parted.")
    @access(Role.DESK, decision=ON_LINK)
    def decide_candidate(body: dict[str, Any], candidate_id: str) -> Judged:
        """Say whether a proposed match is one person, or two for ever."""
        return judging.decide(current_actor(), candidate_id, same=body["same"])

    @blueprint.post("/v1/candidates/<candidate_id>/postponements")
    @explained(blueprint)
    @blueprint.arguments(
        PostponementBody, example={"until": "2026-11-30", "reason": "asked-source"}
    )
    @blueprint.response(201, schema_of(Judged))
    @access(Role.DESK, decision=ON_LINK)
    def postpone(body: dict[str, Any], candidate_id: str) -> Judged:
        """Later: the doubt stays, goes down with this reason, and comes back on that day."""
        until: date = body["until"]
        return judging.postpone(current_actor(), candidate_id, until, body["reason"])


def _add_links(blueprint: Blueprint, doors: DeskDoors) -> None:
    @blueprint.post("/v1/links/<link_id>/confirmations")
    @explained(blueprint)
    @blueprint.arguments(DeskNothing, example={})
    @blueprint.response(201, schema_of(Judged))
    @access(Role.DESK, decision=ON_LINK)
    def confirm_link(_body: dict[str, Any], link_id: str) -> Judged:
        """Confirm that a link is right (WGS 1.9.2)."""
        return doors.judging.confirm(current_actor(), link_id)

    @blueprint.post("/v1/links/<link_id>/_foresee")
    @explained(blueprint)
    @blueprint.arguments(TargetBody, example={"personId": None})
    @blueprint.response(200, schema_of(Foreseen))
    @access(Role.DESK, decision=ON_LINK)
    def foresee_split(body: dict[str, Any], link_id: str) -> Foreseen:
        """What a split would bring about. Changes nothing."""
        return doors.undoing.foresee_split(current_actor(), link_id, body["person_id"])

    @blueprint.post("/v1/links/<link_id>/splits")
    @explained(blueprint)
    @blueprint.arguments(TargetBody, example={"personId": None})
    @blueprint.response(201, schema_of(Judged))
    @blueprint.alt_response(409, description="Two BSNs, two that somebody parted, or alone.")
    @access(Role.DESK, decision=ON_LINK)
    def split_link(body: dict[str, Any], link_id: str) -> Judged:
        """The link is wrong: the mention goes to another person or to its own, for good."""
        return doors.undoing.split(current_actor(), link_id, body["person_id"])


def _add_persons(blueprint: Blueprint, undoing: Undoing) -> None:
    @blueprint.post("/v1/persons/<person_id>/_foresee")
    @explained(blueprint)
    @blueprint.arguments(OtherPersonBody, example={"personId": _PERSON})
    @blueprint.response(200, schema_of(Foreseen))
    @access(Role.DESK, decision=ON_PERSONS)
    def foresee_merge(body: dict[str, Any], person_id: str) -> Foreseen:
        """What a merge would bring about. Changes nothing."""
        return undoing.foresee_merge(current_actor(), person_id, body["person_id"])

    @blueprint.post("/v1/persons/<person_id>/merges")
    @explained(blueprint)
    @blueprint.arguments(OtherPersonBody, example={"personId": _PERSON})
    @blueprint.response(201, schema_of(Judged))
    @blueprint.alt_response(409, description="Two BSNs, or two that somebody parted.")
    @access(Role.DESK, decision=ON_PERSONS)
    def merge_persons(body: dict[str, Any], person_id: str) -> Judged:
        """Two persons are one human."""
        return undoing.merge(current_actor(), person_id, body["person_id"])

    @blueprint.post("/v1/merges/<merge_id>/_foresee")
    @explained(blueprint)
    @blueprint.arguments(ReversalBody, example={"forGood": False})
    @blueprint.response(200, schema_of(Foreseen))
    @access(Role.DESK, decision=ON_LINK)
    def foresee_reversal(body: dict[str, Any], merge_id: str) -> Foreseen:
        """What taking a merge back would bring about. Changes nothing."""
        return undoing.foresee_unmerge(current_actor(), merge_id, for_good=body["for_good"])

    @blueprint.post("/v1/merges/<merge_id>/reversals")
    @explained(blueprint)
    @blueprint.arguments(ReversalBody, example={"forGood": True})
    @blueprint.response(201, schema_of(Judged))
    @blueprint.alt_response(409, description="The person was merged again since.")
    @access(Role.DESK, decision=ON_LINK)
    def reverse_merge(body: dict[str, Any], merge_id: str) -> Judged:
        """Take a merge back: all is as it was before."""
        return undoing.unmerge(current_actor(), merge_id, for_good=body["for_good"])
