"""Persons and their mentions as a desk may see them: enough to tell people apart, no more.

Not shown: what was reported (that is for the coordinator), the digits of a BSN, a protected
address, and telephone numbers: one of them could lead to who hides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.signals.cases.facts import CaseItem
from services.signals.cases.model import CaseRecord
from services.signals.desk.evidence import Side
from services.signals.desk.model import MentionView, PersonRecord
from services.signals.intake.reading import open_mentions
from services.signals.intake.records import Address, MentionContent, MentionRecord
from services.signals.linking.reading import HouseholdItem
from services.signals.picture.names import best_name, full_name
from services.signals.protection.vault import Vault

_BSN = {"ok": "stated", "disputed": "disputed", "invalid": "invalid", "none": "none"}
MASKED, NOT_TOLD = "masked", "not-told"


@dataclass(frozen=True, slots=True)
class Placed:
    """A visible mention: where it lies and which link put it there."""

    case: CaseRecord
    item: CaseItem
    link: HouseholdItem
    record: MentionRecord


@dataclass(frozen=True)
class Placing:
    """Every visible mention of some permitted cases, by mention; opened on demand."""

    by_mention: Mapping[str, Placed]
    contents: Mapping[str, MentionContent] = field(repr=False)

    def of_person(self, person_id: str) -> list[Placed]:
        found = [one for one in self.by_mention.values() if one.link.person_id == person_id]
        return sorted(found, key=lambda one: (one.item.signal.reported_at, one.record.id))

    def sides(self, placed: Iterable[Placed]) -> list[Side]:
        return [(one.record, self.contents[one.record.id]) for one in placed]


Known = tuple[CaseRecord, Sequence[CaseItem]]  # a case, and the signals in it that may be known


def placing(vault: Vault, known: Iterable[Known], persons: Iterable[str] | None = None) -> Placing:
    """The visible mentions of these cases; only those of `persons` when given are opened."""
    wanted = None if persons is None else set(persons)
    found: dict[str, Placed] = {}
    for case, items in known:
        for item in items:
            records = {mention.id: mention for mention in item.mentions}
            for link in item.links:
                if link.mention_id in records and (wanted is None or link.person_id in wanted):
                    found.setdefault(
                        link.mention_id, Placed(case, item, link, records[link.mention_id])
                    )
    return Placing(found, open_mentions(vault, [one.record for one in found.values()]))


def mention_view(placed: Placed, content: MentionContent) -> MentionView:
    """One mention in the desk's eyes."""
    signal, record = placed.item.signal, placed.record
    place = next(
        (
            ", ".join(part for part in (_street(address), address.city) if part)
            for address in content.addresses
            if address.kind != "postal"
        ),
        "",
    )
    return MentionView(
        mention_id=record.id,
        link_id=placed.link.link_id,
        signal_id=signal.id,
        case_id=placed.case.id,
        number=placed.case.number,
        agency=signal.source_agency,
        reported_at=signal.reported_at[:10],
        name=full_name(content.name) if content.name else "",
        aliases=tuple(full_name(alias) for alias in content.aliases),
        birth_date=record.birth_date or "",
        sex=record.sex,
        roles=record.roles,
        place=place,
        # Only what this signal itself told: a flag may stem from one the desk may not know of.
        address_note=MASKED if content.told_protected else "" if place else NOT_TOLD,
        bsn=_BSN.get(record.bsn_state, "none"),
        band=placed.link.band,
        confirmed=placed.link.confirmed,
        acute=signal.acute,
    )


def _street(address: Address) -> str:
    street = address.street or address.postcode or ""
    number = f" {address.house_number}" if address.house_number else ""
    return f"{street}{number}{address.house_number_suffix or ''}" if street else ""


def person_record(person_id: str, mentions: Sequence[Placed], placing: Placing) -> PersonRecord:
    """A person with these mentions; the name that most of them give."""
    contents = [placing.contents[one.record.id] for one in mentions]
    births = sorted({one.record.birth_date for one in mentions if one.record.birth_date})
    return PersonRecord(
        person_id=person_id,
        name=full_name(best_name(contents)) if contents else "",
        birth_date=" / ".join(births),
        mentions=tuple(mention_view(one, placing.contents[one.record.id]) for one in mentions),
    )


def by_person(placing: Placing) -> dict[str, list[Placed]]:
    """Visible mentions by person."""
    found: dict[str, list[Placed]] = defaultdict(list)
    for placed in placing.by_mention.values():
        found[placed.link.person_id].append(placed)
    return {
        person: sorted(mentions, key=lambda one: (one.item.signal.reported_at, one.record.id))
        for person, mentions in found.items()
    }
