"""What a request must be before a service reads it: faults with JSON pointers, content type,
text that can be stored and shown everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from flask import request
from webargs import missing
from webargs.core import is_json
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict

from shared.problems import Fault, InvalidInput, NotFound, UnsupportedMediaType
from shared.strict_json import bad_text, is_clean, read_object

LARGEST_FORM = 200_000  # bytes
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class RequestParser(FlaskParser):
    """webargs answers 422 with its own body; the NL rules ask for 400 with every fault."""

    DEFAULT_VALIDATION_STATUS = HTTPStatus.BAD_REQUEST

    def handle_error(self, error: Any, req: Any, schema: Any, **_options: Any) -> Any:
        raise InvalidInput(
            "Mend every fault named in errors and send the request again.",
            faults=faults_of(next(iter(error.messages.values()), {})),
        )

    def _raw_load_json(self, req: Any) -> Any:
        if not is_json(req.mimetype):
            return missing
        raw = req.get_data()
        if not raw.strip():
            return missing
        document = read_object(raw)
        # Such characters only come written as an escape.
        faults = bad_text(document) if b"\\u" in raw else []
        if faults:
            raise InvalidInput("Mend every fault named in errors.", faults=faults)
        return document


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


def demand_readable() -> None:
    """Refuses what no route can read, before one tries: compressed bodies, character sets other
    than UTF-8 (415), NUL in a form or an address (400, 404).

    Raises UnsupportedMediaType, InvalidInput, NotFound; 413 when a form is too large.
    """
    if not is_clean(request.path):
        raise NotFound
    if not all(map(is_clean, _texts(request.args))):
        raise InvalidInput("Leave out NUL and lone surrogates.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body as it is, without compression.")
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("Send the body in UTF-8.")
    if request.mimetype in _FORMS:
        request.max_content_length = LARGEST_FORM
        if not all(map(is_clean, _texts(request.form))):
            raise InvalidInput("Leave out NUL and lone surrogates.")


def _texts(values: MultiDict[str, str]) -> Iterator[str]:
    for name, value in values.items(multi=True):
        yield name
        yield value
