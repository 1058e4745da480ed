"""POST /v1/entries/_search and GET /v1/entries/{id}: the privacy officer's reading, over HTTP."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.audit.review.query import PAGE_SIZE, EntryQuery
from services.audit.review.schemas import FoundSchema, OpenedSchema, SearchSchema
from services.audit.review.service import Review, hash_text
from shared.authentication import access, current_actor
from shared.ids import is_id
from shared.problems import NotFound
from shared.requests import demand_json
from shared.vocabulary import Role

EXAMPLE_SEARCH = {
    "agency": "veilig_thuis",
    "purpose": "safety_assessment",
    "from": "2026-11-01T00:00:00Z",
    "page": 1,
}


def review_api(review: Review) -> Blueprint:
    blueprint = Blueprint("review", __name__, description="Reading the log")

    @blueprint.route("/v1/entries/_search", methods=["POST"])
    @blueprint.doc(
        summary="Who looked at what, for which purpose, on which ground",
        description="The search is itself an entry, written before the answer leaves.",
    )
    @blueprint.arguments(SearchSchema, example=EXAMPLE_SEARCH)
    @blueprint.response(200, FoundSchema)
    @blueprint.alt_response(404, description="Not for you.")
    @access(Role.PRIVACY_OFFICER, decision="read_log on log (R27)")
    def search_entries(query: EntryQuery) -> dict[str, Any]:
        demand_json()
        found = review.search(current_actor(), query)
        return {
            "items": [item.body for item in found.items],
            "total_items": found.total,
            "page": found.page,
            "page_size": PAGE_SIZE,
            "entry_id": found.entry_id,
        }

    @blueprint.route("/v1/entries/<entry_id>", methods=["GET"])
    @blueprint.doc(
        summary="One entry, with the proof that it is in the signed tree",
        description="Opening an entry is itself an entry.",
    )
    @blueprint.response(200, OpenedSchema)
    @blueprint.alt_response(400, description="The request has faults.")
    @blueprint.alt_response(404, description="There is nothing here that you may see.")
    @access(Role.PRIVACY_OFFICER, decision="read_log on log (R27)")
    def open_entry(entry_id: str) -> dict[str, Any]:
        if not is_id(entry_id):
            raise NotFound
        opened = review.open(current_actor(), entry_id.lower())
        return {
            "entry": opened.entry.body,
            "leaf": opened.entry.leaf.decode(),
            "proof": {
                "index": opened.proof.index,
                "leaf_hash": hash_text(opened.proof.leaf_hash),
                "tree_size": opened.proof.tree_size,
                "root_hash": hash_text(opened.proof.root),
                "proof": [hash_text(step) for step in opened.proof.path],
                "checkpoint": opened.proof.note,
            },
        }

    return blueprint
