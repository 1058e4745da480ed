"""Puts a picture together from what may be known and viewed. Plain values in, plain values out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.signals.cases.model import CaseRecord
from services.signals.intake.records import MentionContent, SignalContent
from services.signals.linking.reading import TieRecord
from services.signals.picture.attention import attention
from services.signals.picture.circle import (
    Known,
    known_persons,
    person_views,
    short_names,
    visible_ties,
)
from services.signals.picture.decided import KnownItem
from services.signals.picture.model import CaseView, Ground, Picture
from services.signals.picture.names import household_name
from services.signals.picture.timeline import (
    Told,
    incidents,
    involvement,
    item_of,
    known_by_name,
)
from services.signals.picture.wording import say
from shared import clock
from shared.clock import DUTCH_TIME
from shared.vocabulary import LegalContext

# The legal context as people know it: article of law and the task it is about.
CONTEXT_GROUNDS = {
    LegalContext.VT_TASK: ("Wmo 2015 art. 4.1.1", "taak Veilig Thuis"),
    LegalContext.ZVH_WGS: ("WGS art. 2.26", "casusoverleg Zorg- en Veiligheidshuis"),
    LegalContext.GI_MEASURE: ("Jeugdwet art. 7.3.11(4)", "uitvoering van een maatregel"),
    LegalContext.YOUTH_COUNCIL: ("Jeugdwet art. 2.3, 2.4", "toegang tot jeugdhulp"),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """What was decrypted for one answer: contents of viewed signals and their visible persons."""

    signals: Mapping[str, SignalContent] = field(repr=False)
    mentions: Mapping[str, MentionContent] = field(repr=False)


@dataclass(frozen=True, slots=True)
class View:
    """Everything one person may see of one case, before it is laid out. `last_look`: what came
    later is new, all of it when None. `settled_until`: see picture/acute.py."""

    case: CaseRecord
    known: tuple[KnownItem, ...]
    opened: Opened = field(repr=False)
    last_look: datetime | None
    now: datetime
    settled_until: datetime | None = None

    def persons(self) -> dict[str, Known]:
        today = self.now.astimezone(DUTCH_TIME).date()
        return known_persons(self.known, self.opened.mentions, today)

    def told(self, persons: Mapping[str, Known]) -> Told:
        return Told(self.opened.signals, short_names(persons), self.last_look, self.settled_until)


def case_view(case: CaseRecord, persons: Mapping[str, Known]) -> CaseView:
    """The head of a case; its name from the surnames that may be seen."""
    coordinator = case.coordinator
    return CaseView(
        id=case.id,
        number=case.number,
        legal_context=str(case.legal_context),
        state=case.state,
        phase=case.phase,
        household_id=case.household_id,
        name=household_name(known_by_name(persons), case.number),
        region=case.region,
        coordinator_name=coordinator.name if coordinator else "",
        deputy_names=tuple(deputy.name for deputy in case.deputies),
        assigned_since=clock.moment(coordinator.from_at) if coordinator else None,
        sight_on_safety=case.sight_on_safety,
    )


def build_picture(view: View, ties: Iterable[TieRecord], purpose: str, rule_id: str) -> Picture:
    """The picture of one household, laid out."""
    persons = view.persons()
    told = view.told(persons)
    shown_ties = visible_ties(ties, view.known, persons)
    grouped = incidents(view.known)
    items = tuple(item_of(incident, told) for incident in grouped)
    article, summary = CONTEXT_GROUNDS.get(view.case.legal_context, ("", ""))
    return Picture(
        case=case_view(view.case, persons),
        opened_at=view.now,
        purpose=purpose,
        ground=Ground(rule_id, article, say(summary) if summary else ""),
        last_look=view.last_look,
        version=picture_version(view.known),
        attention=attention(grouped, items, told, view.case.legal_context, view.now),
        persons=person_views(persons, shown_ties),
        ties=shown_ties,
        timeline=items,
        involvement=involvement(view.known, told.names),
        visible_count=sum(1 for item in items if item.mask is None),
        masked_count=sum(1 for item in items if item.mask is not None),
    )


def picture_version(known: Sequence[KnownItem]) -> str:
    """Names what was shown: a hash over signals, versions, links and what was open of each."""
    content = sorted(
        [
            one.item.signal.id,
            one.item.signal.version,
            sorted(link.link_id for link in one.item.links),
            sorted(one.fields),
        ]
        for one in known
    )
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]
