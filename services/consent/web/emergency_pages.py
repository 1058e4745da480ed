"""Pages of break-glass: ask and confirm for who acts in danger, review for the privacy officer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from services.consent.emergencies.model import OUTCOMES, REASONS
from services.consent.emergencies.resources import EmergencyBody, sought_of
from services.consent.emergencies.service import EmergencyOffice
from services.consent.web import emergency_words as words
from shared.authentication import access, current_actor
from shared.ids import is_id
from shared.problems import Conflict, NotFound
from shared.requests import faults_of
from shared.vocabulary import Role
from shared.web import _, tell

IN_DANGER = (Role.COORDINATOR, Role.DESK)
_BODY = EmergencyBody()
_FIELDS = ("caseNumber", "name", "birthDate", "bsn", "reasonCode", "reason")
_LONGEST = 2000


def emergency_pages(office: EmergencyOffice) -> Blueprint:
    """The blueprint of /emergencies."""
    blueprint = Blueprint("emergency", __name__, url_prefix="/emergencies")

    def page(values: dict[str, str], faults: Any = None, conflict: str = "") -> str:
        shown = office.listed(current_actor())
        return render_template(
            "emergencies.html",
            values=values,
            faults=faults or {},
            conflict=conflict,
            to_confirm=[one for one in shown if one.may_confirm],
            mine=[one for one in shown if one.mine],
            reasons=REASONS,
            words=words,
        )

    @blueprint.get("")
    @access(
        *IN_DANGER, Role.PRIVACY_OFFICER, page=True,
        decision="open_emergency or review_emergency; confirm_emergency on each",
    )  # fmt: skip
    def emergencies() -> str:
        if current_actor().role is Role.PRIVACY_OFFICER:
            return review_page()
        number = request.args.get("case", "")[:16]
        return page({**dict.fromkeys(_FIELDS, ""), "caseNumber": number})

    @blueprint.post("")
    @access(*IN_DANGER, decision="open_emergency on emergencies", page=True)
    def open_emergency() -> Response | tuple[str, int]:
        values = {name: request.form.get(name, "").strip()[:_LONGEST] for name in _FIELDS}
        try:
            body = _BODY.load({name: value for name, value in values.items() if value})
        except ValidationError as error:
            return page(values, words.faults_by_field(faults_of(error.messages))), 400
        try:
            office.open(current_actor(), sought_of(body), body["reasonCode"], body["reason"])
        except Conflict:
            full = _("U heeft er al vijf open. Sluit er eerst een, of vraag een collega.")
            return page(values, conflict=full), 409
        tell(_("Gevraagd. Bel nu een collega: binnen 60 minuten moet iemand bevestigen."))
        return redirect(url_for(".emergencies"), 303)

    @blueprint.post("/<grant_id>/confirm")
    @access(*IN_DANGER, decision="confirm_emergency on emergencies", page=True)
    def confirm(grant_id: str) -> Response | tuple[str, int]:
        return step(grant_id, office.confirm, _("Bevestigd. Uw collega heeft nu inzage."))

    @blueprint.post("/<grant_id>/end")
    @access(*IN_DANGER, Role.PRIVACY_OFFICER, decision="end_emergency", page=True)
    def end(grant_id: str) -> Response | tuple[str, int]:
        return step(grant_id, office.end, _("Gesloten. Vanaf nu opent dit niets meer."))

    @blueprint.post("/<grant_id>/review")
    @access(Role.PRIVACY_OFFICER, decision="review_emergency on emergencies", page=True)
    def review(grant_id: str) -> Response | tuple[str, int]:
        chosen = request.form.get("outcome", "")
        if chosen not in OUTCOMES:
            return review_page(_("Kies wat u van deze inzage vindt.")), 400
        return step(
            grant_id,
            lambda actor, found: office.review(actor, found, chosen),
            _("Uw oordeel is vastgelegd."),
        )

    def step(grant_id: str, act: Any, said: str) -> Response | tuple[str, int]:
        if not is_id(grant_id):
            raise NotFound
        try:
            act(current_actor(), grant_id.lower())
        except Conflict:
            late = _("Dit staat intussen anders. Hieronder ziet u de nieuwe stand.")
            if current_actor().role is Role.PRIVACY_OFFICER:
                return review_page(late), 409
            return page(dict.fromkeys(_FIELDS, ""), conflict=late), 409
        tell(said)
        return redirect(url_for(".emergencies"), 303)

    def review_page(fault: str = "") -> str:
        return render_template(
            "emergency_reviews.html",
            shown=sorted(office.listed(current_actor()), key=lambda one: one.grant.opened_at),
            outcomes=OUTCOMES,
            fault=fault,
            words=words,
            moment=office.time.now(),
        )

    return blueprint
