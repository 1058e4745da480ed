"""The pieces that forms are made of. Messages read "code: detail"; `schemas.faults_in` takes them
apart."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from services.signals.intake.partial_dates import (
    CLOCKS_MAY_DIFFER,
    EARLIEST_YEAR,
    read_date,
    read_moment,
    read_span,
)
from shared import clock

MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "missing: This member is required.",
    "null": "null: Leave the member out instead of sending null.",
    "invalid": "wrong-type: The value has the wrong type.",
    "type": "wrong-type: The value has the wrong type.",
}


class Form(Schema):
    error_messages = {  # noqa: RUF012 - marshmallow's own way
        "unknown": "unknown-member: The API does not know this member.",
        "type": "wrong-type: An object is expected here.",
    }

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """snake_case here, camelCase outside."""
        head, *rest = (field_obj.data_key or field_name).split("_")
        field_obj.data_key = head + "".join(word.title() for word in rest)


class Truth(fields.Boolean):
    """true or false; marshmallow's own also takes "yes" and 1."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Whole(fields.Integer):
    """A whole number, written as one."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def text_up_to(longest: int, **options: Any) -> fields.String:
    check = validate.Length(1, longest, error=f"length: Give 1 to {longest} characters.")
    return fields.String(
        validate=[check, _filled, *options.pop("checks", [])], error_messages=MESSAGES, **options
    )


def _filled(value: str) -> None:
    if not value.strip():
        raise ValidationError("blank: Give text, or leave the member out.")


def matching(regex: str, detail: str, **options: Any) -> fields.String:
    check = validate.Regexp(re.compile(rf"(?:{regex})\Z"), error=f"form: {detail}")
    return fields.String(validate=check, error_messages=MESSAGES, **options)


def one_of(of: type[StrEnum], **options: Any) -> fields.String:
    choices = [str(member) for member in of]
    check = validate.OneOf(choices, error="unknown-code: Use one of: {choices}.")
    return fields.String(validate=check, error_messages=MESSAGES, **options)


def list_of(
    inner: fields.Field[Any], most: int, least: int = 0, **options: Any
) -> fields.List[Any]:
    check = validate.Length(least, most, error=f"count: Give {least} to {most} items.")
    if not options.get("required"):
        options["load_default"] = list
    return fields.List(inner, validate=check, error_messages=MESSAGES, **options)


def part(form: type[Form], **options: Any) -> fields.Nested:
    return fields.Nested(form, error_messages=MESSAGES, **options)


def partial_date(value: str) -> None:
    try:
        first, _ = read_date(value)
    except ValueError:
        raise ValidationError(
            "date: Give a date that exists: 2026, 2026-03 or 2026-03-03."
        ) from None
    _in_time(datetime.combine(first, time.min, UTC))


def full_date(value: str) -> None:
    if len(value) != len("2026-03-03"):
        raise ValidationError("date: Give a whole date that exists: 2026-03-03.")
    partial_date(value)


def moment(value: str) -> None:
    try:
        found = read_moment(value)
    except (ValueError, OverflowError):
        raise ValidationError(
            "date-time: Give a moment that exists, with an offset: 2026-03-03T21:40:00+01:00."
        ) from None
    _in_time(found)


def span(value: str) -> None:
    try:
        found = read_span(value)
    except (ValueError, OverflowError):
        raise ValidationError(
            "date: Give a date that exists (2026, 2026-03, 2026-03-03) or a moment with an offset."
        ) from None
    _in_time(found.first, found.last)


def _in_time(first: datetime, last: datetime | None = None) -> None:
    if (last or first).year < EARLIEST_YEAR:
        raise ValidationError(f"too-early: Dates before {EARLIEST_YEAR} are not taken.")
    if first > clock.now() + CLOCKS_MAY_DIFFER:
        raise ValidationError("in-future: The date lies in the future.")


def date_text(check: Any, example: str, **options: Any) -> fields.String:
    return fields.String(
        validate=check, error_messages=MESSAGES, metadata={"example": example}, **options
    )
