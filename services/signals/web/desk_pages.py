"""The desk's page: what waits for a person's decision. Poor in content: who, never what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.signals.linking.explain import in_words
from services.signals.picture.desk import CANDIDATE, LINK, Proposal, Queue
from services.signals.web.doors import CasesDoor, HeldDoor, QueueDoor
from shared.authentication import access, current_actor
from shared.authentication.actor import Actor
from shared.ids import is_id
from shared.problems import Conflict, InvalidInput
from shared.vocabulary import LegalContext, Role
from shared.web.dates import when
from shared.web.messages import tell
from shared.web.translation import _, later

_LONGEST_NAME = 80
DESK = Role.DESK
_BIRTH_DOUBT = "birth_date_uncertain"
_FIELD = ":"  # in a code that is about one field: "surname:equal"


@dataclass(frozen=True)
class Desk:
    """The doors that the desk's page knocks on."""

    queue: QueueDoor
    cases: CasesDoor
    held: HeldDoor


def desk_pages(desk: Desk) -> Blueprint:
    """The blueprint of /desk and of its forms."""
    blueprint = Blueprint("desk", __name__, url_prefix="/desk")

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

    @blueprint.post("/links/<link_id>/confirmations")
    @access(DESK, decision="assign on the case the link is in", page=True)
    def confirm(link_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        return _done(
            desk,
            actor,
            lambda: desk.cases.confirm_link(actor, link_id),
            later("De koppeling is bevestigd."),
        )

    @blueprint.post("/candidates/<candidate_id>/decisions")
    @access(DESK, decision="assign on the case the candidate is in", page=True)
    def decide(candidate_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        same = request.form.get("same", "")
        if same not in ("yes", "no"):
            return _page(desk, actor, _("Kies of het dezelfde persoon is.")), 400
        return _done(
            desk,
            actor,
            lambda: desk.cases.decide_candidate(actor, candidate_id, same=same == "yes"),
            later("Uw besluit is vastgelegd."),
        )

    return blueprint


def _person(desk: Desk, actor: Actor) -> tuple[str, str] | None:
    """(subject, name) of the person the form names: from the list, or written in."""
    chosen = request.form.get("subject", "")
    known = dict(desk.cases.staff(actor))
    if chosen in known:
        return chosen, known[chosen]
    subject = request.form.get("other_subject", "").strip()
    name = " ".join(request.form.get("other_name", "").split())
    written = is_id(subject) and 0 < len(name) <= _LONGEST_NAME and name.isprintable()
    return (subject.lower(), name) if written else None


def _done(
    desk: Desk, actor: Actor, act: Callable[[], object], said: str
) -> Response | tuple[str, int]:
    """Does it and comes back to the list; what cannot be done is said there."""
    try:
        act()
    except InvalidInput as problem:
        named = any(fault.code == "not-named" for fault in problem.faults)
        text = (
            _("Deze zaak is gesloten: zet deze persoon eerst op de lijst.")
            if named
            else _("Dat kan niet met deze zaak.")
        )
        return _page(desk, actor, text), 400
    except Conflict:
        return _page(desk, actor, _("Iemand was u voor. Hieronder staat de nieuwe stand.")), 409
    tell(said)
    return redirect(url_for("desk.queue"), 303)


def _page(desk: Desk, actor: Actor, fault: str = "") -> str:
    queue = desk.queue.queue(actor)
    held_count, held = desk.held(actor)
    waiting = [case for case in queue.cases if not case.coordinator_name]
    return render_template(
        "desk.html",
        queue=queue,
        waiting=waiting,
        assigned=[case for case in queue.cases if case.coordinator_name],
        staff=desk.cases.staff(actor),
        wgs=actor.legal_context is LegalContext.ZVH_WGS,
        held=held,
        held_count=held_count,
        fault=fault,
        doubted=[one for one in queue.proposals if one.kind == CANDIDATE],
        sure=_sure(queue),
        doubts=doubts,
        compared=compared,
        births=births,
    )


@dataclass(frozen=True)
class SureLinks:
    """Links of one case that the machine made and nobody confirmed yet."""

    name: str
    number: str
    links: tuple[Proposal, ...]


def _sure(queue: Queue) -> list[SureLinks]:
    """By case, in the order of the queue."""
    names = {case.number: case.name for case in queue.cases}
    found: dict[str, list[Proposal]] = {}
    for one in queue.proposals:
        if one.kind == LINK:
            found.setdefault(one.number, []).append(one)
    return [
        SureLinks(names.get(number, ""), number, tuple(links)) for number, links in found.items()
    ]


def births(dates: str) -> str:
    """One or more dates of birth ("1979-05-02 / 1979") in words."""
    return " / ".join(when(date) for date in dates.split(" / "))


def doubts(proposal: Proposal) -> list[str]:
    """Why the machine leaves it to a human, each a sentence."""
    unsure = [code for code in proposal.reasons if _FIELD not in code]
    told = _about_birth(proposal) if _BIRTH_DOUBT in unsure else ""
    words = in_words((code for code in unsure if not (told and code == _BIRTH_DOUBT)), _)
    return [*words, told] if told else words


def _about_birth(proposal: Proposal) -> str:
    """What is really the matter with two dates that do not contradict each other, or ""."""
    dates = [proposal.this_birth_date, *proposal.known_birth_date.split(" / ")]
    known = [date for date in dates if date]
    if any(len(date) == len("2001") for date in known):
        return _("Van een van beide is alleen het geboortejaar bekend.")
    if any(len(date) == len("2001-02") for date in known):
        return _("Van een van beide zijn alleen geboortejaar en maand bekend.")
    if len(known) > 1 and len(set(known)) == 1:
        return _("De geboortedatum is gelijk, maar alleen dat is niet genoeg.")
    return ""


def compared(proposal: Proposal) -> list[str]:
    """What it saw in each field it could compare, each a sentence."""
    return in_words((code for code in proposal.reasons if _FIELD in code), _)
