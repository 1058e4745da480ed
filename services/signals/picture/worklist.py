"""The work list: my cases, each with the reason in words. The order is a rule one can read."""

from __future__ import annotations

from services.signals.picture.attention import attention
from services.signals.picture.builder import View, case_view
from services.signals.picture.model import Attention, Item, WorklistRow
from services.signals.picture.timeline import Incident, incidents, item_of
from services.signals.picture.wording import say, say_count
from services.signals.picture.words import (
    agency_label,
    listed,
    signals_counted,
    start_of,
    when,
)

# Acute first, then new, then a term that runs, then quiet; in each the latest news first.
ORDER = ("acute", "new", "term", "quiet")


def row_of(view: View, subject: str) -> WorklistRow:
    """One case for the work list, from what its viewer may know."""
    persons = view.persons()
    told = view.told(persons)
    grouped = incidents(view.known)
    items = [item_of(incident, told) for incident in grouped]
    found = attention(grouped, items, told, view.case.legal_context, view.now)
    reason, sentence = _reason(view, found, grouped, items)
    reported = sorted((item.reported_at for item in items), key=start_of)
    quoted = next((one.headline for one in found if one.kind == "acute" and one.quoted), "")
    coordinator = view.case.coordinator
    return WorklistRow(
        case=case_view(view.case, persons),
        reason=reason,
        sentence=sentence,
        new_count=sum(1 for item in items if item.is_new),
        latest=reported[-1] if reported else "",
        as_deputy=coordinator is None or coordinator.subject != subject,
        quote=quoted if sentence.startswith(quoted) else "",
    )


def in_order(rows: list[WorklistRow]) -> tuple[WorklistRow, ...]:
    """The rows by ORDER, the latest signal first, then by number."""

    def latest(row: WorklistRow) -> float:
        return start_of(row.latest).timestamp() if row.latest else 0.0

    return tuple(
        sorted(rows, key=lambda row: (ORDER.index(row.reason), -latest(row), row.case.number))
    )


def _reason(
    view: View, found: tuple[Attention, ...], grouped: list[Incident], items: list[Item]
) -> tuple[str, str]:
    by_kind = {one.kind: one for one in reversed(found)}
    if "acute" in by_kind:
        return "acute", f"{by_kind['acute'].headline} {by_kind['acute'].why}"
    if not items:
        return "quiet", say("Geen signalen die u nu mag zien.")
    told = _told(view, grouped)
    if view.last_look is None:
        return "new", say("Nog niet geopend. {told}", told=told)
    if "new" in by_kind:
        return "new", f"{by_kind['new'].headline}. {told}"
    if "term" in by_kind:
        return "term", f"{by_kind['term'].headline}."
    return "quiet", told


def _told(view: View, grouped: list[Incident]) -> str:
    """ "4 signalen over één voorval, van politie en Veilig Thuis; laatste gisteren." """
    signals = [one for incident in grouped for one in incident.all]
    agencies = {agency_label(one.item.signal.source_agency, inside=True) for one in signals}
    latest = max((one.item.signal.reported_at[:10] for one in signals), key=start_of)
    about = signals_counted(len(signals))
    if len(grouped) < len(signals):
        about = say_count(
            "{signals} over één voorval",
            "{signals} over {n} voorvallen",
            len(grouped),
            signals=about,
        )
    return say(
        "{signals}, van {agencies}; laatste {moment}.",
        signals=about,
        agencies=listed(sorted(agencies, key=str.casefold)),
        moment=when(latest, view.now),
    )
