"""The persons of a case, and undoing what was linked wrongly: split, merge, take a merge back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.signals.desk.model import Foreseen
from services.signals.web import desk_words
from services.signals.web.desk_acting import done
from services.signals.web.desk_doors import Desk
from shared.authentication import access, current_actor
from shared.authentication.actor import Actor
from shared.problems import NotFound
from shared.vocabulary import Role
from shared.web.translation import _, later

DESK = Role.DESK
ON_CASE = "assign on case; know as filter"
_OWN = "own"


def add_undo(blueprint: Blueprint, desk: Desk) -> None:
    """/desk/cases/{id}/persons and what can be undone from there."""

    @blueprint.get("/cases/<case_id>/persons")
    @access(DESK, decision=ON_CASE, page=True)
    def persons(case_id: str) -> str:
        return _persons_page(desk, current_actor(), case_id)

    @blueprint.get("/cases/<case_id>/links/<link_id>")
    @access(DESK, decision=ON_CASE, page=True)
    def wrong(case_id: str, link_id: str) -> str:
        return _wrong_page(desk, current_actor(), case_id, link_id)

    @blueprint.post("/cases/<case_id>/links/<link_id>/choice")
    @access(DESK, decision=ON_CASE, page=True)
    def choose_split(case_id: str, link_id: str) -> str | tuple[str, int]:
        actor = current_actor()
        target = request.form.get("person", "")
        if not target:
            fault = _("Kies bij wie deze vermelding hoort.")
            return _wrong_page(desk, actor, case_id, link_id, fault), 400
        person = None if target == _OWN else target
        return _confirm(
            lambda fault: _wrong_page(desk, actor, case_id, link_id, fault),
            desk.undoing.foresee_split(actor, link_id, person),
            title=_("Klopt niet: dit is iemand anders"),
            lasting=_(
                "De twee blijven uit elkaar: geen computer voegt ze weer samen. Toestemmingen van "
                "beide tellen niet mee tot iemand ze bevestigt. Wie het verkeerde beeld zag, vindt "
                "u daarna in een lijst."
            ),
            action=url_for(".split", case_id=case_id, link_id=link_id),
            hidden={"person": target},
            button=_("Ja, haal ze uit elkaar"),
            back=url_for(".wrong", case_id=case_id, link_id=link_id),
        )

    @blueprint.post("/cases/<case_id>/links/<link_id>/splits")
    @access(DESK, decision=ON_CASE, page=True)
    def split(case_id: str, link_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        target = request.form.get("person", "")
        if not target:
            raise NotFound
        person = None if target == _OWN else target
        return _after(
            desk,
            actor,
            case_id,
            lambda: desk.undoing.split(actor, link_id, person),
            later("De vermelding is losgemaakt. Hieronder staat de nieuwe stand."),
        )

    _add_merges(blueprint, desk)


def _add_merges(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.post("/cases/<case_id>/merges/choice")
    @access(DESK, decision=ON_CASE, page=True)
    def choose_merge(case_id: str) -> str | tuple[str, int]:
        actor = current_actor()
        one, other = request.form.get("one", ""), request.form.get("other", "")
        if not one or not other or one == other:
            fault = _("Kies twee verschillende personen.")
            return _persons_page(desk, actor, case_id, fault), 400
        return _confirm(
            lambda fault: _persons_page(desk, actor, case_id, fault),
            desk.undoing.foresee_merge(actor, one, other),
            title=_("Dezelfde persoon"),
            lasting=_("U kunt dit ongedaan maken: dan is alles weer als nu."),
            action=url_for(".merge", case_id=case_id),
            hidden={"one": one, "other": other},
            button=_("Ja, voeg samen"),
            back=url_for(".persons", case_id=case_id),
        )

    @blueprint.post("/cases/<case_id>/merges")
    @access(DESK, decision=ON_CASE, page=True)
    def merge(case_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        one, other = request.form.get("one", ""), request.form.get("other", "")
        return _after(
            desk,
            actor,
            case_id,
            lambda: desk.undoing.merge(actor, one, other),
            later("De twee zijn nu één persoon."),
            to=url_for("desk.queue"),  # the case may have gone on in another one
        )

    @blueprint.post("/cases/<case_id>/merges/<merge_id>/choice")
    @access(DESK, decision=ON_CASE, page=True)
    def choose_reversal(case_id: str, merge_id: str) -> str | tuple[str, int]:
        actor = current_actor()
        for_good = request.form.get("for_good") == "yes"
        lasting = (
            _("Dit blijft: de computer stelt deze twee nooit meer samen voor.")
            if for_good
            else _("Alles wordt zoals voor de samenvoeging, ook de twijfel van toen.")
        )
        return _confirm(
            lambda fault: _persons_page(desk, actor, case_id, fault),
            desk.undoing.foresee_unmerge(actor, merge_id, for_good=for_good),
            title=_("Samenvoegen ongedaan maken"),
            lasting=lasting,
            action=url_for(".reverse", case_id=case_id, merge_id=merge_id),
            hidden={"for_good": "yes" if for_good else "no"},
            button=_("Ja, maak ongedaan"),
            back=url_for(".persons", case_id=case_id),
        )

    @blueprint.post("/cases/<case_id>/merges/<merge_id>/reversals")
    @access(DESK, decision=ON_CASE, page=True)
    def reverse(case_id: str, merge_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        for_good = request.form.get("for_good") == "yes"
        return _after(
            desk,
            actor,
            case_id,
            lambda: desk.undoing.unmerge(actor, merge_id, for_good=for_good),
            later("De samenvoeging is ongedaan gemaakt. Hieronder staat de nieuwe stand."),
        )


def _confirm(
    page: Callable[[str], str],
    foreseen: Foreseen,
    *,
    title: str,
    lasting: str,
    action: str,
    hidden: Mapping[str, str],
    button: str,
    back: str,
) -> str | tuple[str, int]:
    if foreseen.obstacle:
        return page(desk_words.obstacle(foreseen.obstacle)), 409
    return render_template(
        "desk_confirm.html",
        title=title,
        outcomes=desk_words.outcomes(foreseen),
        lasting=lasting,
        action=action,
        hidden=hidden,
        button=button,
        back=back,
    )


def _after(
    desk: Desk, actor: Actor, case_id: str, act: Callable[[], object], said: str, to: str = ""
) -> Response | tuple[str, int]:
    fault = done(act, said, conflict=_("Dat kan niet (meer). Hieronder staat hoe het nu is."))
    if fault is not None:
        return _persons_page(desk, actor, case_id, fault.text), fault.status
    return redirect(to or url_for("desk.persons", case_id=case_id), 303)


def _persons_page(desk: Desk, actor: Actor, case_id: str, fault: str = "") -> str:
    return render_template(
        "desk_persons.html",
        case=desk.people.persons(actor, case_id),
        births=desk_words.births,
        value=desk_words.mention_value,
        fault=fault,
    )


def _wrong_page(desk: Desk, actor: Actor, case_id: str, link_id: str, fault: str = "") -> str:
    case = desk.people.persons(actor, case_id)
    for person in case.persons:
        for mention in person.mentions:
            if mention.link_id == link_id:
                return render_template(
                    "desk_wrong.html",
                    case=case,
                    person=person,
                    mention=mention,
                    others=[one for one in case.persons if one.person_id != person.person_id],
                    births=desk_words.births,
                    value=desk_words.mention_value,
                    fault=fault,
                )
    raise NotFound
