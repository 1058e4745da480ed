"""The consent officer's page of restrictions (AVG art. 18) and objections (art. 21)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.consent.consents.restrictions import WHY_LIFTED, WHY_RESTRICTED, Restriction
from services.consent.office.restricting import RestrictionOffice
from services.consent.web import words
from shared.authentication import access, current_actor
from shared.clients.persons import PersonFinder, PersonSought
from shared.ids import is_id
from shared.problems import Conflict, InvalidInput
from shared.vocabulary import Role
from shared.web import _, tell

READ, WRITE = "read_consent on consents", "record_consent on consents"
_MOST = 1000


def restriction_pages(office: RestrictionOffice, persons: PersonFinder) -> Blueprint:
    """The blueprint of /restrictions."""
    blueprint = Blueprint("restriction", __name__, url_prefix="/restrictions")

    def page(found: list[Restriction] | None, **more: Any) -> str:
        empty = {"name": "", "birth_date": "", "faults": {}, "searched": False, "mentions": ()}
        return render_template(
            "restrictions.html",
            rows=found,
            reasons=WHY_RESTRICTED,
            endings=WHY_LIFTED,
            words=words,
            **{**empty, **more},
        )

    def latest(**more: Any) -> str:
        return page(office.listed(current_actor(), None), **more)

    @blueprint.get("")
    @access(Role.CONSENT_OFFICER, decision=READ, page=True)
    def restrictions() -> str:
        return latest()

    @blueprint.get("/search")
    @access(Role.CONSENT_OFFICER, decision="none: goes back to the list", page=True)
    def search_again() -> Response:
        return redirect(url_for(".restrictions"), 303)

    @blueprint.post("/search")
    @access(Role.CONSENT_OFFICER, decision=READ, page=True)
    def search() -> str | tuple[str, int]:
        actor = current_actor()
        filled = {name: request.form.get(name, "").strip()[:200] for name in ("name", "birth_date")}
        try:
            if not (filled["name"] and filled["birth_date"]):
                raise InvalidInput
            found = persons.find(actor, PersonSought(filled["name"], filled["birth_date"]))
        except InvalidInput:
            fault = _("Vul een achternaam en een geboortedatum in.")
            return page(None, **filled, faults={"name": fault}), 400
        rows = office.listed(actor, list(found.mention_ids)[:_MOST], found.person_ids)
        return page(rows, **filled, searched=True, mentions=found.mention_ids)

    @blueprint.post("/impose")
    @access(Role.CONSENT_OFFICER, decision=WRITE, page=True)
    def impose() -> Response | tuple[str, int]:
        mentions, reason = _mentions(), request.form.get("reason", "")
        if not mentions or reason not in WHY_RESTRICTED:
            fault = _("Kies waarom de verwerking wordt beperkt.")
            return latest(mentions=mentions, searched=bool(mentions), faults={"reason": fault}), 400
        office.restrict(current_actor(), mentions, reason)
        tell(_("De verwerking is beperkt. Vanaf het volgende antwoord is alles over deze persoon"
               " afgeschermd."))  # fmt: skip
        return redirect(url_for(".restrictions"), 303)

    @blueprint.post("/lift")
    @access(Role.CONSENT_OFFICER, decision=WRITE, page=True)
    def lift() -> Response | tuple[str, int]:
        mentions, reason = _mentions(), request.form.get("reason", "")
        if not mentions or reason not in WHY_LIFTED:
            return latest(faults={"lift": _("Kies waarom de beperking eindigt.")}), 400
        if request.form.get("informed") != "yes":
            told = _("Vertel het de betrokkene eerst, en kruis dat aan (AVG art. 18 lid 3).")
            return latest(faults={"lift": told}), 400
        try:
            office.lift(current_actor(), mentions, reason)
        except Conflict:
            return latest(faults={"lift": _("Deze beperking was al opgeheven.")}), 409
        tell(_("De beperking is opgeheven."))
        return redirect(url_for(".restrictions"), 303)

    return blueprint


def _mentions() -> list[str]:
    named = request.form.get("mentions", "").lower().split()
    return named[:_MOST] if all(is_id(one) for one in named) else []
