"""Doing what a form of the desk asks; what cannot be done is said in words on the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.problems import Conflict, InvalidInput, NotFound
from shared.web.messages import tell
from shared.web.translation import _


@dataclass(frozen=True)
class Refused:
    """Why an act was not done, and the status of the page that says so."""

    text: str
    status: int


def done(act: Callable[[], object], said: str, *, conflict: str = "") -> Refused | None:
    """Does it and keeps `said` for the next page; None when it was done. `conflict`: what to say
    when somebody else was first or it can never be."""
    try:
        act()
    except InvalidInput as problem:
        return Refused(_why(problem), 400)
    except Conflict:
        return Refused(conflict or _("Iemand was u voor. Hieronder staat de nieuwe stand."), 409)
    except NotFound:
        # One answer for what went and what never was this desk's (I4).
        return Refused(_("Dit is er niet (meer). Hieronder staat de nieuwe stand."), 404)
    tell(said)
    return None


def _why(problem: InvalidInput) -> str:
    codes = {fault.code for fault in problem.faults}
    if "not-named" in codes:
        return _("Deze zaak is gesloten: zet deze persoon eerst op de lijst.")
    if "too-late-acute" in codes:
        return _("Een acuut signaal kan hooguit twee dagen wachten.")
    if codes & {"out-of-range", "invalid"}:
        return _("Kies een dag tussen morgen en vier weken na nu.")
    return _("Dat kan niet met deze zaak.")
