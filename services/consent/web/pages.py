"""The consent officer's pages: find, record, withdraw; and the rules in force, for everybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.consent.consents.model import Consent, Evidence, GivenBy, Reason
from services.consent.decisions.service import DecisionService
from services.consent.office.recording import ConsentOffice
from services.consent.office.resources import consent_json
from services.consent.policy.overview import rules_in_force
from services.consent.web import words
from services.consent.web.forms import empty_form, read_form
from shared.authentication import access, current_actor
from shared.clients.persons import PersonFinder, PersonSought
from shared.ids import is_id
from shared.problems import InvalidInput, NotFound
from shared.vocabulary import Category, LegalContext, Purpose, Role
from shared.web import _, tell
from shared.web.navigation import home

PEOPLE = (
    Role.COORDINATOR, Role.DESK, Role.CONSENT_OFFICER, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR,
)  # fmt: skip
PURPOSES = (Purpose.CASE_COORDINATION, Purpose.SAFETY_ASSESSMENT, Purpose.ACUTE_PROTECTION)
CONTEXTS = (LegalContext.VT_TASK, LegalContext.ZVH_WGS, LegalContext.YOUTH_COUNCIL,
            LegalContext.GI_MEASURE, LegalContext.CONSENT)  # fmt: skip
REASONS = (Reason.SOLE_AUTHORITY, Reason.OTHER_PARENT_UNSAFE, Reason.OTHER_PARENT_UNREACHABLE,
           Reason.CHILD_INTEREST)  # fmt: skip
ENDINGS = (Reason.WITHDRAWN_BY_PERSON, Reason.WITHDRAWN_BY_REPRESENTATIVE,
           Reason.RECORDED_IN_ERROR)  # fmt: skip
READ, WRITE = "read_consent on consents", "record_consent on consents"


def consent_pages(
    office: ConsentOffice, persons: PersonFinder, decisions: DecisionService
) -> Blueprint:
    """The blueprint of the pages."""
    blueprint = Blueprint("web", __name__)

    def listed(found: list[Consent] | None, **more: Any) -> str:
        rows = None if found is None else [consent_json(consent) for consent in found]
        searched = {"name": "", "birth_date": "", "mention": "", "searched": False, "nobody": False}
        return render_template(
            "consents.html", rows=rows, words=words, **{**searched, "faults": {}, **more}
        )

    @blueprint.get("/")
    @access(*PEOPLE, decision=f"{READ}; other roles are sent to their own page", page=True)
    def consents() -> str | Response:
        actor = current_actor()
        if actor.role is not Role.CONSENT_OFFICER:
            return redirect(home(actor), 303)
        return listed(office.search(actor, None))

    @blueprint.get("/search")
    @access(Role.CONSENT_OFFICER, decision="none: goes back to the list", page=True)
    def search_again() -> Response:
        return redirect(url_for(".consents"), 303)

    @blueprint.post("/search")
    @access(Role.CONSENT_OFFICER, decision=READ, page=True)
    def search() -> str | tuple[str, int]:
        actor = current_actor()
        filled = {name: request.form.get(name, "").strip()[:200]
                  for name in ("name", "birth_date", "mention")}  # fmt: skip
        if filled["mention"]:
            if not is_id(filled["mention"]):
                fault = _("Een kenmerk heeft 36 tekens; neem het over uit het signaal.")
                return listed(None, **filled, faults={"mention": fault}), 400
            return listed(office.search(actor, [filled["mention"].lower()]), **filled,
                          searched=True)  # fmt: skip
        if not (filled["name"] and filled["birth_date"]):
            fault = _("Vul een achternaam en een geboortedatum in.")
            return listed(None, **filled, faults={"name": fault}), 400
        try:
            found = persons.find(actor, PersonSought(filled["name"], filled["birth_date"]))
        except InvalidInput as problem:
            return listed(None, **filled, faults={"name": words.fault(problem.faults[0])}), 400
        consents_ = office.search(actor, list(found.mention_ids), found.person_ids)
        return listed(
            consents_, **filled, searched=True, nobody=not found.mention_ids,
            mentions=found.mention_ids,
        )  # fmt: skip

    def form_page(form: Any) -> str:
        return render_template(
            "record.html", form=form, words=words, purposes=PURPOSES, contexts=CONTEXTS,
            categories=list(Category), givers=list(GivenBy), evidences=list(Evidence),
            reasons=REASONS,
        )  # fmt: skip

    @blueprint.get("/record")
    @access(Role.CONSENT_OFFICER, decision="none: an empty form", page=True)
    def record_form() -> str:
        return form_page(empty_form())

    @blueprint.post("/record/for-mention")
    @access(Role.CONSENT_OFFICER, decision="none: a form with one id filled in", page=True)
    def record_for_mention() -> str:
        mention = request.form.get("mention", "")
        return form_page(empty_form(mention if is_id(mention) else ""))

    @blueprint.post("/record")
    @access(Role.CONSENT_OFFICER, decision=WRITE, page=True)
    def record() -> Response | tuple[str, int]:
        actor = current_actor()
        form, terms = read_form(request.form, actor.region)
        if terms is None:
            return form_page(form), 400
        consent = office.record(actor, terms)
        tell(_("De toestemming is vastgelegd en geldt vanaf het volgende antwoord."))
        return redirect(url_for(".consent", consent_id=consent.consent_id), 303)

    def own_page(consent_id: str, fault: str = "") -> str:
        if not is_id(consent_id):
            raise NotFound
        consent, events = office.history(current_actor(), consent_id)
        return render_template(
            "consent.html", row=consent_json(consent), events=events, words=words,
            endings=ENDINGS, fault=fault,
        )  # fmt: skip

    @blueprint.get("/consents/<consent_id>")
    @access(Role.CONSENT_OFFICER, decision=READ, page=True)
    def consent(consent_id: str) -> str:
        return own_page(consent_id)

    @blueprint.post("/consents/<consent_id>/withdraw")
    @access(Role.CONSENT_OFFICER, decision=WRITE, page=True)
    def withdraw(consent_id: str) -> Response | tuple[str, int]:
        chosen = request.form.get("reason", "")
        if chosen not in {ending.value for ending in ENDINGS}:
            return own_page(consent_id, _("Kies waarom de toestemming eindigt.")), 400
        if not is_id(consent_id):
            raise NotFound
        office.withdraw(current_actor(), consent_id, Reason(chosen))
        tell(_("De toestemming is ingetrokken. Dat werkt meteen, voor iedereen."))
        return redirect(url_for(".consent", consent_id=consent_id), 303)

    @blueprint.post("/consents/<consent_id>/confirm")
    @access(Role.CONSENT_OFFICER, decision=WRITE, page=True)
    def confirm(consent_id: str) -> Response:
        if not is_id(consent_id):
            raise NotFound
        office.confirm(current_actor(), consent_id)
        tell(_("De toestemming is bevestigd en geldt weer."))
        return redirect(url_for(".consent", consent_id=consent_id), 303)

    @blueprint.get("/rules")
    @access(*PEOPLE, decision="none: the rules in force are public", page=True)
    def rules() -> str:
        lines = rules_in_force(decisions.engine.bundle)
        return render_template(
            "rules.html", lines=lines, version=decisions.policy_version, words=words
        )

    return blueprint
