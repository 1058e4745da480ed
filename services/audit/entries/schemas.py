"""The form of entries and receipts in the API. Codes and ids only: free text has no place (I9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from services.audit.entries.leaf import CODE, EVENT, TIME
from shared.clients.audit import (
    DENY,
    MOST_ENTRIES,
    MOST_SIGNALS,
    MOST_SUBJECTS,
    PERMIT,
    Entry,
    EntryActor,
)

_UUID = validate.Regexp(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z",
    error="Write a UUID in lower case.",
)


def _is_code(text: str) -> None:
    if CODE.fullmatch(text) is None:
        raise ValidationError("Only letters, digits and . _ : / @ + = - ; at most 200; no spaces.")


def _is_event(text: str) -> None:
    if EVENT.fullmatch(text) is None or len(text) > 100:
        raise ValidationError("Write lower-case words with dots, such as household.opened.")


def _is_moment(text: str) -> None:
    if TIME.fullmatch(text) is None:
        raise ValidationError("Write a moment in UTC, such as 2026-11-23T09:12:00.000Z.")
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise ValidationError("This moment does not exist.") from error


def code(meaning: str, data_key: str | None = None) -> fields.String:
    """A field that holds a code or an id; empty is as good as absent."""
    return fields.String(
        data_key=data_key,
        load_default="",
        validate=_is_code,
        metadata={"description": meaning},
    )


def needed_code(meaning: str) -> fields.String:
    return fields.String(
        required=True,
        validate=[validate.Length(min=1), _is_code],
        metadata={"description": meaning},
    )


def ids(meaning: str, most: int) -> fields.List[str]:
    return fields.List(
        fields.String(validate=[validate.Length(min=1), _is_code]),
        load_default=list,
        validate=validate.Length(max=most),
        metadata={"description": meaning},
    )


class ActorSchema(Schema):
    id = needed_code("Pseudonymous id of the person or client.")
    client = code("The software that made the call.")
    role = code("Role in the token.")
    organisation = code("Organisation in the token.")
    agency = code("Agency in the token.")
    region = code("Region in the token.")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> EntryActor:
        return EntryActor(**data)


class EntrySchema(Schema):
    entry_id = fields.String(
        data_key="entryId",
        required=True,
        validate=_UUID,
        metadata={"description": "Made by the caller: sending it again is harmless."},
    )
    occurred_at = fields.String(data_key="occurredAt", required=True, validate=_is_moment)
    service = code("Your own service; may be left out.")
    event = fields.String(required=True, validate=_is_event)
    actor = fields.Nested(ActorSchema, required=True)
    purpose = code("Purpose of the access.")
    legal_context = code("Legal context of the actor.")
    ground = code("Id of the rule relied on.")
    decision = fields.String(load_default=PERMIT, validate=validate.OneOf([PERMIT, DENY]))
    decision_id = code("Id of the decision.")
    policy_version = code("Version of the policy.")
    revision = code("Revision of consents and restrictions.")
    subjects = ids("Ids of the persons concerned; kept as tokens only.", MOST_SUBJECTS)
    household_id = code("Household concerned.")
    case_id = code("Case concerned.")
    region = code("Region of the household or case concerned.")
    signal_ids = ids("Signals seen or touched.", MOST_SIGNALS)
    picture_version = code("Version of the picture that was shown.")
    result_count = fields.Integer(
        load_default=None,
        strict=True,
        allow_none=True,
        validate=validate.Range(min=0, max=10**9),
    )
    reason = code("A code that says why.")
    refers_to = code("Id of the entry that this one is about.")
    processing_activity = code("Processing activity in the register (LDV).")
    trace_id = code("W3C trace id.")
    span_id = code("W3C span id.")

    def on_bind_field(self, field_name: str, field_obj: Any) -> None:
        """camelCase outside, snake_case inside."""
        first, *rest = field_name.split("_")
        field_obj.data_key = first + "".join(word.capitalize() for word in rest)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Entry:
        for name in ("subjects", "signal_ids"):
            data[name] = tuple(data[name])
        return Entry(**data)


class EntriesSchema(Schema):
    entries = fields.List(
        fields.Nested(EntrySchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_ENTRIES),
    )


class ReceiptSchema(Schema):
    entry_id = fields.String(data_key="entryId", required=True)
    index = fields.Integer(required=True, metadata={"description": "Place in the tree."})
    leaf_hash = fields.String(
        data_key="leafHash", required=True, metadata={"description": "RFC 6962, base64."}
    )
    tree_size = fields.Integer(data_key="treeSize", required=True)


class ReceiptsSchema(Schema):
    receipts = fields.List(fields.Nested(ReceiptSchema), required=True)


class ProveSchema(Schema):
    index = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=10**18))
    leaf_hash = fields.String(
        data_key="leafHash",
        required=True,
        validate=validate.Regexp(r"[A-Za-z0-9+/]{43}=\Z", error="Write 32 bytes in base64."),
    )
    tree_size = fields.Integer(
        data_key="treeSize", load_default=None, strict=True, validate=validate.Range(min=1)
    )


class ProofSchema(Schema):
    index = fields.Integer(required=True)
    leaf_hash = fields.String(data_key="leafHash", required=True)
    tree_size = fields.Integer(data_key="treeSize", required=True)
    root_hash = fields.String(data_key="rootHash", required=True)
    proof = fields.List(fields.String(), required=True)
    checkpoint = fields.String(
        required=True,
        metadata={"description": "Signed note for treeSize; empty for an older size."},
    )
