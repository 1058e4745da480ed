"""The coordinator's pages: work list, purpose, household."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.signals.picture.model import CaseView
from services.signals.web import opened
from services.signals.web.doors import PictureDoor, SearchDoor
from services.signals.web.household import household_page
from services.signals.web.purposes import choices, chosen, usual
from services.signals.web.search_pages import add_search
from services.signals.web.worklist_page import worklist_page
from shared.authentication import access, current_actor
from shared.authentication.actor import Actor
from shared.ids import is_id
from shared.problems import NotFound
from shared.vocabulary import Purpose, Role
from shared.web.navigation import home

PEOPLE = (
    Role.COORDINATOR,
    Role.DESK,
    Role.CONSENT_OFFICER,
    Role.PRIVACY_OFFICER,
    Role.ADMINISTRATOR,
)


def coordinator_pages(pictures: PictureDoor, searches: SearchDoor) -> Blueprint:
    """The blueprint of the coordinator's pages."""
    blueprint = Blueprint("web", __name__)
    add_search(blueprint, searches)

    @blueprint.get("/")
    @access(*PEOPLE, decision="list on worklist; other roles are sent to their own page", page=True)
    def worklist() -> str | Response:
        actor = current_actor()
        if actor.role is Role.ADMINISTRATOR:
            return render_template("no_content.html")  # has no pages: a redirect would not end
        if actor.role is not Role.COORDINATOR:
            return redirect(home(actor), 303)
        listed = pictures.worklist(actor, _usual(actor))
        return render_template(
            "worklist.html", **worklist_page(listed, request.args.get("show", ""))
        )

    @blueprint.get("/cases/<case_id>")
    @access(Role.COORDINATOR, decision="list on worklist: only an own case is asked for", page=True)
    def ask_purpose(case_id: str) -> str:
        return _purpose_page(current_actor(), _own_case(current_actor(), case_id), fault=False)

    @blueprint.post("/cases/<case_id>/open")
    @access(Role.COORDINATOR, decision="none yet: the household asks open on case", page=True)
    def open_case(case_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        purpose = chosen(actor.legal_context, request.form.get("purpose", ""))
        if purpose is None:
            return _purpose_page(actor, _own_case(actor, case_id), fault=True), 400
        if not is_id(case_id):
            raise NotFound
        opened.remember(case_id, purpose)
        return redirect(url_for(".household", case_id=case_id), 303)

    @blueprint.get("/cases/<case_id>/picture")
    @access(Role.COORDINATOR, decision="open on case, know and view on every signal", page=True)
    def household(case_id: str) -> str | Response:
        actor = current_actor()
        # The purpose is checked against this person's context on every look, not trusted.
        purpose = chosen(actor.legal_context, opened.purpose_of(case_id))
        if purpose is None:
            return redirect(url_for(".ask_purpose", case_id=case_id), 303)
        picture = pictures.open(actor, case_id, purpose.value)
        return render_template("household.html", **household_page(picture))

    def _own_case(actor: Actor, case_id: str) -> CaseView:
        rows = pictures.worklist(actor, _usual(actor)).rows
        found = next((row.case for row in rows if row.case.id == case_id), None)
        if found is None:
            if is_id(case_id):
                # Asked for all the same: a case tried by its address stands in the log (I1).
                pictures.open(actor, case_id, _usual(actor))
            raise NotFound
        return found

    return blueprint


def _usual(actor: Actor) -> str:
    purpose = usual(actor.legal_context)
    if purpose is None:
        raise NotFound
    return purpose.value


def _given_before(case_id: str) -> str:
    """The purpose given earlier in this session. A first opening has none, and acute protection
    is chosen anew each time: a look for it is always checked afterwards."""
    given = opened.purpose_of(case_id)
    return "" if given == Purpose.ACUTE_PROTECTION else given


def _purpose_page(actor: Actor, case: CaseView, *, fault: bool) -> str:
    return render_template(
        "purpose.html",
        case=case,
        choices=choices(actor.legal_context),
        selected=_given_before(case.id),
        fault=fault,
    )
