"""Reading requests strictly and writing answers, for intake's routes."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Response, request
from marshmallow import Schema, ValidationError

from services.signals.intake.answers import Answered, Status
from services.signals.intake.schemas import faults_in
from shared import ids
from shared.problems import (
    Fault,
    InvalidInput,
    NotFound,
    PreconditionRequired,
    UnsupportedMediaType,
)
from shared.requests import demand_json
from shared.strict_json import bad_text, read_object

_IF_MATCH = re.compile(r'"([0-9]{1,9})"')


def demand_plain(mimetype: str) -> None:
    """415 for another type, another character set than UTF-8, or a compressed body."""
    demand_json(mimetype)
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("Send the body in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body as it is, without compression.")


def expected_version() -> int:
    """If-Match as a version. Raises PreconditionRequired (428) without, InvalidInput when odd."""
    value = request.headers.get("If-Match", "").strip()
    if not value:
        raise PreconditionRequired(
            'Say which version you correct: If-Match: "1". The status of the signal tells it.'
        )
    match = _IF_MATCH.fullmatch(value)
    if match is None:
        raise InvalidInput(
            'If-Match holds one version in quotes, e.g. "1".',
            faults=[Fault("", "if-match", 'Give one version in quotes, e.g. "1".')],
        )
    return int(match.group(1))


def known_form(text: str) -> str:
    """An id in a path. Raises NotFound for what cannot be one."""
    if not ids.is_id(text):
        raise NotFound
    return text.lower()


def load(form: Schema) -> dict[str, Any]:
    """The body as `form` reads it. Raises InvalidInput with every fault."""
    demand_plain("application/json")
    document = read_object(request.get_data())
    faults = bad_text(document)
    try:
        loaded: dict[str, Any] = form.load(document)
    except ValidationError as error:
        faults = [*faults_in(error.messages), *faults]
    if faults:
        raise InvalidInput("Mend every fault named in errors.", faults=faults)
    return loaded


def page_of_request() -> int:
    """The page a search asks for, from 1. Raises InvalidInput."""
    demand_plain("application/json")
    document = read_object(request.get_data() or b"{}")
    page = document.get("page", 1)
    if set(document) - {"page"} or type(page) is not int or not 0 < page < 10_000:
        raise InvalidInput(
            "Give a page from 1, or nothing.",
            faults=[Fault("/page", "range", "Give a whole number from 1.")],
        )
    return page


def answer_of(answered: Answered) -> Response:
    """An answer to a delivery, byte for byte as it was kept."""
    response = Response(answered.body, answered.status, mimetype="application/json")
    response.headers["ETag"] = f'"{answered.version}"'
    if answered.status == 201:
        response.headers["Location"] = (
            f"{request.script_root}/v1/signals/{answered.to_json()['signalId']}/status"
        )
    return response


def status_answer(found: Status) -> Response:
    response = json_answer(found.to_json(), 200)
    response.headers["ETag"] = f'"{found.version}"'
    return response


def json_answer(body: dict[str, Any], status: int) -> Response:
    text = json.dumps(body, separators=(",", ":"))
    return Response(text, status, mimetype="application/json")
