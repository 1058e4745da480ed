"""The privacy officer's page of one separation: who saw the wrong picture."""

from __future__ import annotations

from flask import Blueprint, render_template

from services.audit.review.seen import Recipients
from services.audit.web.words import event_words
from shared.authentication import access, current_actor
from shared.ids import is_id
from shared.problems import NotFound
from shared.vocabulary import Role


def seen_pages(recipients: Recipients) -> Blueprint:
    """The blueprint of /entries/{id}/viewers."""
    blueprint = Blueprint("seen_web", __name__)

    @blueprint.get("/entries/<entry_id>/viewers")
    @access(Role.PRIVACY_OFFICER, decision="trace on separation (P42)", page=True)
    def viewers(entry_id: str) -> str:
        if not is_id(entry_id):
            raise NotFound
        return render_template(
            "viewers.html",
            seen=recipients.of(current_actor(), entry_id.lower()),
            event_words=event_words,
        )

    return blueprint
