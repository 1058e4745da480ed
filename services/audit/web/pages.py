"""The privacy officer's pages: is the log whole, who looked, one entry with its proof."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from services.audit.log.reader import LogReader, LogState
from services.audit.review.query import PAGE_SIZE
from services.audit.review.service import Found, Review, hash_text
from services.audit.web.search_form import NAMES, SearchForm, read_form
from services.audit.web.words import EVENTS, event_words, number, reason_words, row_of
from shared import clock
from shared.authentication import access, current_actor
from shared.clients.persons import PersonFinder, PersonsFound
from shared.ids import is_id
from shared.problems import InvalidInput, NotFound
from shared.settings import Settings
from shared.vocabulary import Agency, Purpose, Role
from shared.web import _

R27 = "read_log on log (R27)"
_WITNESS_SECONDS = 120  # without a new cosignature while there are new entries


def review_pages(
    settings: Settings, review: Review, reader: LogReader, persons: PersonFinder
) -> Blueprint:
    """The blueprint of the officer's pages."""
    blueprint = Blueprint("web", __name__)

    def page(form: SearchForm, found: Found | None, nobody: bool = False) -> str:
        pages = 0 if found is None else -(-found.total // PAGE_SIZE)
        state = reader.state()
        return render_template(
            "log.html",
            state=state,
            witness_late=_witness_late(state),
            origin=reader.key.name,
            form=form,
            found=found,
            rows=[] if found is None else [row_of(item) for item in found.items],
            nobody=nobody,
            pages=pages,
            agencies=list(Agency),
            purposes=list(Purpose),
            events=sorted(EVENTS, key=event_words),
            event_words=event_words,
            number=number,
        )

    @blueprint.get("/")
    @access(
        Role.PRIVACY_OFFICER, decision="none: the log's state says nothing of entries", page=True
    )
    def log() -> str:
        return page(SearchForm(dict.fromkeys(NAMES, "")), None)

    @blueprint.post("/search")
    @access(Role.PRIVACY_OFFICER, decision=R27, page=True)
    def search() -> str | tuple[str, int]:
        form, actor = read_form(request.form), current_actor()
        if form.faults:
            return page(form, None), 400
        found_persons: tuple[str, ...] | None = None
        sought = form.sought()
        if not sought.empty:
            try:
                found_persons = _all_ids(persons.find(actor, sought))
            except InvalidInput:
                fault = {"name": _("Hiermee is niemand te vinden: vul meer in.")}
                return page(SearchForm(form.values, fault), None), 400
        found = review.search(actor, form.query(settings, found_persons))
        return page(form, found, nobody=found_persons == ())

    @blueprint.get("/search")
    @access(Role.PRIVACY_OFFICER, decision="none: shows the empty form", page=True)
    def search_again() -> str:
        return page(SearchForm(dict.fromkeys(NAMES, "")), None)

    @blueprint.post("/check")
    @access(
        Role.PRIVACY_OFFICER, decision="none: the log's state says nothing of entries", page=True
    )
    def check() -> str:
        reader.check_everything()
        return page(SearchForm(dict.fromkeys(NAMES, "")), None)

    @blueprint.get("/entries/<entry_id>")
    @access(Role.PRIVACY_OFFICER, decision=R27, page=True)
    def entry(entry_id: str) -> str | Response:
        if not is_id(entry_id):
            raise NotFound
        opened = review.open(current_actor(), entry_id.lower())
        proof = opened.proof
        return render_template(
            "entry.html",
            entry=opened.entry.body,
            row=row_of(opened.entry),
            reason_words=reason_words(str(opened.entry.body.get("reason", ""))),
            leaf=opened.entry.leaf.decode(),
            proof=proof,
            leaf_hash=hash_text(proof.leaf_hash),
            root=hash_text(proof.root),
            path=[hash_text(step) for step in proof.path],
            number=number,
        )

    return blueprint


def _witness_late(state: LogState) -> bool:
    """Were entries signed that no witness has seen although it had the time to?"""
    if not state.witnessed_size or state.witnessed_size >= state.size:
        return False
    silent = (clock.now() - clock.moment(state.witnessed_at)).total_seconds()
    return silent > _WITNESS_SECONDS


def _all_ids(found: PersonsFound) -> tuple[str, ...]:
    """Consents hang on mentions: entries about them name the mention, not the person."""
    return (*found.person_ids, *found.mention_ids)
