"""Pages for handing a case over, for coordinator and desk; and the look under a break-glass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from flask import Blueprint, Flask, g, redirect, render_template, request
from werkzeug.wrappers import Response

from services.signals.cases.handover import ABSENCES, LONGEST_NOTE, REFUSALS
from services.signals.cases.transfer_resources import TransferView, view_of
from services.signals.cases.transferring import Shown, TransferService
from services.signals.picture.emergency import EmergencyPictures
from services.signals.web import in_the_readers_language
from services.signals.web.household import entry_of, lifted_by
from shared.authentication import access, current_actor
from shared.authentication.actor import Actor
from shared.ids import is_id
from shared.problems import Conflict, InvalidInput, NotFound
from shared.vocabulary import Role
from shared.web.messages import tell
from shared.web.navigation import home
from shared.web.translation import _, later

BOTH = (Role.COORDINATOR, Role.DESK)


class StaffDoor(Protocol):
    def known(self, actor: Actor) -> list[tuple[str, str]]:
        """(subject, name) of whom one can choose."""


@dataclass(frozen=True)
class Casework:
    """The doors these pages knock on."""

    transfers: TransferService
    emergencies: EmergencyPictures
    staff: StaffDoor


def install_casework(app: Flask, doors: Casework) -> None:
    """Adds these pages, and the open proposals that both work lists show."""
    for blueprint in (transfer_pages(doors), _emergency_page(doors.emergencies)):
        in_the_readers_language(blueprint)
        app.register_blueprint(blueprint)

    def open_transfers() -> list[TransferView]:
        return [view_of(shown) for shown in doors.transfers.listed(g.actor)]

    app.jinja_env.globals.update(open_transfers=open_transfers, waiting_for=waiting_for)


def transfer_pages(doors: Casework) -> Blueprint:
    """/cases/<id>/transfer and /transfers/<id>."""
    blueprint = Blueprint("transfer", __name__)
    transfers = doors.transfers

    def form(case_id: str, values: dict[str, str], **more: object) -> str:
        actor = current_actor()
        return render_template(
            "transfer_form.html",
            case_id=case_id,
            values=values,
            staff=[one for one in doors.staff.known(actor) if one[0] != actor.subject],
            desk=actor.role is Role.DESK,
            absences=ABSENCES,
            absence_words=absence_words,
            **{"faults": {}, "conflict": "", **more},
        )

    @blueprint.get("/cases/<case_id>/transfer")
    @access(*BOTH, decision="none: an empty form; proposing asks hand_over", page=True)
    def propose_form(case_id: str) -> str:
        if not is_id(case_id):
            raise NotFound
        return form(case_id, {"subject": "", "note": "", "absence": ""})

    @blueprint.post("/cases/<case_id>/transfer")
    @access(*BOTH, decision="hand_over on transfer", page=True)
    def propose(case_id: str) -> Response | tuple[str, int]:
        if not is_id(case_id):
            raise NotFound
        actor = current_actor()
        values = {
            name: request.form.get(name, "").strip() for name in ("subject", "note", "absence")
        }
        names = dict(doors.staff.known(actor))
        if values["subject"] not in names:
            return form(case_id, values, faults={"subject": _("Kies wie de zaak overneemt.")}), 400
        successor = (values["subject"], names[values["subject"]])
        try:
            shown = transfers.propose(actor, case_id, successor, values["note"], values["absence"])
        except InvalidInput as problem:
            return form(case_id, values, faults=_faults(problem)), 400
        except Conflict:
            taken = _("Er is al een voorstel open voor deze zaak, of zij heeft nog geen regisseur.")
            return form(case_id, values, conflict=taken), 409
        tell(later("Voorgesteld. De opvolger ziet het op de werklijst."))
        return redirect(f"{request.script_root}/transfers/{shown.transfer.id}", 303)

    def page(shown: Shown, fault: str = "") -> str:
        return render_template(
            "transfer.html",
            one=view_of(shown),
            note=shown.note,
            fault=fault,
            refusals=REFUSALS,
            refusal_words=refusal_words,
            absence_words=absence_words,
            state_words=state_words,
        )

    @blueprint.get("/transfers/<transfer_id>")
    @access(*BOTH, decision="hand_over or take_over on transfer", page=True)
    def transfer(transfer_id: str) -> str:
        return page(transfers.read(current_actor(), _id(transfer_id)))

    def step(
        transfer_id: str, act: Callable[[Actor, str], Shown], said: str
    ) -> Response | tuple[str, int]:
        actor = current_actor()
        try:
            act(actor, _id(transfer_id))
        except Conflict:
            late = _("Iemand was u voor. Hieronder staat de nieuwe stand.")
            return page(transfers.read(actor, _id(transfer_id)), late), 409
        tell(said)
        return redirect(home(actor), 303)

    @blueprint.post("/transfers/<transfer_id>/agree")
    @access(Role.COORDINATOR, decision="hand_over or take_over on transfer", page=True)
    def agree(transfer_id: str) -> Response | tuple[str, int]:
        return step(transfer_id, transfers.agree, later("Uw akkoord is vastgelegd."))

    @blueprint.post("/transfers/<transfer_id>/refuse")
    @access(Role.COORDINATOR, decision="hand_over or take_over on transfer", page=True)
    def refuse(transfer_id: str) -> Response | tuple[str, int]:
        reason = request.form.get("reason", "")
        if reason not in REFUSALS:
            shown = transfers.read(current_actor(), _id(transfer_id))
            return page(shown, _("Kies waarom u nee zegt.")), 400
        return step(
            transfer_id,
            lambda actor, found: transfers.refuse(actor, found, reason),
            later("Uw nee is vastgelegd; de regisseur blijft."),
        )

    @blueprint.post("/transfers/<transfer_id>/withdraw")
    @access(*BOTH, decision="hand_over on transfer", page=True)
    def withdraw(transfer_id: str) -> Response | tuple[str, int]:
        return step(transfer_id, transfers.withdraw, later("Het voorstel is ingetrokken."))

    return blueprint


def _emergency_page(pictures: EmergencyPictures) -> Blueprint:
    blueprint = Blueprint("emergency", __name__)

    @blueprint.get("/emergencies/<grant_id>")
    @access(*BOTH, decision="know and view on each signal, under a grant", page=True)
    def look(grant_id: str) -> str:
        picture = pictures.look(current_actor(), _id(grant_id))
        return render_template(
            "emergency.html",
            picture=picture,
            entries=[entry_of(item) for item in picture.timeline],
            lifted_by=lifted_by,
        )

    return blueprint


def _id(text: str) -> str:
    if not is_id(text):
        raise NotFound
    return text.lower()


def _faults(problem: InvalidInput) -> dict[str, str]:
    words = {
        "same-person": _("Deze collega is al de regisseur: kies een ander."),
        "not-named": _("Deze zaak is gesloten: laat het meldpunt deze collega eerst noemen."),
        "length": _("Schrijf een notitie van ten hoogste {n} tekens.", n=LONGEST_NOTE),
        "unknown-code": _("Kies een reden uit de lijst."),
        "desk-only": _("Alleen het meldpunt draagt over voor een ander."),
    }
    return {
        fault.pointer.strip("/"): words.get(fault.code, _("Vul dit veld in of verbeter het."))
        for fault in problem.faults
    }


def waiting_for(one: TransferView) -> str:
    """The names of those whose word is missing."""
    names = {"giver": one.from_name, "taker": one.to_name}
    return ", ".join(names[part] for part in one.waits_for)


def state_words(one: TransferView) -> str:
    words = {
        "open": _("wacht op {names}", names=waiting_for(one)),
        "accepted": _("overgedragen"),
        "refused": _("afgewezen: {why}", why=refusal_words(one.outcome_reason)),
        "withdrawn": _("ingetrokken"),
        "overtaken": _("vervallen: de zaak is anders toegewezen of gesloten"),
    }
    return words.get(one.state, one.state)


def absence_words(code: str) -> str:
    words = {
        "ill": _("de regisseur is ziek"),
        "left": _("de regisseur werkt hier niet meer"),
        "unreachable": _("de regisseur is niet te bereiken"),
        "conflict-of-interest": _("de regisseur kent de betrokkenen"),
    }
    return words.get(code, code)


def refusal_words(code: str) -> str:
    words = {
        "no-capacity": _("geen ruimte"),
        "conflict-of-interest": _("ik ken de betrokkenen"),
        "note-incomplete": _("de notitie is niet volledig"),
        "not-the-right-person": _("een ander past beter"),
    }
    return words.get(code, code)
