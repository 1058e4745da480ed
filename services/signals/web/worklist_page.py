"""What the work list page shows: the rows, how many of each kind, and for whom each case waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.signals.picture.model import Worklist, WorklistRow
from shared.web.dates import ago, moment_of
from shared.web.translation import _, ngettext


def _waits_for_other(row: WorklistRow) -> bool:
    return row.as_deputy or row.case.state in ("queued", "registered", "purpose_tested")


_KINDS = ("acute", "new", "pattern", "term")
_PARTS: Mapping[str, Callable[[WorklistRow], bool]] = {
    "": lambda row: True,
    "acute": lambda row: row.reason == "acute",
    "new": lambda row: row.new_count > 0,
    "waiting": _waits_for_other,
    "deputy": lambda row: row.as_deputy,
}


@dataclass(frozen=True)
class Filter:
    code: str
    text: str
    count: int
    current: bool


def worklist_page(worklist: Worklist, show: str) -> dict[str, object]:
    """The values of worklist.html. An unknown `show` shows everything."""
    show = show if show in _PARTS else ""
    found = Counter(row.reason for row in worklist.rows)
    names = {
        "": _("Alles"),
        "acute": _("Acuut"),
        "new": _("Nieuw"),
        "waiting": _("Wacht op een ander"),
        "deputy": _("Als vervanger"),
    }
    return {
        "worklist": worklist,
        "rows": [row for row in worklist.rows if _PARTS[show](row)],
        "counts": [(kind, found[kind]) for kind in _KINDS if found[kind]],
        "filters": [
            Filter(code, text, sum(map(_PARTS[code], worklist.rows)), code == show)
            for code, text in names.items()
        ],
        "news": news,
        "waits_for": waits_for,
    }


def news(row: WorklistRow) -> str:
    """2 nieuw, 3 uur; or when the latest signal came."""
    if not row.latest:
        return "–"
    moment = ago(moment_of(row.latest).at)
    if not row.new_count:
        return _("laatste {moment}", moment=moment)
    return ngettext("1 nieuw, {moment}", "{n} nieuw, {moment}", row.new_count, moment=moment)


def waits_for(row: WorklistRow) -> str:
    """Who has to do the next step."""
    if row.case.state == "registered":
        return _("meldpunt: doeltoets")
    if row.case.state == "purpose_tested":
        return _("meldpunt: gegevens verzamelen")
    if row.case.state == "queued":
        return _("meldpunt: toewijzing")
    return row.case.coordinator_name if row.as_deputy else _("u")
