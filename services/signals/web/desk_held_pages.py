"""A message that was not understood: what is wrong in words, mend it or send it back."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.signals.desk.quarantine import RETURN_REASONS
from services.signals.intake.mending import Change
from services.signals.web import held_words
from services.signals.web.desk_acting import done
from services.signals.web.desk_doors import Desk
from shared.authentication import access, current_actor
from shared.authentication.actor import Actor
from shared.problems import Conflict, Fault, InvalidInput
from shared.vocabulary import Role
from shared.web.messages import tell
from shared.web.translation import _, later

MEND = "mend on held message (P40)"
_MOST = 100


def add_held(blueprint: Blueprint, desk: Desk) -> None:
    """/desk/held/{id} and its forms."""

    @blueprint.get("/held/<held_id>")
    @access(Role.DESK, decision=MEND, page=True)
    def held(held_id: str) -> str:
        return _page(desk, current_actor(), held_id)

    @blueprint.post("/held/<held_id>/corrections")
    @access(Role.DESK, decision=MEND, page=True)
    def mend(held_id: str) -> Response | tuple[str, int]:
        actor = current_actor()
        pointers = request.form.getlist("pointer")[:_MOST]
        values = request.form.getlist("value")[:_MOST]
        changes = [
            Change(pointer, held_words.typed(pointer, value))
            for pointer, value in zip(pointers, values, strict=False)
        ]
        try:
            desk.quarantine.mend(
                actor, held_id, changes, drop_unknown=request.form.get("drop_unknown") == "yes"
            )
        except InvalidInput as problem:
            text = _("Dit bericht klopt nog niet. Hieronder staat wat er nog mis is.")
            written = dict(zip(pointers, values, strict=False))
            return _page(desk, actor, held_id, text, problem.faults, written), 400
        except Conflict:
            tell(later("De afzender stuurde intussen zelf een verbetering."))
            return redirect(url_for("desk.queue"), 303)
        tell(later("Het bericht is hersteld en gaat verder als signaal."))
        return redirect(url_for("desk.queue"), 303)

    @blueprint.post("/held/<held_id>/returns")
    @access(Role.DESK, decision=MEND, page=True)
    def send_back(held_id: str) -> Response | tuple[str, int]:
        actor, reason = current_actor(), request.form.get("reason", "")
        if reason not in RETURN_REASONS:
            return _page(desk, actor, held_id, _("Kies waarom u het terugstuurt.")), 400
        refused = done(
            lambda: desk.quarantine.send_back(actor, held_id, reason),
            later("Het bericht is teruggestuurd. Het blijft hier staan tot de afzender antwoordt."),
            conflict=_("Dit bericht was al teruggestuurd."),
        )
        if refused is not None:
            return _page(desk, actor, held_id, refused.text), refused.status
        return redirect(url_for("desk.queue"), 303)


def _page(
    desk: Desk,
    actor: Actor,
    held_id: str,
    fault: str = "",
    faults: tuple[Fault, ...] | None = None,
    written: dict[str, str] | None = None,
) -> str:
    message = desk.quarantine.open(actor, held_id)
    found = faults if faults is not None else message.held.faults
    values = {leaf.pointer: leaf for leaf in message.leaves}
    # The desk can set what is one value; where a whole part is missing, the source must.
    wrong = list(dict.fromkeys((one.pointer, one.code) for one in found))
    places = list(dict.fromkeys([*(written or {}), *(pointer for pointer, _code in wrong)]))
    return render_template(
        "desk_held.html",
        opened=message,
        held=message.held,
        wrong=wrong,
        fields=[
            (
                pointer,
                (written or {}).get(pointer, values[pointer].value if pointer in values else ""),
            )
            for pointer in places
            if pointer
            and not (pointer in values and values[pointer].masked)
            and (pointer, "unknown-member") not in wrong
        ],
        unknown=any(code == "unknown-member" for _pointer, code in wrong),
        words=held_words,
        reasons=[(code, held_words.returned(code)) for code in RETURN_REASONS],
        fault=fault,
    )
