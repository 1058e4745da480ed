"""What a request must be before a service reads it: faults with JSON pointers, content type."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import request
from webargs.flaskparser import FlaskParser

from shared.problems import Fault, InvalidInput, UnsupportedMediaType


class RequestParser(FlaskParser):
    """webargs answers 422 with its own body; the NL rules ask for 400 with every fault."""

    DEFAULT_VALIDATION_STATUS = HTTPStatus.BAD_REQUEST

    def handle_error(self, error: Any, req: Any, schema: Any, **_options: Any) -> Any:
        raise InvalidInput(
            "Mend every fault named in errors and send the request again.",
            faults=faults_of(next(iter(error.messages.values()), {})),
        )

    def _handle_invalid_json_error(self, error: Any, req: Any, *_a: Any, **_k: Any) -> Any:
        raise InvalidInput(
            "Send one JSON document in UTF-8.",
            faults=[Fault("", "not-json", "The body is not a JSON document.")],
        )


def faults_of(messages: Any, pointer: str = "") -> list[Fault]:
    """marshmallow's nested messages as a flat list with JSON pointers."""
    if isinstance(messages, Mapping):
        found: list[Fault] = []
        for key, value in messages.items():
            step = "" if key == "_schema" else "/" + str(key).replace("~", "~0").replace("/", "~1")
            found.extend(faults_of(value, pointer + step))
        return found
    if isinstance(messages, (list, tuple)):
        return [fault for message in messages for fault in faults_of(message, pointer)]
    return [Fault(pointer, "invalid", str(messages))]


def demand_json(*types: str) -> None:
    """415 unless the body's type is one of `types` (default application/json)."""
    wanted = types or ("application/json",)
    if request.mimetype not in wanted:
        raise UnsupportedMediaType(f"Send the body as {' or '.join(wanted)}.")
