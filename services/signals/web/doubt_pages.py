"""The coordinator's "Klopt niet": this signal is about somebody else. The desk judges it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.signals.desk.objecting import REASONS
from services.signals.web import opened
from services.signals.web.desk_acting import done
from services.signals.web.desk_doors import DoubtingDoor
from services.signals.web.purposes import chosen
from shared.authentication import access, current_actor
from shared.vocabulary import Role
from shared.web.translation import _, later

OPEN = "open on case; know and view on every signal"


def add_doubts(blueprint: Blueprint, doubting: DoubtingDoor) -> None:
    """/cases/{id}/persons/{id}/doubt."""

    @blueprint.get("/cases/<case_id>/persons/<person_id>/doubt")
    @access(Role.COORDINATOR, decision=OPEN, page=True)
    def doubt(case_id: str, person_id: str) -> str | Response:
        purpose = chosen(current_actor().legal_context, opened.purpose_of(case_id))
        if purpose is None:
            return redirect(url_for(".ask_purpose", case_id=case_id), 303)
        return _page(doubting, case_id, person_id, purpose.value)

    @blueprint.post("/cases/<case_id>/persons/<person_id>/doubt")
    @access(Role.COORDINATOR, decision=OPEN, page=True)
    def put_doubt(case_id: str, person_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        purpose = chosen(actor.legal_context, opened.purpose_of(case_id))
        if purpose is None:
            return redirect(url_for(".ask_purpose", case_id=case_id), 303)
        signal, reason = request.form.get("signal", ""), request.form.get("reason", "")
        if not signal or reason not in REASONS:
            text = _("Kies het signaal en waarom het over iemand anders gaat.")
            return _page(doubting, case_id, person_id, purpose.value, text), 400
        refused = done(
            lambda: doubting.doubt(actor, case_id, person_id, signal, purpose.value, reason),
            later("Uw twijfel ligt bovenaan bij het meldpunt. Tot zij beslissen blijft het beeld."),
            conflict=_("Deze twijfel lag al bij het meldpunt."),
        )
        if refused is not None:
            return _page(doubting, case_id, person_id, purpose.value, refused.text), refused.status
        return redirect(url_for(".household", case_id=case_id), 303)


def reason_words() -> list[tuple[str, str]]:
    """Why a signal is about somebody else."""
    words = {
        "other-person": _("het gaat over iemand anders die ik ken"),
        "name-alike": _("alleen de naam lijkt"),
        "not-in-this-family": _("deze persoon hoort niet bij dit gezin"),
        "person-says-so": _("de betrokkene zegt dat het niet klopt"),
    }
    return [(code, words[code]) for code in REASONS]


def _page(
    doubting: DoubtingDoor, case_id: str, person_id: str, purpose: str, fault: str = ""
) -> str:
    return render_template(
        "doubt.html",
        found=doubting.about(current_actor(), case_id, person_id, purpose),
        reasons=reason_words(),
        fault=fault,
    )
