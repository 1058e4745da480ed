"""What waits for a human about links: doubted pairs, a machine's own links, objections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.signals.cases.facts import CaseFile, CaseItem
from services.signals.desk.evidence import Side, weigh
from services.signals.desk.later import Later
from services.signals.desk.model import CANDIDATE, LINK, OBJECTION, Proposal
from services.signals.desk.objecting import Objection
from services.signals.intake.records import MentionContent, MentionRecord
from services.signals.linking.reading import CandidateRecord, HouseholdItem
from services.signals.picture.names import best_name, full_name
from shared.vocabulary import LegalContext

ACUTE, DOUBT, LATER = "acute", "doubt", "later"
_ORDER = {ACUTE: 0, OBJECTION: 1, DOUBT: 2, LATER: 3}


@dataclass(frozen=True, slots=True)
class Waiting:
    """All that waits, as read; `contents` holds only what the desk may know of."""

    candidates: Sequence[CandidateRecord]
    objections: Sequence[Objection]
    records: Mapping[str, MentionRecord]
    contents: Mapping[str, MentionContent] = field(repr=False)
    of_person: Mapping[str, Sequence[str]]
    explained: Mapping[str, tuple[str, ...]]  # link id → why the machine made it
    put_off: Mapping[str, Later]

    def sides(self, person_id: str, mention_id: str) -> list[Side]:
        """What else names this person, as far as the desk may know of it."""
        return [
            (self.records[mention], self.contents[mention])
            for mention in self.of_person.get(person_id, ())
            if mention != mention_id and mention in self.contents
        ]

    def whole(self, person_id: str) -> bool:
        """Nothing of this person is hidden."""
        return self.contents.keys() >= set(self.of_person.get(person_id, ()))


def proposals(
    files: Sequence[CaseFile], known: Mapping[str, Sequence[CaseItem]], waiting: Waiting
) -> tuple[Proposal, ...]:
    """The most urgent first: acute, what a coordinator objects to, doubts by age, put off."""
    found = {(one.kind, one.id): one for one in _proposals(files, known, waiting)}
    return tuple(
        sorted(
            found.values(),
            key=lambda one: (_ORDER[one.urgency], one.later_until, one.made_at, one.id),
        )
    )


def _proposals(
    files: Sequence[CaseFile], known: Mapping[str, Sequence[CaseItem]], waiting: Waiting
) -> Iterable[Proposal]:
    by_mention: dict[str, list[CandidateRecord]] = {}
    for candidate in waiting.candidates:
        by_mention.setdefault(candidate.mention_id, []).append(candidate)
    objected = {objection.mention_id: objection for objection in waiting.objections}
    for file in files:
        for item in known[file.case.id]:
            for link in item.links:
                for candidate in by_mention.get(link.mention_id, ()):
                    if waiting.sides(candidate.person_id, ""):
                        yield _candidate(file, item, link, candidate, waiting)
                objection = objected.get(link.mention_id)
                if objection is not None and objection.person_id == link.person_id:
                    yield _objection(file, item, link, objection, waiting)
                if not link.confirmed and _to_confirm(file.case.legal_context, link.band):
                    yield _link(file, item, link, waiting)


def _to_confirm(context: LegalContext, band: str) -> bool:
    """Under the WGS a human confirms every link before anything leaves (1.9.2); elsewhere those
    by which a machine joined a mention to somebody known."""
    return context is LegalContext.ZVH_WGS or band == "auto"


def _candidate(
    file: CaseFile,
    item: CaseItem,
    link: HouseholdItem,
    candidate: CandidateRecord,
    waiting: Waiting,
) -> Proposal:
    return _proposal(
        file, item, link, CANDIDATE, candidate.candidate_id, candidate.person_id, "review",
        candidate.reasons, candidate.made_at, waiting,
    )  # fmt: skip


def _objection(
    file: CaseFile, item: CaseItem, link: HouseholdItem, objection: Objection, waiting: Waiting
) -> Proposal:
    return _proposal(
        file, item, link, OBJECTION, objection.id, link.person_id, link.band, (),
        objection.made_at, waiting,
    )  # fmt: skip


def _link(file: CaseFile, item: CaseItem, link: HouseholdItem, waiting: Waiting) -> Proposal:
    stored = waiting.explained.get(link.link_id, ())
    return _proposal(
        file, item, link, LINK, link.link_id, link.person_id, link.band,
        [code for code in stored if ":" not in code], "", waiting,
    )  # fmt: skip


def _proposal(
    file: CaseFile,
    item: CaseItem,
    link: HouseholdItem,
    kind: str,
    proposal_id: str,
    person_id: str,
    band: str,
    stored: Sequence[str],
    made_at: str,
    waiting: Waiting,
) -> Proposal:
    others = waiting.sides(person_id, link.mention_id)
    this = (waiting.records[link.mention_id], waiting.contents[link.mention_id])
    weighed = weigh(this, others, whole=waiting.whole(person_id), stored=stored)
    put_off = waiting.put_off.get(proposal_id)
    return Proposal(
        kind=kind,
        id=proposal_id,
        case_id=file.case.id,
        number=file.case.number,
        signal_id=item.signal.id,
        agency=item.signal.source_agency,
        reported_at=item.signal.reported_at[:10],
        this_name=full_name(this[1].name),
        this_birth_date=this[0].birth_date or "",
        known_name=full_name(best_name([content for _, content in others])) if others else "",
        known_birth_date=" / ".join(
            sorted({record.birth_date for record, _ in others if record.birth_date})
        ),
        band=band,
        reasons=weighed.codes,
        made_at=made_at,
        urgency=LATER
        if put_off
        else ACUTE
        if item.signal.acute and kind != LINK
        else OBJECTION
        if kind == OBJECTION
        else DOUBT,
        later_until=put_off.until if put_off else "",
        later_reason=put_off.reason if put_off else "",
        link_id=link.link_id,
    )
