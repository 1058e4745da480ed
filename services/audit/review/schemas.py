"""The form of searches and of entries as they are shown to the privacy officer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from services.audit.entries.projection import moment
from services.audit.entries.schemas import ActorSchema, ProofSchema, code
from services.audit.review.query import EntryQuery


def _is_time(text: str) -> None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValidationError("Write a moment with its offset (RFC 3339).") from error
    if found.tzinfo is None:
        raise ValidationError("Write a moment with its offset (RFC 3339).")


class SearchSchema(Schema):
    """All members may be left out; those given must all fit."""

    person_ids = fields.List(
        fields.String(validate=validate.Length(1, 200)),
        data_key="personIds",
        load_default=None,
        validate=validate.Length(min=1, max=100),
        metadata={"description": "Pseudonyms of the person concerned, as signals knows them."},
    )
    actor = code("Id of the user or client.")
    agency = code("Agency of the user.")
    organisation = code("Organisation of the user.")
    purpose = code("Purpose of the access.")
    event = code("What happened, such as household.opened.")
    decision = fields.String(load_default="", validate=validate.OneOf(["", "permit", "deny"]))
    household_id = code("Id of the household.", data_key="householdId")
    case_id = code("Id of the case.", data_key="caseId")
    since = fields.String(data_key="from", load_default="", validate=_is_time)
    until = fields.String(data_key="to", load_default="", validate=_is_time)
    page = fields.Integer(load_default=1, strict=True, validate=validate.Range(min=1, max=100_000))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> EntryQuery:
        persons = data.pop("person_ids")
        for name in ("since", "until"):
            data[name] = moment(data[name]) if data[name] else ""
        return EntryQuery(subjects=None if persons is None else tuple(persons), **data)


class EntryViewSchema(Schema):
    """An entry as its leaf has it; members that the leaf lacks are left out."""

    entry_id = fields.String(data_key="entryId", attribute="entryId", required=True)
    index = fields.Integer(required=True)
    occurred_at = fields.String(data_key="occurredAt", attribute="occurredAt", required=True)
    recorded_at = fields.String(data_key="recordedAt", attribute="recordedAt", required=True)
    service = fields.String(required=True)
    event = fields.String(required=True)
    actor = fields.Nested(ActorSchema, required=True)
    decision = fields.String(required=True)
    purpose = fields.String()
    legal_context = fields.String(data_key="legalContext", attribute="legalContext")
    ground = fields.String()
    decision_id = fields.String(data_key="decisionId", attribute="decisionId")
    policy_version = fields.String(data_key="policyVersion", attribute="policyVersion")
    revision = fields.String()
    subjects = fields.List(fields.String(), metadata={"description": "Tokens, never ids."})
    household_id = fields.String(data_key="householdId", attribute="householdId")
    case_id = fields.String(data_key="caseId", attribute="caseId")
    region = fields.String()
    signal_ids = fields.List(fields.String(), data_key="signalIds", attribute="signalIds")
    picture_version = fields.String(data_key="pictureVersion", attribute="pictureVersion")
    result_count = fields.Integer(data_key="resultCount", attribute="resultCount")
    reason = fields.String()
    refers_to = fields.String(data_key="refersTo", attribute="refersTo")
    processing_activity = fields.String(
        data_key="processingActivity", attribute="processingActivity"
    )
    trace_id = fields.String(data_key="traceId", attribute="traceId")
    span_id = fields.String(data_key="spanId", attribute="spanId")


class FoundSchema(Schema):
    items = fields.List(fields.Nested(EntryViewSchema), required=True)
    total_items = fields.Integer(data_key="totalItems", required=True)
    page = fields.Integer(required=True)
    page_size = fields.Integer(data_key="pageSize", required=True)
    entry_id = fields.String(
        data_key="entryId",
        required=True,
        metadata={"description": "The entry of this search itself."},
    )


class OpenedSchema(Schema):
    entry = fields.Nested(EntryViewSchema, required=True)
    leaf = fields.String(required=True, metadata={"description": "The bytes that were signed."})
    proof = fields.Nested(ProofSchema, required=True)
