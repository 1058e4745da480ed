"""Entries in words: who did what, for what. Never content; entries have none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.audit.review.query import LoggedEntry
from shared.web import _, language
from shared.web.labels import label

EVENTS: Mapping[str, str] = {
    "access.denied": "vroeg iets waar de rol geen recht op geeft",
    "advice.counted": "deed een advies zonder gegevens tellen",
    "case.actors-named": "wijzigde wie een gesloten zaak mag zien",
    "case.assigned": "wees een zaak toe",
    "case.assignment-undone": "trok een toewijzing in",
    "case.closed": "sloot een zaak",
    "case.collecting": "begon met het verzamelen van gegevens",
    "case.merged": "voegde zaken samen",
    "case.opened": "opende een zaak",
    "case.persons-viewed": "bekeek de personen van een zaak",
    "case.purpose-tested": "toetste het doel van een zaak",
    "case.reopened": "opende een gesloten zaak weer",
    "case.transfer-agreed": "stemde in met een overdracht",
    "case.transfer-proposed": "stelde een overdracht voor",
    "case.transfer-read": "las een voorstel tot overdracht",
    "case.transfer-refused": "wees een overdracht af",
    "case.transfer-undone": "maakte een overdracht ongedaan",
    "case.transfer-withdrawn": "trok een overdracht in",
    "case.transferred": "nam een zaak over",
    "case.transfers-listed": "bekeek open overdrachten",
    "consent.confirmed": "bevestigde een toestemming",
    "consent.doubted": "trok een toestemming in twijfel",
    "consent.read": "las toestemmingen",
    "consent.recorded": "legde een toestemming vast",
    "consent.renewed": "verlengde een toestemming",
    "consent.withdrawn": "trok een toestemming in",
    "decision.refused": "vroeg iets dat de regels weigeren",
    "emergency.confirmed": "bevestigde een noodinzage",
    "emergency.ended": "beëindigde een noodinzage",
    "emergency.listed": "bekeek noodinzages",
    "emergency.looked": "keek onder een noodinzage",
    "emergency.opened": "vroeg een noodinzage",
    "emergency.reviewed": "keek een noodinzage na",
    "household.opened": "opende het beeld van een huiselijke kring",
    "link.confirmed": "bevestigde een koppeling",
    "link.denied": "mocht een signaal niet koppelen",
    "link.doubted": "zei dat een signaal over iemand anders gaat",
    "link.kept": "liet een betwijfelde koppeling staan",
    "link.made": "koppelde een signaal aan een persoon",
    "link.postponed": "stelde een twijfel over een koppeling uit",
    "link.refused": "wees een koppeling af",
    "link.split": "maakte een koppeling los",
    "log.clock-set-back": "merkte dat de klok terug was gezet",
    "log.conflict": "stuurde een andere regel onder een gebruikt kenmerk",
    "log.entry-opened": "opende een logregel",
    "log.exported": "exporteerde het logboek",
    "log.searched": "doorzocht het logboek",
    "narrative.opened": "las een achtergehouden tekst",
    "narrative.redacted": "haalde beschermde gegevens uit een tekst",
    "narratives.listed": "bekeek welke teksten zijn achtergehouden",
    "pair.foreseen": "bekeek wat een besluit over personen zou doen",
    "pair.opened": "vergeleek twee personen",
    "person.resolved": "zocht het kenmerk van een persoon op",
    "persons.merged": "voegde twee personen samen",
    "persons.unmerged": "maakte een samenvoeging ongedaan",
    "quarantine.listed": "bekeek signalen die niet te lezen waren",
    "quarantine.mended": "herstelde een onbegrepen bericht",
    "quarantine.opened": "opende een onbegrepen bericht",
    "quarantine.returned": "stuurde een onbegrepen bericht terug",
    "queue.listed": "bekeek de wachtrij van het meldpunt",
    "restriction.imposed": "beperkte de verwerking",
    "restriction.lifted": "hief een beperking op",
    "restriction.read": "bekeek beperkingen",
    "search.done": "zocht in signalen",
    "separation.told": "legde vast dat iemand hoorde van een verkeerd beeld",
    "separation.traced": "vroeg wie een verkeerd beeld zag",
    "separations.listed": "bekeek welke personen uit elkaar zijn gehaald",
    "signal.accepted": "leverde een signaal aan",
    "signal.corrected": "verbeterde een signaal",
    "signal.quarantined": "leverde een acuut signaal met fouten aan",
    "signal.read": "las een signaal",
    "signal.withdrawn": "trok een signaal in",
    "worklist.listed": "bekeek de werklijst",
}

SHOWN_ON_PAGE = 8  # characters of an id: enough to tell two apart in one list


def event_words(event: str) -> str:
    """What happened, as the rest of a sentence that begins with who; else the code itself."""
    known = EVENTS.get(event)
    return event if known is None else _(known)


def short(identifier: str) -> str:
    return identifier[:SHOWN_ON_PAGE]


def number(count: int) -> str:
    """48.213 in Dutch, 48,213 in English."""
    text = f"{count:,}"
    return text.replace(",", ".") if language() == "nl" else text


@dataclass(frozen=True)
class Row:
    """One entry in a list."""

    entry_id: str
    occurred_at: str
    who: str
    where: str
    actor_id: str
    actor_short: str
    what: str
    household: str
    purpose: str
    ground: str
    denied: bool
    count: int | None


def row_of(entry: LoggedEntry) -> Row:
    """The entry in words."""
    body: Mapping[str, Any] = entry.body
    actor = body["actor"]
    return Row(
        entry_id=body["entryId"],
        occurred_at=body["occurredAt"],
        who=label("role", actor["role"]),
        where=label("organisation", actor["organisation"]) if actor["organisation"] else "",
        actor_id=actor["id"],
        actor_short=short(actor["id"]) if _looks_random(actor["id"]) else actor["id"],
        what=event_words(body["event"]),
        household=short(body.get("householdId", "")),
        purpose=label("purpose", body["purpose"]) if body.get("purpose") else "",
        ground=body.get("ground", ""),
        denied=body["decision"] == "deny",
        count=body.get("resultCount"),
    )


def reason_words(reason: str) -> str:
    """How much of a household was open to who looked ("viewed=3/masked=1"), in words; else ""."""
    found = re.fullmatch(r"viewed=(\d+)/masked=(\d+)", reason)
    if found is None:
        return ""
    return _("signalen zichtbaar: {n}, afgeschermd: {m}", n=int(found[1]), m=int(found[2]))


def _looks_random(identifier: str) -> bool:
    return len(identifier) == 36 and identifier.count("-") == 4
