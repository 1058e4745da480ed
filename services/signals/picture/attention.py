"""What asks for attention now: readable rules over what may be viewed, never a score (I10).

Each finding names its reason in words and the signals behind it. A masked signal counts as new,
nothing more: that it is acute is content.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from services.signals.picture.acute import is_acute
from services.signals.picture.decided import INCIDENT, INFORMING, STATEMENTS, KnownItem
from services.signals.picture.model import Attention, Item
from services.signals.picture.timeline import Incident, Told
from services.signals.picture.wording import say, say_count
from services.signals.picture.words import agency_label, listed, shortened, start_of, when
from shared.clock import DUTCH_TIME
from shared.vocabulary import LegalContext

# Wmo 2015 art. 5.3.1: inform the persons concerned within four weeks after recording.
INFORM_WITHIN = timedelta(weeks=4)
_TERM_SHOWN_FROM = timedelta(days=14)
_QUOTED = frozenset({"statement"})


def attention(
    incidents: Sequence[Incident],
    items: Sequence[Item],
    told: Told,
    context: LegalContext,
    now: datetime,
) -> tuple[Attention, ...]:
    """Acute first, then what is new, then links to confirm, then terms."""
    found = list(_acute(incidents, told, now))
    for rule in (_new(items, told, now), _review(incidents), _term(incidents, context, now)):
        if rule is not None:
            found.append(rule)
    return tuple(found)


def _acute(incidents: Iterable[Incident], told: Told, now: datetime) -> Iterable[Attention]:
    for incident in incidents:
        telling = [one for one in incident.all if _is_acute(one, told)]
        if telling:
            yield Attention(
                kind="acute",
                headline=_quote(telling[0], told) or _without_words(telling[0]),
                why=_why_acute(telling[0], incident, now),
                signal_ids=tuple(one.item.signal.id for one in incident.all),
                quoted=bool(_quote(telling[0], told)),
            )


def _is_acute(known: KnownItem, told: Told) -> bool:
    return known.shows(INCIDENT) and is_acute(known.item.signal, told.settled_until)


def _without_words(known: KnownItem) -> str:
    agency = agency_label(known.item.signal.source_agency, inside=True)
    return say("Acuut signaal van {agency}", agency=agency)


def _quote(known: KnownItem, told: Told) -> str:
    """The first thing the source says, or "" when its words are not shown."""
    content = told.contents.get(known.item.signal.id)
    if content is None or not content.statements or not known.shows(STATEMENTS):
        return ""
    first = content.statements[0]
    text = shortened(first.text)
    return f"‘{text.strip('‘’“”')}’" if first.kind in _QUOTED else text


def _why_acute(known: KnownItem, incident: Incident, now: datetime) -> str:
    signal = known.item.signal
    disclosed = signal.severity == "spontaneous_disclosure"
    reported, happened = when(signal.reported_at, now), when(signal.occurred_from, now)
    words = [
        say(
            "{kind}, gemeld door {agency}, {moment}.",
            kind=say("Spontane onthulling") if disclosed else say("Acuut"),
            agency=agency_label(signal.source_agency, inside=True),
            moment=reported,
        )
    ]
    if happened and happened != reported:
        words.append(say("Gebeurd: {moment}.", moment=happened))
    others = len(incident.all) - 1
    if others:
        words.append(
            say_count(
                "Eén voorval, nog 1 keer doorgegeven.",
                "Eén voorval, nog {n} keer doorgegeven.",
                others,
            )
        )
    return " ".join(words)


def _new(items: Sequence[Item], told: Told, now: datetime) -> Attention | None:
    fresh = [item for item in items if item.is_new]
    if not fresh or told.last_look is None:
        return None
    sources = sorted({agency_label(item.agency, inside=True) for item in fresh}, key=str.casefold)
    masked = sum(1 for item in fresh if item.mask is not None)
    hidden = say("; {n} daarvan afgeschermd voor u", n=masked) if masked else ""
    return Attention(
        kind="new",
        headline=say_count(
            "{n} nieuw signaal sinds uw vorige inzage",
            "{n} nieuwe signalen sinds uw vorige inzage",
            len(fresh),
        ),
        why=say(
            "Van {sources}{hidden}. Vorige inzage: {moment}.",
            sources=listed(sources),
            hidden=hidden,
            moment=when(told.last_look.isoformat(), now),
        ),
        signal_ids=tuple(item.signal_id for item in fresh),
    )


def _review(incidents: Iterable[Incident]) -> Attention | None:
    waiting = [
        one for incident in incidents for one in incident.all if one.viewed and one.item.unconfirmed
    ]
    if not waiting:
        return None
    return Attention(
        kind="review",
        headline=say_count(
            "{n} signaal gekoppeld door het systeem, nog niet bevestigd",
            "{n} signalen gekoppeld door het systeem, nog niet bevestigd",
            len(waiting),
        ),
        why=say(
            "Het systeem herkende personen aan hun gegevens. Het meldpunt bevestigt of het om "
            "dezelfde mensen gaat; tot dan kan een koppeling onjuist zijn."
        ),
        signal_ids=tuple(one.item.signal.id for one in waiting),
    )


def _term(incidents: Iterable[Incident], context: LegalContext, now: datetime) -> Attention | None:
    """The term for informing the persons concerned; in a closed compartment there is none."""
    if context is not LegalContext.VT_TASK:
        return None
    due = [
        (start_of(one.item.signal.created_at) + INFORM_WITHIN, one)
        for incident in incidents
        for one in incident.all
        if one.shows(INFORMING)
        and one.item.signal.informed == "no"
        and not one.item.facts.closed_compartment
    ]
    near = [(end, one) for end, one in due if end - now <= _TERM_SHOWN_FROM]
    if not near:
        return None
    end = min(end for end, _ in near)
    days = (end.astimezone(DUTCH_TIME).date() - now.astimezone(DUTCH_TIME).date()).days
    return Attention(
        kind="term",
        headline=say("Informeren van betrokkenen: {left}", left=_days_left(days)),
        why=say(
            "Wmo 2015 art. 5.3.1: binnen vier weken, of uitstellen met reden. Nooit vanzelf, en "
            "alleen langs een kanaal dat als veilig is bevestigd."
        ),
        signal_ids=tuple(one.item.signal.id for _, one in near),
    )


def _days_left(days: int) -> str:
    if days > 0:
        return say_count("nog {n} dag", "nog {n} dagen", days)
    if days == 0:
        return say("vandaag")
    return say_count("{n} dag te laat", "{n} dagen te laat", -days)
