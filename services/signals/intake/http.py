"""HTTP side of intake. Sources reach only what they sent themselves; all else is "not found"."""

from __future__ import annotations

from flask import Response, g, request
from flask_smorest import Blueprint

from services.signals.intake import description as told
from services.signals.intake.batch import Trace
from services.signals.intake.bulk import deliver_lines
from services.signals.intake.changes import Changes
from services.signals.intake.exchange import (
    answer_of,
    demand_plain,
    expected_version,
    known_form,
    load,
    status_answer,
)
from services.signals.intake.gathering import Gathering
from services.signals.intake.schemas import REFERENCE, WITHDRAWAL
from services.signals.intake.service import Intake, storage
from services.signals.intake.status import status_by_id, status_by_reference
from shared.authentication import access, current_actor
from shared.settings import Settings
from shared.vocabulary import Role

# I2: what a source may push is decided once, when it is registered with its agency and region; the
# entry of each signal says so ("registered-source"). Who may see it is decided at every look.
PUSH = "decided by the source's registration; the entry names it"
OWN = "a source reads the state of its own signals only, by its client id"


def intake_routes(intake: Intake, settings: Settings) -> Blueprint:
    """The routes of intake."""
    routes = Blueprint("intake", __name__, description="Deliver, correct, withdraw, follow")
    changes = Changes(intake)
    gathering = Gathering(intake)

    @routes.route("/v1/signals", methods=["POST"])
    @routes.doc(
        summary="Deliver a signal",
        requestBody=told.signal_body(),
        responses={
            "201": told.answer("Accepted: kept, and on its way to be linked"),
            "200": told.answer(
                "The same bytes were delivered before: the same answer. After a correction or"
                " withdrawal it says what stands now: state, currentVersion and a warning"
            ),
            "202": told.answer("Acute and not understood: kept whole, at the desk"),
            **told.problems("400", "401", "404", "409", "413", "415", "503", "507"),
        },
    )
    @access(Role.SOURCE, decision=PUSH)
    def deliver() -> Response:
        """The same bytes again give the same answer; other bytes under that sourceReference 409.

        Every fault is named at once and nothing is kept, save that an acute signal is never refused
        for a fault in a field: it is kept whole, and a human at the desk sees to it.
        """
        demand_plain("application/json")
        trace = Trace(g.get("trace_id", ""), g.get("span_id", ""))
        return answer_of(gathering.deliver(current_actor(), request.get_data(), trace))

    @routes.route("/v1/signals/_bulk", methods=["POST"])
    @routes.doc(
        summary="Deliver many signals, one a line",
        requestBody=told.bulk_body(settings.max_bulk_bytes, settings.max_body_bytes),
        responses={
            "200": told.bulk_answer(),
            **told.problems("400", "401", "404", "413", "415", "503"),
        },
    )
    @access(Role.SOURCE, decision=PUSH)
    def deliver_many() -> Response:
        """Each line stands for itself. A line with status 200, 201 or 202 is kept for good."""
        demand_plain("application/x-ndjson")
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
            **told.problems("400", "401", "404", "409", "412", "413", "415", "428", "503", "507"),
        },
    )
    @access(Role.SOURCE, decision=PUSH)
    def correct(signal_id: str) -> Response:
        """Persons that stay as they were keep their mention, and with it links and consents."""
        demand_plain("application/json")
        actor = current_actor()
        expected = expected_version()
        return answer_of(
            changes.correct(actor, known_form(signal_id), expected, request.get_data())
        )

    @routes.route("/v1/signals/<string:signal_id>/withdrawals", methods=["POST"])
    @routes.doc(
        summary="Withdraw a signal",
        requestBody=told.withdrawal_body(),
        responses={
            "201": told.answer("Withdrawn, at once and everywhere"),
            "200": told.answer("It was withdrawn before for the same reason"),
            **told.problems("400", "401", "404", "409", "413", "415", "503", "507"),
        },
    )
    @access(Role.SOURCE, decision=PUSH)
    def withdraw(signal_id: str) -> Response:
        """Adds a version that says so; earlier ones stay for those who must account for them."""
        reason = load(WITHDRAWAL)["reason"]
        return answer_of(changes.withdraw(current_actor(), known_form(signal_id), reason))

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
            return status_answer(
                status_by_id(connection, current_actor().subject, known_form(signal_id))
            )

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
        reference = load(REFERENCE)["source_reference"]
        with storage(), intake.engine.connect() as connection:
            return status_answer(
                status_by_reference(connection, current_actor().subject, reference)
            )

    return routes
