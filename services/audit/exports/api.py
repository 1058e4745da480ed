"""What anyone may read to watch the log: checkpoint and tiles, in the layout of C2SP tlog-tiles.

They are public on purpose: hashes of leaves with a random nonce each say nothing about what
happened, and a log is trusted the more, the more people can hold its checkpoints against each
other. Leaves (tile/entries) are not served: they hold pseudonyms.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from flask import Blueprint as PlainBlueprint
from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from services.audit.log.note import VerifierKey
from services.audit.log.reader import LogReader, NoSuchEntry
from services.audit.log.tiles import TILE_WIDTH
from shared.authentication import access, public
from shared.problems import NotFound
from shared.vocabulary import Role

_POSITION = re.compile(r"(?P<groups>(?:x\d{3}/)*\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?", re.ASCII)
_IMMUTABLE = "public, max-age=31536000, immutable"


class CheckpointSchema(Schema):
    origin = fields.String(required=True)
    size = fields.Integer(required=True)
    root_hash = fields.String(data_key="rootHash", required=True)
    signed_at = fields.String(data_key="signedAt", required=True)
    note = fields.String(required=True, metadata={"description": "C2SP signed note."})


class StateSchema(Schema):
    whole = fields.Boolean(
        required=True, metadata={"description": "The tiles give the root that was signed."}
    )
    damage = fields.String(required=True, metadata={"description": "What is wrong; else empty."})
    size = fields.Integer(required=True)
    root_hash = fields.String(data_key="rootHash", required=True)
    signed_at = fields.String(data_key="signedAt", required=True)
    checked_at = fields.String(data_key="checkedAt", required=True)
    whole_size = fields.Integer(
        data_key="wholeSize",
        required=True,
        metadata={"description": "Entries hashed again one by one at wholeAt."},
    )
    whole_at = fields.String(data_key="wholeAt", required=True)
    witnessed_size = fields.Integer(
        data_key="witnessedSize",
        required=True,
        metadata={"description": "Entries that a witness cosigned; 0 without a witness."},
    )
    witnessed_at = fields.String(data_key="witnessedAt", required=True)
    witness = fields.String(required=True, metadata={"description": "Its name; else empty."})
    origin = fields.String(required=True)
    public_key = fields.String(
        data_key="publicKey", required=True, metadata={"description": "C2SP verifier key."}
    )


def state_api(reader: LogReader) -> Blueprint:
    """Checkpoint and state for whoever is logged in."""
    blueprint = Blueprint("log", __name__, description="State of the log")

    @blueprint.route("/v1/checkpoints/latest", methods=["GET"])
    @blueprint.doc(summary="The last signed checkpoint")
    @blueprint.response(200, CheckpointSchema)
    @blueprint.alt_response(404, description="Nothing was recorded yet.")
    @access(*Role, decision="none: hashes say nothing")
    def latest_checkpoint() -> dict[str, Any]:
        last = reader.checkpoint()
        if last is None:
            raise NotFound
        return {
            "origin": reader.key.name,
            "size": last.size,
            "root_hash": base64.b64encode(last.root).decode(),
            "signed_at": last.signed_at,
            "note": last.note,
        }

    @blueprint.route("/v1/log/state", methods=["GET"])
    @blueprint.doc(summary="Is the log whole?", description="Recomputed for this answer.")
    @blueprint.response(200, StateSchema)
    @access(
        Role.PRIVACY_OFFICER,
        Role.ADMINISTRATOR,
        Role.SERVICE,
        decision="none: says nothing of any entry",
    )
    def log_state() -> dict[str, Any]:
        state = reader.state()
        return {
            **vars(state),
            "root_hash": base64.b64encode(state.root).decode(),
            "origin": reader.key.name,
            "public_key": str(reader.key),
        }

    return blueprint


def tiles_surface(reader: LogReader, key: VerifierKey) -> PlainBlueprint:
    """GET /v1/log/checkpoint, /v1/log/tile/<L>/<N>[.p/<W>] and /v1/log/key (C2SP tlog-tiles)."""
    blueprint = PlainBlueprint("tlog", __name__)

    @blueprint.get("/v1/log/checkpoint")
    @public("a signed root hash says nothing about entries; outsiders watch the log with it")
    def checkpoint() -> Response:
        note = reader.published()
        if note is None:
            raise NotFound
        return Response(note, mimetype="text/plain", headers={"Cache-Control": "no-store"})

    @blueprint.get("/v1/log/key")
    @public("the public key is there to be given away")
    def public_key() -> Response:
        return Response(f"{key}\n", mimetype="text/plain")

    @blueprint.get("/v1/log/tile/<int:level>/<path:place>")
    @public("hashes of leaves with a nonce say nothing about entries; outsiders verify with them")
    def tile(level: int, place: str) -> Response:
        match = _POSITION.fullmatch(place)
        if match is None or level > 5 or len(match["groups"]) > 20:
            raise NotFound
        position = int(match["groups"].replace("x", "").replace("/", ""))
        try:
            hashes = reader.tile(level, position, int(match["width"] or TILE_WIDTH))
        except NoSuchEntry as error:
            raise NotFound from error
        return Response(
            hashes,
            mimetype="application/octet-stream",
            headers={"Cache-Control": _IMMUTABLE},
        )

    return blueprint
