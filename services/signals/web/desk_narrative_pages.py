"""Withheld texts: the desk takes out what must stay hidden and releases the rest."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.signals.intake.redacting import MARK
from services.signals.web.desk_doors import Desk
from shared.authentication import access, current_actor
from shared.authentication.actor import Actor
from shared.problems import Conflict, Fault, InvalidInput
from shared.vocabulary import Role
from shared.web.messages import tell
from shared.web.translation import _, later

REDACT = "assign on case; know and redact on the signal (P41)"


def add_narratives(blueprint: Blueprint, desk: Desk) -> None:
    """/desk/narratives and /desk/narratives/{signal id}."""

    @blueprint.get("/narratives")
    @access(Role.DESK, decision="list on worklist; know as filter; redact on each", page=True)
    def narratives() -> str:
        return render_template(
            "desk_narratives.html", found=desk.narratives.listed(current_actor())
        )

    @blueprint.get("/narratives/<signal_id>")
    @access(Role.DESK, decision=REDACT, page=True)
    def narrative(signal_id: str) -> str:
        return _page(desk, current_actor(), signal_id)

    @blueprint.post("/narratives/<signal_id>")
    @access(Role.DESK, decision=REDACT, page=True)
    def release(signal_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        texts = dict(zip(request.form.getlist("place"), request.form.getlist("text"), strict=False))
        try:
            desk.narratives.redact(actor, signal_id, texts)
        except InvalidInput as problem:
            return _page(desk, actor, signal_id, texts, problem.faults), 400
        except Conflict:
            tell(later("De tekst is intussen veranderd. Kijk opnieuw."))
            return redirect(url_for(".narratives"), 303)
        tell(later("De tekst is vrijgegeven zonder wat u eruit haalde."))
        return redirect(url_for(".narratives"), 303)


def _page(
    desk: Desk,
    actor: Actor,
    signal_id: str,
    texts: Mapping[str, str] | None = None,
    faults: tuple[Fault, ...] = (),
) -> str:
    opened = desk.narratives.open(actor, signal_id)
    wrong = {fault.pointer.removeprefix("/texts/"): _why(fault.code) for fault in faults}
    return render_template(
        "desk_narrative.html",
        opened=opened,
        texts=texts or {},
        wrong=wrong,
        fault=_("De tekst is nog niet vrijgegeven. Kijk bij de rode regels.") if faults else "",
        place=_place,
        mark=MARK,
    )


def _why(code: str) -> str:
    words = {
        "only-leave-out": _(
            "U kunt alleen weglaten: zet […] op de plek van wat weg moet en verander niets anders."
        ),
        "still-there": _("Hier staat nog iets dat verborgen moet blijven."),
        "ask-source": _("Het staat in een kenmerk: vraag de afzender om een verbetering."),
    }
    return words.get(code, _("Dat kan niet met deze tekst."))


def _place(place: str) -> str:
    """Which text this is, in words."""
    kind, _slash, number = place.partition("/")
    words = {
        "statements": _("Uitspraak"),
        "requests": _("Antwoord"),
        "evidence": _("Bewijsstuk"),
        "informed": _("Waarom niet geïnformeerd"),
        "reporter": _("Melder"),
    }
    return (
        f"{words.get(kind, kind)} {int(number) + 1}" if number.isdigit() else words.get(kind, kind)
    )
