"""The answers and request bodies of intake's routes, for the OpenAPI document."""

from __future__ import annotations

import json
from typing import Any

from marshmallow import Schema, fields, validate

from services.signals.intake import answers, examples
from services.signals.intake.bulk import MOST_LINES
from services.signals.intake.schemas import ReferenceForm, SignalForm, WithdrawalForm

PROBLEMS = {
    "400": "One or more faults, all named in errors",
    "401": "No valid access token",
    "404": "Nothing here that the caller may see",
    "409": "The same sourceReference with another content, or a change that is not possible",
    "412": "The version in If-Match is not the current one",
    "413": "The body is too large",
    "415": "Another content type or a content encoding",
    "428": "If-Match is missing",
    "503": "Not accepted: storage does not answer; send it again after Retry-After seconds",
    "507": "Not accepted: the disk is (nearly) full; nothing was written, send it again later",
}


class FaultAnswer(Schema):
    pointer = fields.String(metadata={"description": "JSON pointer (RFC 6901) into the body"})
    code = fields.String()
    detail = fields.String()


class ProblemAnswer(Schema):
    """RFC 9457."""

    type = fields.String()
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String()
    errors = fields.List(fields.Nested(FaultAnswer))
    signalId = fields.String(  # noqa: N815
        metadata={"description": "At a 409 of a known sourceReference: the signal it belongs to"}
    )
    currentVersion = fields.Integer(  # noqa: N815
        metadata={"description": "With signalId: the version to correct, for If-Match"}
    )
    traceId = fields.String()  # noqa: N815 - the name outside


class PersonAnswer(Schema):
    ref = fields.String(metadata={"description": "Your own ref of the person"})
    mentionId = fields.String(  # noqa: N815
        metadata={"description": "What Bundel calls this mention; consents are recorded by it"}
    )


class SignalAnswer(Schema):
    """What became of a delivery. It holds nothing of other sources."""

    signalId = fields.String(required=True)  # noqa: N815
    sourceReference = fields.String(required=True)  # noqa: N815
    version = fields.Integer(
        required=True, metadata={"description": "Of what was sent; 0 when nothing was understood"}
    )
    currentVersion = fields.Integer(  # noqa: N815
        metadata={
            "description": "Only when a correction or withdrawal came after these bytes: the"
            " version that stands, for If-Match"
        }
    )
    state = fields.String(
        required=True,
        validate=validate.OneOf(list(answers.STATES)),
        metadata={
            "description": "; ".join(f"{code}: {text}" for code, text in answers.STATES.items())
        },
    )
    region = fields.String()
    receivedAt = fields.DateTime()  # noqa: N815
    withdrawnAt = fields.DateTime()  # noqa: N815
    warnings = fields.List(fields.Nested(FaultAnswer))
    persons = fields.List(fields.Nested(PersonAnswer))


class HeldAnswer(Schema):
    id = fields.String()
    signalId = fields.String()  # noqa: N815
    sourceAgency = fields.String()  # noqa: N815
    sourceOrganisation = fields.String()  # noqa: N815
    sourceReference = fields.String()  # noqa: N815
    severity = fields.String()
    receivedAt = fields.DateTime()  # noqa: N815
    version = fields.Integer()
    faults = fields.List(fields.Nested(FaultAnswer))


class QuarantineAnswer(Schema):
    count = fields.Integer(required=True)
    page = fields.Integer(required=True)
    items = fields.List(fields.Nested(HeldAnswer), required=True)


class PageForm(Schema):
    page = fields.Integer(metadata={"description": "From 1", "minimum": 1})


def signal_body() -> dict[str, Any]:
    return _json_body(SignalForm, examples.SIGNAL)


def withdrawal_body() -> dict[str, Any]:
    return _json_body(WithdrawalForm, examples.WITHDRAWAL)


def reference_body() -> dict[str, Any]:
    return _json_body(ReferenceForm, examples.REFERENCE)


def page_body() -> dict[str, Any]:
    return _json_body(PageForm, {"page": 1})


def bulk_body(most_bytes: int, longest_line: int) -> dict[str, Any]:
    """`most_bytes` of the whole body, `longest_line` in bytes."""
    return {
        "required": True,
        "description": "NDJSON in UTF-8 (Content-Type: application/x-ndjson): each line is one"
        " signal, the same object as the body of POST /v1/signals, without line breaks in it."
        f" At most {MOST_LINES} lines, {longest_line:,} bytes a line and {most_bytes:,} bytes in"
        " all. Empty lines are passed over.",
        "content": {
            "application/x-ndjson": {
                "schema": {"type": "string"},
                "example": json.dumps(examples.SIGNAL, ensure_ascii=False) + "\n",
            }
        },
    }


def bulk_answer() -> dict[str, Any]:
    """The results of a bulk delivery."""
    return {
        "description": "One JSON object a line, in order. Each has line (from 1, empty lines"
        " counted) and status. Kept (status 200, 201 or 202): signalId, state, persons, and"
        " currentVersion or warnings when there are any. Not kept (400, 409, 413, 503): code,"
        " detail and errors; a 409 names signalId and currentVersion. Send lines with 503 again.",
        "content": {
            "application/x-ndjson": {
                "schema": {"type": "string"},
                "example": "".join(json.dumps(line) + "\n" for line in examples.RESULTS),
            }
        },
    }


def _json_body(form: type[Schema], example: dict[str, Any]) -> dict[str, Any]:
    return {
        "required": True,
        "content": {"application/json": {"schema": form, "example": example}},
    }


def answer(description: str, form: type[Schema] = SignalAnswer) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": form}
    if form is SignalAnswer:
        content["example"] = examples.ANSWER
    return {"description": description, "content": {"application/json": content}}


def problems(*codes: str) -> dict[str, Any]:
    """The problem answers of a route, as problem+json."""
    content = {"application/problem+json": {"schema": ProblemAnswer}}
    return {code: {"description": PROBLEMS[code], "content": content} for code in codes}
