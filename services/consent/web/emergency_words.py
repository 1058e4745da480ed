"""Words for break-glass: reasons, states, outcomes, and what to mend in the form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.consent.emergencies.model import LONGEST_REASON, SHORTEST_REASON
from services.consent.emergencies.service import Shown
from shared.problems import Fault
from shared.web import _


def reason(code: str) -> str:
    words = {
        "violence-now": _("er is nu geweld of het dreigt nu"),
        "threat-to-life": _("iemand wordt met de dood bedreigd"),
        "child-in-danger": _("een kind is nu in gevaar"),
        "person-missing": _("iemand is vermist"),
        "suicide-danger": _("iemand dreigt zichzelf iets aan te doen"),
    }
    return words.get(code, code)


def outcome(code: str) -> str:
    words = {
        "justified": _("terecht"),
        "not-justified": _("niet terecht"),
        "follow-up": _("nader onderzoek nodig"),
    }
    return words.get(code, code)


def state(shown: Shown) -> str:
    if shown.state == "waiting":
        return _("wacht op een tweede persoon")
    if shown.state == "active":
        return _("geeft nu inzage")
    words = {
        "closed": _("gesloten"),
        "unconfirmed": _("niet op tijd bevestigd"),
        "time-over": _("tijd om"),
    }
    return words.get(shown.grant.ended_why) or _("afgelopen")


def faults_by_field(faults: Iterable[Fault]) -> Mapping[str, str]:
    """What to do, at the field where it is wrong."""
    words = {
        "caseNumber": _("Een zaaknummer ziet eruit als 26-0042."),
        "name": _("Vul een zaaknummer, een BSN, of een naam met een geboortedatum in."),
        "birthDate": _("Schrijf de geboortedatum als 2010, 2010-05 of 2010-05-17."),
        "bsn": _("Een BSN heeft negen cijfers."),
        "reasonCode": _("Kies waarom het nu moet."),
        "reason": _(
            "Schrijf in {least} tot {most} tekens wat er nu gebeurt.",
            least=SHORTEST_REASON, most=LONGEST_REASON,
        ),
    }  # fmt: skip
    found: dict[str, str] = {}
    for fault in faults:
        name = fault.pointer.strip("/").split("/")[0]
        found.setdefault(name, words.get(name) or _("Vul dit veld in of verbeter het."))
    return found
