"""The desk's own page: what waits for a person's decision. Poor in content: who, never what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.signals.desk.model import LINK, Proposal, Queue
from services.signals.web import desk_words, held_words
from services.signals.web.desk_acting import done
from services.signals.web.desk_doors import Desk
from services.signals.web.desk_held_pages import add_held
from services.signals.web.desk_narrative_pages import add_narratives
from services.signals.web.desk_pair_pages import add_pairs
from services.signals.web.desk_undo_pages import add_undo
from services.signals.web.desk_viewers_pages import add_viewers
from shared.authentication import access, current_actor
from shared.authentication.actor import Actor
from shared.ids import is_id
from shared.vocabulary import LegalContext, Role
from shared.web.translation import _, later

_LONGEST_NAME = 80
_SHOWN = 20  # of each list; the rest is counted and one click away
DESK = Role.DESK


def desk_pages(desk: Desk) -> Blueprint:
    """The blueprint of /desk and of its forms."""
    blueprint = Blueprint("desk", __name__, url_prefix="/desk")
    add_pairs(blueprint, desk, _page)
    add_undo(blueprint, desk)
    add_viewers(blueprint, desk)
    add_held(blueprint, desk)
    add_narratives(blueprint, desk)

    @blueprint.get("")
    @access(DESK, decision="list on worklist, assign on every case that is listed", page=True)
    def queue() -> str:
        return _page(desk, current_actor())

    @blueprint.post("/cases/<case_id>/assignments")
    @access(DESK, decision="assign on case", page=True)
    def assign(case_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        person = _person(desk, actor)
        if person is None:
            return _page(desk, actor, _("Kies wie de zaak krijgt.")), 400
        kind = "deputy" if request.form.get("kind") == "deputy" else "coordinator"
        return _done(
            desk,
            actor,
            lambda: desk.cases.assign(actor, case_id, *person, kind),
            later("De zaak is toegewezen."),
            conflict=_(
                "Dat kan niet: iemand was u voor, of deze zaak heeft al een regisseur. Die draagt "
                "haar dan over."
            ),
        )

    @blueprint.post("/cases/<case_id>/named-actors")
    @access(DESK, decision="assign on case", page=True)
    def name_actor(case_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        person = _person(desk, actor)
        if person is None:
            return _page(desk, actor, _("Kies wie op de lijst komt.")), 400
        return _done(
            desk,
            actor,
            lambda: desk.cases.name_actors(actor, case_id, [person[0]], []),
            later("De lijst van deze gesloten zaak is aangevuld."),
        )

    @blueprint.post("/cases/<case_id>/purpose-tests")
    @access(DESK, decision="assign on case", page=True)
    def test_purpose(case_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        met = request.form.get("met") == "yes"
        return _done(
            desk,
            actor,
            lambda: desk.cases.test_purpose(actor, case_id, met=met),
            later("De doeltoets is vastgelegd."),
        )

    @blueprint.post("/cases/<case_id>/collections")
    @access(DESK, decision="assign on case", page=True)
    def collect(case_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        return _done(
            desk,
            actor,
            lambda: desk.cases.begin_collecting(actor, case_id),
            later("Het verzamelen van gegevens is begonnen."),
        )

    return blueprint


def _person(desk: Desk, actor: Actor) -> tuple[str, str] | None:
    """(subject, name) of the person the form names: from the list, or written in."""
    chosen = request.form.get("subject", "")
    known = dict(desk.staff.known(actor))
    if chosen in known:
        return chosen, known[chosen]
    subject = request.form.get("other_subject", "").strip()
    name = " ".join(request.form.get("other_name", "").split())
    written = is_id(subject) and 0 < len(name) <= _LONGEST_NAME and name.isprintable()
    return (subject.lower(), name) if written else None


def _done(
    desk: Desk, actor: Actor, act: Callable[[], object], said: str, conflict: str = ""
) -> Response | tuple[str, int]:
    fault = done(act, said, conflict=conflict)
    if fault is not None:
        return _page(desk, actor, fault.text), fault.status
    return redirect(url_for("desk.queue"), 303)


def _page(desk: Desk, actor: Actor, fault: str = "") -> str:
    queue = desk.queue.queue(actor)
    held_count, held = desk.quarantine.listed(actor)
    everything = request.args.get("show") == "all"
    most = None if everything else _SHOWN
    waiting = [case for case in queue.cases if not case.coordinator_name]
    assigned = [case for case in queue.cases if case.coordinator_name]
    doubted = [one for one in queue.proposals if one.kind != LINK]
    sure = _sure(queue)
    return render_template(
        "desk.html",
        queue=queue,
        waiting=waiting[:most],
        waiting_count=len(waiting),
        assigned=assigned[:most],
        assigned_count=len(assigned),
        staff=desk.staff.known(actor),
        wgs=actor.legal_context is LegalContext.ZVH_WGS,
        held=held[:most],
        held_count=held_count,
        fault=fault,
        doubted=doubted[:most],
        doubted_count=len(doubted),
        sure=sure[:most],
        sure_count=len(sure),
        words=desk_words,
        held_words=held_words,
        withheld=sum(case.withheld_count for case in queue.cases),
    )


@dataclass(frozen=True)
class SureLinks:
    """Links of one case that the machine made and nobody confirmed yet."""

    name: str
    number: str
    case_id: str
    links: tuple[Proposal, ...]


def _sure(queue: Queue) -> list[SureLinks]:
    """By case, in the order of the queue."""
    found: dict[str, list[Proposal]] = {}
    for one in queue.proposals:
        if one.kind == LINK:
            found.setdefault(one.case_id, []).append(one)
    return [
        SureLinks(case.name, case.number, case.case_id, tuple(found[case.case_id]))
        for case in queue.cases
        if case.case_id in found
    ]
