"""HTTP side of intake. Sources reach only what they sent themselves; all else is "not found"."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError

from services.signals.intake import description as told
from services.signals.intake.answers import Answered, Status
from services.signals.intake.bulk import deliver_lines
from services.signals.intake.changes import Changes
from services.signals.intake.schemas import REFERENCE, WITHDRAWAL, faults_in
from services.signals.intake.service import Intake, storage
from services.signals.intake.status import PAGE, held_in, status_by_id, status_by_reference
from services.signals.intake.strict_json import bad_text, read_object
from shared import ids
from shared.authentication import access, current_actor
from shared.clients.audit import Entry, Receipt, entry_for
from shared.http import demand_json
from shared.problems import (
    Fault,
    InvalidInput,
    NotFound,
    PreconditionRequired,
    UnsupportedMediaType,
)
from shared.settings import Settings
from shared.vocabulary import Purpose, Role

# I2: what a source may push is decided once, when it is registered with its agency and region; the
# entry of each signal says so ("registered-source"). Who may see it is decided at every look.
PUSH = "decided by the source's registration; the entry names it"
OWN = "a source reads the state of its own signals only, by its client id"
HELD = "role and region of the desk; the list holds codes, the content stays sealed"
_IF_MATCH = re.compile(r'"([0-9]{1,9})"')

Record = Callable[[Sequence[Entry]], Sequence[Receipt]]


def intake_routes(intake: Intake, settings: Settings, record: Record) -> Blueprint:
    """The routes of intake. `record` writes entries to the log and returns after the receipt."""
    routes = Blueprint("intake", __name__, description="Deliver, correct, withdraw, follow")
    changes = Changes(intake)

    @routes.route("/v1/signals", methods=["POST"])
    @routes.doc(
        summary="Deliver a signal",
        requestBody=told.signal_body(),
        responses={
            "201": told.answer("Accepted: kept, and on its way to be linked"),
            "200": told.answer("The same bytes were delivered before: the same answer"),
            "202": told.answer("Acute and not understood: kept whole, at the desk"),
            **told.problems("400", "401", "404", "409", "413", "415", "503"),
        },
    )
    @access(Role.SOURCE, decision=PUSH)
    def deliver() -> Response:
        """The same bytes again give the same answer; other bytes under that sourceReference 409.

        Every fault is named at once and nothing is kept, save that an acute signal is never refused
        for a fault in a field: it is kept whole, and a human at the desk sees to it.
        """
        _demand_plain_json("application/json")
        return _answer(intake.deliver(current_actor(), request.get_data()))

    @routes.route("/v1/signals/_bulk", methods=["POST"])
    @routes.doc(
        summary="Deliver many signals, one a line",
        requestBody=told.bulk_body(),
        responses={
            "200": {
                "description": "One result a line: line, status, signalId or errors",
                "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
            },
            **told.problems("400", "401", "404", "413", "415", "503"),
        },
    )
    @access(Role.SOURCE, decision=PUSH)
    def deliver_many() -> Response:
        """Each line stands for itself. A line with status 200, 201 or 202 is kept for good."""
        _demand_plain_json("application/x-ndjson")
        request.max_content_length = settings.max_bulk_bytes
        lines = deliver_lines(intake, current_actor(), request.stream, settings.max_body_bytes)
        return Response(b"".join(lines), mimetype="application/x-ndjson")

    @routes.route("/v1/signals/<string:signal_id>", methods=["PUT"])
    @routes.doc(
        summary="Correct a signal with a whole new version",
        parameters=[
            {
                "in": "header",
                "name": "If-Match",
                "required": True,
                "description": "The version that is corrected, in quotes",
                "schema": {"type": "string"},
                "example": '"1"',
            }
        ],
        requestBody=told.signal_body(),
        responses={
            "200": told.answer("The new version"),
            "202": told.answer("Acute and not understood: kept at the desk; the version stays"),
            **told.problems("400", "401", "404", "409", "412", "413", "415", "428", "503"),
        },
    )
    @access(Role.SOURCE, decision=PUSH)
    def correct(signal_id: str) -> Response:
        """Persons that stay as they were keep their mention, and with it links and consents."""
        _demand_plain_json("application/json")
        actor = current_actor()
        expected = _expected_version()
        return _answer(changes.correct(actor, _id(signal_id), expected, request.get_data()))

    @routes.route("/v1/signals/<string:signal_id>/withdrawals", methods=["POST"])
    @routes.doc(
        summary="Withdraw a signal",
        requestBody=told.withdrawal_body(),
        responses={
            "201": told.answer("Withdrawn, at once and everywhere"),
            "200": told.answer("It was withdrawn before for the same reason"),
            **told.problems("400", "401", "404", "409", "413", "415", "503"),
        },
    )
    @access(Role.SOURCE, decision=PUSH)
    def withdraw(signal_id: str) -> Response:
        """Adds a version that says so; earlier ones stay for those who must account for them."""
        reason = _load(WITHDRAWAL)["reason"]
        return _answer(changes.withdraw(current_actor(), _id(signal_id), reason))

    @routes.route("/v1/signals/<string:signal_id>/status", methods=["GET"])
    @routes.doc(
        summary="How a signal stands",
        responses={
            "200": told.answer("Its state"),
            **told.problems("400", "401", "404", "503"),
        },
    )
    @access(Role.SOURCE, decision=OWN)
    def status(signal_id: str) -> Response:
        """Only the source that sent it learns its state, and never anything of others."""
        with storage(), intake.engine.connect() as connection:
            return _status(status_by_id(connection, current_actor().subject, _id(signal_id)))

    @routes.route("/v1/signals/_status", methods=["POST"])
    @routes.doc(
        summary="How a signal stands, by the source's own reference",
        requestBody=told.reference_body(),
        responses={
            "200": told.answer("Its state"),
            **told.problems("400", "401", "404", "413", "415", "503"),
        },
    )
    @access(Role.SOURCE, decision=OWN)
    def status_of_reference() -> Response:
        """The reference stands in the body: addresses of the API hold nothing of a source."""
        reference = _load(REFERENCE)["source_reference"]
        with storage(), intake.engine.connect() as connection:
            return _status(status_by_reference(connection, current_actor().subject, reference))

    @routes.route("/v1/quarantine/_search", methods=["POST"])
    @routes.doc(
        summary="Acute deliveries of the desk's region that were not understood",
        requestBody=told.page_body(),
        responses={
            "200": told.answer(f"A page of {PAGE}, oldest first", told.QuarantineAnswer),
            **told.problems("400", "401", "404", "413", "415", "503"),
        },
    )
    @access(Role.DESK, decision=HELD)
    def search_quarantine() -> Response:
        """What is wrong and whom to call; the entry in the log comes before the answer."""
        actor = current_actor()
        page = _page()
        with storage(), intake.engine.connect() as connection:
            count, items = held_in(connection, actor.region, page)
        record(
            [
                entry_for(
                    actor,
                    "quarantine.listed",
                    purpose=str(Purpose.TRIAGE),
                    region=actor.region,
                    result_count=count,
                    signal_ids=sorted({item.signal_id for item in items}),
                )
            ]
        )
        return _json(
            {"count": count, "page": page, "items": [item.to_json() for item in items]}, 200
        )

    return routes


def _demand_plain_json(mimetype: str) -> None:
    """415 for another type, another character set than UTF-8, or a compressed body."""
    demand_json(mimetype)
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("Send the body in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body as it is, without compression.")


def _expected_version() -> int:
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


def _id(text: str) -> str:
    if not ids.is_id(text):
        raise NotFound
    return text.lower()


def _load(form: Schema) -> dict[str, Any]:
    _demand_plain_json("application/json")
    document = read_object(request.get_data())
    faults = bad_text(document)
    try:
        loaded: dict[str, Any] = form.load(document)
    except ValidationError as error:
        faults = [*faults_in(error.messages), *faults]
    if faults:
        raise InvalidInput("Mend every fault named in errors.", faults=faults)
    return loaded


def _page() -> int:
    _demand_plain_json("application/json")
    document = read_object(request.get_data() or b"{}")
    page = document.get("page", 1)
    if set(document) - {"page"} or not isinstance(page, int) or not 0 < page < 10_000:
        raise InvalidInput(
            "Give a page from 1, or nothing.",
            faults=[Fault("/page", "range", "Give a whole number from 1.")],
        )
    return page


def _answer(answered: Answered) -> Response:
    response = Response(answered.body, answered.status, mimetype="application/json")
    response.headers["ETag"] = f'"{answered.version}"'
    if answered.status == 201:
        response.headers["Location"] = f"/v1/signals/{answered.to_json()['signalId']}/status"
    return response


def _status(found: Status) -> Response:
    response = _json(found.to_json(), 200)
    response.headers["ETag"] = f'"{found.version}"'
    return response


def _json(body: dict[str, Any], status: int) -> Response:
    text = json.dumps(body, separators=(",", ":"))
    return Response(text, status, mimetype="application/json")
