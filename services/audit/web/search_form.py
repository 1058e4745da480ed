"""The officer's search form: what was typed, what is wrong with it, the question it makes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from services.audit.entries.leaf import CODE
from services.audit.review.query import EntryQuery
from services.audit.review.users import actor_id
from shared import clock
from shared.clients.persons import PersonSought
from shared.ids import is_id
from shared.settings import Settings
from shared.web import _

NAMES = (
    "name", "birth_date", "bsn", "person", "household", "user", "agency", "purpose", "event",
    "decision", "from", "to",
)  # fmt: skip
_LONGEST = 200
_BSN = re.compile(r"\d{8,9}", re.ASCII)


@dataclass(frozen=True)
class SearchForm:
    """Values as typed, by field; `faults` by field, in the reader's language."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    faults: Mapping[str, str] = field(default_factory=dict)
    page: int = 1

    def sought(self) -> PersonSought:
        """The person named in the form, when one is."""
        value = self.values.get
        return PersonSought(value("name", ""), value("birth_date", ""), value("bsn", ""))

    def query(self, settings: Settings, persons: tuple[str, ...] | None) -> EntryQuery:
        """The question; `persons` are the ids that signals found, None when none was named."""
        value = self.values
        subjects = persons
        if value["person"]:
            subjects = (*(persons or ()), value["person"].lower())
        return EntryQuery(
            subjects=subjects,
            actor=actor_id(settings, value["user"]) if value["user"] else "",
            agency=value["agency"],
            purpose=value["purpose"],
            event=value["event"],
            decision=value["decision"],
            household_id=value["household"].lower(),
            since=_start_of(value["from"]),
            until=_start_of(value["to"], days=1),
            page=self.page,
        )


def _start_of(day: str, days: int = 0) -> str:
    """Midnight in the Netherlands at the beginning of `day`, `days` later, in UTC."""
    if not day:
        return ""
    wanted = date.fromisoformat(day) + timedelta(days=days)
    midnight = datetime(wanted.year, wanted.month, wanted.day, tzinfo=clock.DUTCH_TIME)
    return clock.timestamp(midnight)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text) < date.max and len(text) == 10
    except ValueError:
        return False


def read_form(form: Mapping[str, str]) -> SearchForm:
    """Reads what was posted; every fault at once."""
    values = {name: form.get(name, "").strip()[:_LONGEST] for name in NAMES}
    faults: dict[str, str] = {}
    for name in ("birth_date", "from", "to"):
        if values[name] and not _is_day(values[name]):
            faults[name] = _("Schrijf een dag als 2026-11-23.")
    for name in ("person", "household"):
        if values[name] and not is_id(values[name]):
            faults[name] = _("Dit is geen kenmerk: 36 tekens, met streepjes.")
    for name in ("user", "event"):
        if CODE.fullmatch(values[name]) is None:
            faults[name] = _("Alleen letters, cijfers en leestekens zonder spaties.")
    if values["bsn"] and _BSN.fullmatch(values["bsn"]) is None:
        faults["bsn"] = _("Een BSN heeft negen cijfers.")
    if bool(values["name"]) != bool(values["birth_date"]) and not values["bsn"]:
        missing = "birth_date" if values["name"] else "name"
        faults.setdefault(missing, _("Vul naam en geboortedatum samen in."))
    page = form.get("page", "1")
    turned = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    return SearchForm(values, faults, max(turned, 1))
