"""HTTP side of linking: a neighbour says that a ground changed."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields, validate

from services.signals.linking.service import Linker
from shared.authentication import access
from shared.http import demand_json
from shared.ids import is_id
from shared.problems import Fault, InvalidInput
from shared.vocabulary import Role

MOST_MENTIONS = 1000


class GroundChangeSchema(Schema):
    """Mentions of which a consent or restriction changed."""

    class Meta:
        unknown = RAISE

    mention_ids = fields.List(
        fields.String(metadata={"format": "uuid"}),
        required=True,
        data_key="mentionIds",
        validate=validate.Length(1, MOST_MENTIONS),
        metadata={"description": "Mentions whose grounds changed; unknown ones are passed over."},
    )


def linking_routes(linker: Linker) -> Blueprint:
    """The routes of linking."""
    routes = Blueprint("linking", __name__, description="Ask again whether signals may be bundled")

    @routes.route("/v1/ground-changes", methods=["POST"])
    @routes.doc(summary="A ground changed: ask again", responses={"202": {"description": "Noted"}})
    @routes.arguments(GroundChangeSchema)
    @access(Role.SERVICE, decision="Bundel's own services say it; consent decides when asked anew")
    def ground_changes(body: dict[str, list[str]]) -> Response:
        demand_json()
        faults = [
            Fault(f"/mentionIds/{place}", "not-an-id", "Give the UUID of a mention.")
            for place, mention in enumerate(body["mention_ids"])
            if not is_id(mention)
        ]
        if faults:
            raise InvalidInput("Mend every fault named in errors.", faults=faults)
        linker.relink(body["mention_ids"])
        # One answer, whatever was found: the caller learns nothing of what exists (I4).
        return Response(status=202)

    return routes
