"""Two records side by side: the same person, somebody else, or later. Nothing happens before the
desk has read what will follow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.signals.desk.later import LONGEST, REASONS
from services.signals.web import desk_words
from services.signals.web.desk_acting import done
from services.signals.web.desk_doors import Desk
from shared import clock
from shared.authentication import access, current_actor
from shared.authentication.actor import Actor
from shared.vocabulary import Role
from shared.web.translation import _, later

DESK = Role.DESK
ON_PAIR = "assign on the case the candidate is in; know as filter"


def add_pairs(
    blueprint: Blueprint, desk: Desk, queue_page: Callable[[Desk, Actor, str], str]
) -> None:
    """/desk/candidates/{id} and its forms; /desk/links/{id}/confirmations."""

    @blueprint.get("/candidates/<candidate_id>")
    @access(DESK, decision=ON_PAIR, page=True)
    def pair(candidate_id: str) -> str:
        return _pair_page(desk, current_actor(), candidate_id)

    @blueprint.post("/candidates/<candidate_id>/choice")
    @access(DESK, decision=ON_PAIR, page=True)
    def choose(candidate_id: str) -> Response | str | tuple[str, int]:
        actor = current_actor()
        chosen = request.form.get("choice", "")
        if chosen == "later":
            return _put_off(desk, actor, candidate_id)
        if chosen not in ("same", "other"):
            fault = _("Kies: dezelfde persoon, iemand anders, of later.")
            return _pair_page(desk, actor, candidate_id, fault), 400
        foreseen = desk.judging.foresee(actor, candidate_id, same=chosen == "same")
        if foreseen.obstacle:
            fault = desk_words.obstacle(foreseen.obstacle)
            return _pair_page(desk, actor, candidate_id, fault), 409
        return render_template(
            "desk_confirm.html",
            title=_("Dezelfde persoon") if chosen == "same" else _("Iemand anders"),
            outcomes=desk_words.outcomes(foreseen),
            lasting=_same_stays() if chosen == "same" else _other_stays(),
            action=url_for(".decide", candidate_id=candidate_id),
            hidden={"same": "yes" if chosen == "same" else "no"},
            button=_("Ja, dit is dezelfde persoon")
            if chosen == "same"
            else _("Ja, dit is iemand anders"),
            back=url_for(".pair", candidate_id=candidate_id),
        )

    @blueprint.post("/candidates/<candidate_id>/decisions")
    @access(DESK, decision=ON_PAIR, page=True)
    def decide(candidate_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        same = request.form.get("same", "")
        if same not in ("yes", "no"):
            return queue_page(desk, actor, _("Kies of het dezelfde persoon is.")), 400
        fault = done(
            lambda: desk.judging.decide(actor, candidate_id, same=same == "yes"),
            later("Uw besluit is vastgelegd."),
        )
        if fault is not None:
            return queue_page(desk, actor, fault.text), fault.status
        return redirect(url_for(".queue"), 303)

    @blueprint.post("/links/<link_id>/confirmations")
    @access(DESK, decision="assign on the case the link is in", page=True)
    def confirm(link_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        fault = done(
            lambda: desk.judging.confirm(actor, link_id), later("De koppeling is bevestigd.")
        )
        if fault is not None:
            return queue_page(desk, actor, fault.text), fault.status
        return redirect(url_for(".queue"), 303)


def _put_off(desk: Desk, actor: Actor, candidate_id: str) -> Response | tuple[str, int]:
    reason = request.form.get("reason", "")
    try:
        until = date.fromisoformat(request.form.get("until", ""))
    except ValueError:
        return _pair_page(desk, actor, candidate_id, _("Kies de dag waarop dit terugkomt.")), 400
    if reason not in REASONS:
        return _pair_page(desk, actor, candidate_id, _("Kies waarom dit later kan.")), 400
    fault = done(
        lambda: desk.judging.postpone(actor, candidate_id, until, reason),
        later("De twijfel blijft staan en komt op de gekozen dag terug."),
    )
    if fault is not None:
        return _pair_page(desk, actor, candidate_id, fault.text), fault.status
    return redirect(url_for("desk.queue"), 303)


def _pair_page(desk: Desk, actor: Actor, candidate_id: str, fault: str = "") -> str:
    pair = desk.judging.open(actor, candidate_id)
    dates = [one.birth_date for one in (*pair.this.mentions, *pair.known.mentions)]
    today = clock.today()
    return render_template(
        "desk_pair.html",
        pair=pair,
        rows=desk_words.field_rows(pair),
        doubts=desk_words.doubts_of(pair.doubts, dates),
        reasons=[(code, desk_words.later_words(code)) for code in REASONS],
        tomorrow=(today + timedelta(days=1)).isoformat(),
        latest=(today + LONGEST).isoformat(),
        later_words=desk_words.later_words,
        births=desk_words.births,
        value=desk_words.mention_value,
        fault=fault,
    )


def _same_stays() -> str:
    return _(
        "U kunt dit later ongedaan maken bij de personen van de zaak: dan is alles weer als nu."
    )


def _other_stays() -> str:
    return _(
        "Dit blijft: de computer stelt deze twee nooit meer samen voor, ook niet na een "
        "verbetering van de afzender."
    )
