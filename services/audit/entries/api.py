"""POST /v1/entries and /v1/receipts/_prove: what services send, and what they hold on to."""

from __future__ import annotations

import base64
from typing import Any

from flask import request
from flask_smorest import Blueprint

from services.audit.entries.recorder import Recorder
from services.audit.entries.schemas import (
    EntriesSchema,
    ProofSchema,
    ProveSchema,
    ReceiptsSchema,
)
from services.audit.log.reader import LogReader, NoSuchEntry
from shared.authentication import access, current_actor
from shared.clients.audit import Entry
from shared.problems import NotFound
from shared.requests import demand_json
from shared.vocabulary import Role

EXAMPLE_ENTRY = {
    "entryId": "6f4a2c51-9b1e-4c0e-8f0a-3b9f1f1f7a10",
    "occurredAt": "2026-11-23T09:12:00.000Z",
    "event": "household.opened",
    "actor": {
        "id": "b3b1a6f0-2f7e-5d43-9a55-0a4c8f6f2b11",
        "client": "bundel-signals",
        "role": "coordinator",
        "organisation": "vt-utrecht",
        "agency": "veilig_thuis",
        "region": "utrecht",
    },
    "purpose": "safety_assessment",
    "legalContext": "vt_task",
    "ground": "R01",
    "decision": "permit",
    "householdId": "2d1c7d1e-54c9-4a50-9f5e-6a0a5e0f9d21",
    "resultCount": 7,
}


def entries_api(recorder: Recorder, reader: LogReader, largest_body: int) -> Blueprint:
    """The blueprint; `largest_body` in bytes."""
    blueprint = Blueprint("entries", __name__, description="Entries and receipts")

    @blueprint.before_request
    def _allow_many_entries() -> None:
        request.max_content_length = largest_body

    @blueprint.route("/v1/entries", methods=["POST"])
    @blueprint.doc(summary="Record what happened", description="Receipts come after the commit.")
    @blueprint.arguments(EntriesSchema, example={"entries": [EXAMPLE_ENTRY]})
    @blueprint.response(201, ReceiptsSchema)
    @blueprint.alt_response(409, description="An id stands for another entry; nothing was stored.")
    @access(Role.SERVICE, decision="none: a service accounts for what it did")
    def record_entries(body: dict[str, list[Entry]]) -> dict[str, Any]:
        demand_json()
        return {"receipts": recorder.record(current_actor(), body["entries"])}

    @blueprint.route("/v1/receipts/_prove", methods=["POST"])
    @blueprint.doc(summary="Prove that a receipt's entry is still in the log")
    @blueprint.arguments(
        ProveSchema, example={"index": 0, "leafHash": base64.b64encode(bytes(32)).decode()}
    )
    @blueprint.response(200, ProofSchema)
    @blueprint.alt_response(404, description="No such entry with that hash.")
    @access(Role.SERVICE, Role.PRIVACY_OFFICER, decision="none: hashes say nothing")
    def prove_receipt(body: dict[str, Any]) -> dict[str, Any]:
        demand_json()
        try:
            proof = reader.prove(
                body["index"], base64.b64decode(body["leaf_hash"]), body["tree_size"]
            )
        except NoSuchEntry as error:
            raise NotFound from error
        return {
            "index": proof.index,
            "leaf_hash": base64.b64encode(proof.leaf_hash).decode(),
            "tree_size": proof.tree_size,
            "root_hash": base64.b64encode(proof.root).decode(),
            "proof": [base64.b64encode(step).decode() for step in proof.path],
            "checkpoint": proof.note,
        }

    return blueprint
