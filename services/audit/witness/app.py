"""A witness as a process of its own: it cosigns checkpoints of logs it was told of, nothing else.

It speaks C2SP tlog-witness, so any log may use it and any such witness may take its place. In the
demonstration it runs beside the log; where it matters, another organisation runs it.
"""

from __future__ import annotations

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from services.audit.log.note import VerifierKey
from services.audit.witness.judge import Witness
from services.audit.witness.state import WitnessState, witness_key
from shared.authentication import public
from shared.settings import WitnessSettings

_LARGEST_REQUEST = 64 * 1024  # bytes
_WHY = "signatures and proofs decide; a witness knows no users (C2SP tlog-witness)"


def create_witness(settings: WitnessSettings) -> Flask:
    """The app. Raises WitnessBusy when another process is this witness, NoteError for a key."""
    cosigner = witness_key(settings.folder, settings.name)
    state = WitnessState(settings.folder)
    witness = Witness(state, cosigner, [VerifierKey.parse(log) for log in settings.logs])
    app = Flask("witness", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_REQUEST

    @app.post("/add-checkpoint")
    @public(_WHY)
    def add_checkpoint() -> Response:
        judged = witness.add_checkpoint(request.get_data())
        return Response(judged.body, judged.status, mimetype=judged.mimetype)

    @app.get("/latest")
    @public("signed roots say nothing of entries; outsiders hold logs against them")
    def latest() -> Response:
        return Response(witness.latest(), mimetype="text/plain")

    @app.get("/key")
    @public("the public key is there to be given away")
    def key() -> Response:
        return Response(f"{witness.key}\n", mimetype="text/plain")

    @app.get("/healthz")
    @app.get("/readyz")
    @public("says only that the process runs")
    def ready() -> Response:
        return jsonify({"status": "ok"})

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        return Response(f"{error.name}\n", error.code or 500, mimetype="text/plain")

    app.extensions["bundel_close"] = state.close
    return app
