"""What was taken apart, and who saw it together: so that they can be told."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.signals.web.desk_acting import done
from services.signals.web.desk_doors import Desk
from shared.authentication import access, current_actor
from shared.vocabulary import Role
from shared.web.translation import later

TRACE = "trace on separation (P42)"


def add_viewers(blueprint: Blueprint, desk: Desk) -> None:
    """/desk/separations and /desk/separations/{id}."""

    @blueprint.get("/separations")
    @access(Role.DESK, decision=TRACE, page=True)
    def separations() -> str:
        return render_template(
            "desk_separations.html", found=desk.viewers.separations(current_actor())
        )

    @blueprint.get("/separations/<separation_id>")
    @access(Role.DESK, decision=TRACE, page=True)
    def viewers(separation_id: str) -> str:
        return render_template(
            "desk_viewers.html", found=desk.viewers.viewers(current_actor(), separation_id)
        )

    @blueprint.post("/separations/<separation_id>/tellings")
    @access(Role.DESK, decision=TRACE, page=True)
    def told(separation_id: str) -> Response:
        actor, subject = current_actor(), request.form.get("subject", "")
        done(
            lambda: desk.viewers.tell(actor, separation_id, subject),
            later("Vastgelegd dat deze persoon het hoorde."),
        )
        return redirect(url_for(".viewers", separation_id=separation_id), 303)
