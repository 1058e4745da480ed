"""A doubted pair as it stands: a mention, the person it may be, and what the desk knows of both."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from services.signals.cases.facts import CaseFile
from services.signals.cases.judging import files_around, mentions_known
from services.signals.desk.deciding import known_items, open_files
from services.signals.desk.people import Known
from services.signals.intake.reading import load_mentions_by_id
from services.signals.linking.reading import (
    CandidateRecord,
    LinkRecord,
    links_of_signals,
    open_candidates,
    person_mentions,
)
from shared.authentication.actor import Actor
from shared.clients.decisions import Filter


@dataclass(frozen=True, slots=True)
class DoubtedPair:
    """`files`: open cases of the desk in which the mention lies, none when the pair is not there
    for this desk. `around`: everything around both sides. `signals`: of all mentions of both."""

    candidate: CandidateRecord | None
    link: LinkRecord | None
    held: tuple[str, ...]  # mentions of the person it may be
    known: frozenset[str]  # of all mentions around, those that may be known
    files: tuple[CaseFile, ...]
    around: tuple[CaseFile, ...]
    signals: frozenset[str]

    @property
    def whole(self) -> bool:
        """Nothing of the known person is hidden from the desk."""
        return self.known.issuperset(self.held)

    def visible(self, know: Filter) -> list[Known]:
        """What may be known around the pair, the desk's own cases first."""
        return [(file.case, known_items(file, know)) for file in (*self.files, *self.around)]


def read_pair(connection: Connection, actor: Actor, candidate_id: str, know: Filter) -> DoubtedPair:
    """The pair, as far as it is there for this desk; for an unknown id it asks the same (I4)."""
    candidate = next(
        (
            one
            for one in open_candidates(connection, actor.region, actor.legal_context)
            if one.candidate_id == candidate_id
        ),
        None,
    )
    arriving = [candidate.mention_id] if candidate else []
    held = person_mentions(connection, [candidate.person_id] if candidate else [])
    others = [mention for found in held.values() for mention in found]
    around = files_around(connection, {*arriving, *others}, actor.region, actor.legal_context)
    known = mentions_known(around, know)
    own = signals_of(connection, arriving)
    link = next(
        (
            one
            for one in links_of_signals(connection, own)
            if candidate and one.mention_id == candidate.mention_id and one.layer == candidate.layer
        ),
        None,
    )
    mine = person_mentions(connection, [link.person_id] if link else [])
    files = open_files(connection, actor, own)
    # A pair that the desk is not shown is not there for it to decide on either.
    there = link is not None and link.mention_id in known and not known.isdisjoint(others)
    return DoubtedPair(
        candidate=candidate,
        link=link,
        held=tuple(others),
        known=known,
        files=tuple(file for file in files if there and link and holds_link(file, link.link_id)),
        around=tuple(around),
        signals=frozenset(
            signals_of(connection, {*others, *(m for found in mine.values() for m in found)})
        ),
    )


def holds_link(file: CaseFile, link_id: str) -> bool:
    """This very link lies in the case: of another context's link about the same mention it does
    not judge."""
    return any(link.link_id == link_id for item in file.items for link in item.links)


def signals_of(connection: Connection, mention_ids: Collection[str]) -> set[str]:
    """The signals that hold these mentions."""
    return {one.signal_id for one in load_mentions_by_id(connection, mention_ids).values()}
