"""Judging a doubted pair: the same person, somebody else, or later; confirming a machine's link.

Before it happens the desk is told what will follow. Each look and each act is an entry first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from services.signals.desk import later, objecting
from services.signals.desk.deciding import Decider, Permitted, open_files
from services.signals.desk.evidence import Weighed, differing_bsns, weigh
from services.signals.desk.foreseeing import foresee
from services.signals.desk.model import CANDIDATE, FieldSeen, Foreseen, Judged, Pair
from services.signals.desk.pairs import DoubtedPair, holds_link, read_pair
from services.signals.desk.people import Placing, person_record, placing
from services.signals.linking import ledger
from services.signals.linking import reading as linking
from services.signals.linking.finding import lock_linking
from services.signals.protection.vault import Vault
from shared import clock
from shared.authentication.actor import Actor
from shared.clients.decisions import Filter
from shared.database import writing
from shared.problems import Conflict, NotFound

# Called in the transaction of a change to links, with the signals concerned: what hangs on the
# links (cases, index) follows in the same transaction.
Follow = Callable[[Connection, Collection[str]], object]
TWO_BSNS, APART = "two-bsns", "kept-apart"


@dataclass(frozen=True)
class _Open:
    """A pair that this desk may judge."""

    pair: DoubtedPair
    permitted: Permitted
    know: Filter
    placing: Placing


class Judging:
    """The desk's door for doubts. Every method raises NotFound for what is not this desk's (or is
    not at all: one answer, I4) and Unavailable when consent or the log do not answer; then nothing
    changed."""

    def __init__(self, decider: Decider, vault: Vault, follow: Follow) -> None:
        self._decider = decider
        self._engine = decider.engine
        self._vault = vault
        self._follow = follow

    def open(self, actor: Actor, candidate_id: str) -> Pair:
        """Two records side by side, with what was seen of each field."""
        now = clock.now()
        found = self._demand(actor, candidate_id, "pair.opened")
        candidate, link = _both(found.pair)
        this = found.placing.of_person(link.person_id)
        known = found.placing.of_person(candidate.person_id)
        weighed = self._weigh(found)
        with self._engine.connect() as connection:
            put_off = later.put_off_until(connection, [candidate_id]).get(candidate_id)
        pair = Pair(
            kind=CANDIDATE,
            id=candidate_id,
            case_id=found.permitted.case.id,
            number=found.permitted.case.number,
            opened_at=now,
            this=person_record(link.person_id, this, found.placing),
            known=person_record(candidate.person_id, known, found.placing),
            fields=tuple(
                FieldSeen(name, weighed.seen[name], weighed.weights[name]) for name in weighed.seen
            ),
            doubts=weighed.doubts,
            later_until=put_off.until if put_off else "",
            later_reason=put_off.reason if put_off else "",
        )
        self._note(actor, found, "pair.opened")
        return pair

    def foresee(self, actor: Actor, candidate_id: str, *, same: bool) -> Foreseen:
        """What saying so would bring about. Nothing changes."""
        found = self._demand(actor, candidate_id, "pair.foreseen")
        self._note(actor, found, "pair.foreseen")
        try:
            cases = foresee(
                self._engine,
                actor,
                found.know,
                found.pair.signals,
                lambda connection: _decide(connection, actor, candidate_id, same=same),
            )
        except Conflict:
            return Foreseen((), self._obstacle(found))
        return Foreseen(cases)

    def decide(self, actor: Actor, candidate_id: str, *, same: bool) -> Judged:
        """A human says whether a mention is the proposed person.

        Raises Conflict when two BSNs would be joined, or a pair that a human parted before.
        """
        event = "link.confirmed" if same else "link.refused"
        found = self._demand(actor, candidate_id, event)
        candidate, link = _both(found.pair)
        if same:
            self._demand_joinable(actor, found, candidate_id)
        entry = self._decider.entry(
            actor,
            found.permitted,
            event,
            signal_ids=[link.signal_id],
            subjects=sorted({candidate.person_id, link.person_id}),
        )
        self._decider.audit.record([entry])
        with writing(self._engine).begin() as connection:
            lock_linking(connection)  # no BSN may arrive between the check and the joining
            merge_id = _decide(connection, actor, candidate_id, same=same)
            self._follow(connection, found.pair.signals)
        return Judged(candidate_id, found.permitted.case.id, merge_id=merge_id)

    def postpone(self, actor: Actor, candidate_id: str, until: date, reason: str) -> Judged:
        """Puts a doubt off to a day. Raises InvalidInput for a day or reason that cannot be."""
        found = self._demand(actor, candidate_id, "link.postponed")
        _, link = _both(found.pair)
        mine = found.placing.by_mention[link.mention_id]
        chosen = later.demand_later(until, reason, acute=mine.item.signal.acute)
        entry = self._decider.entry(
            actor,
            found.permitted,
            "link.postponed",
            signal_ids=[link.signal_id],
            reason=f"{chosen.reason}/until={chosen.until}",
        )
        self._decider.audit.record([entry])
        with writing(self._engine).begin() as connection:
            later.put_off(connection, candidate_id, chosen, actor.subject, entry.entry_id)
        return Judged(candidate_id, found.permitted.case.id)

    def confirm(self, actor: Actor, link_id: str) -> Judged:
        """A human says a link is right (WGS 1.9.2). The desk of any open case of a household that
        the link is in may say so."""
        know = self._decider.know(actor)
        with self._engine.connect() as connection:
            links = linking.load_links(connection, [link_id])
            files = open_files(connection, actor, [link.signal_id for link in links])
        known = [
            file
            for file in files
            if holds_link(file, link_id)
            and any(
                link.link_id == link_id and know.matches(item.facts) is not None
                for item in file.items
                for link in item.links
            )
        ]
        permitted = self._decider.permitted(actor, known, know, "link.confirmed")[0]
        entry = self._decider.entry(
            actor,
            permitted,
            "link.confirmed",
            signal_ids=[link.signal_id for link in links],
            subjects=[link.person_id for link in links],
        )
        self._decider.audit.record([entry])
        with writing(self._engine).begin() as connection:
            ledger.confirm_link(connection, link_id, actor.subject)
            # What a coordinator objected is answered by it.
            mentions = [link.mention_id for link in links]
            objecting.settle(
                connection, mentions, str(actor.legal_context), objecting.KEPT, actor.subject
            )
        return Judged(link_id, permitted.case.id)

    def _demand(self, actor: Actor, candidate_id: str, event: str) -> _Open:
        know = self._decider.know(actor)
        with self._engine.connect() as connection, connection.begin():
            pair = read_pair(connection, actor, candidate_id, know)
        permitted = self._decider.permitted(actor, pair.files, know, event)[0]
        candidate, link = _both(pair)
        people = [candidate.person_id, link.person_id]
        return _Open(pair, permitted, know, placing(self._vault, pair.visible(know), people))

    def _weigh(self, found: _Open) -> Weighed:
        candidate, link = _both(found.pair)
        this = found.placing.by_mention[link.mention_id]
        return weigh(
            found.placing.sides([this])[0],
            found.placing.sides(found.placing.of_person(candidate.person_id)),
            whole=found.pair.whole,
            stored=candidate.reasons,
        )

    def _obstacle(self, found: _Open) -> str:
        """Why the two cannot be one, as far as what the desk may know of explains it."""
        candidate, link = _both(found.pair)
        sides = [
            found.placing.sides(found.placing.of_person(person))
            for person in (candidate.person_id, link.person_id)
        ]
        return TWO_BSNS if differing_bsns(sides) else APART

    def _demand_joinable(self, actor: Actor, found: _Open, candidate_id: str) -> None:
        """Asked before the entry, so that the log does not tell of a link that was never made."""
        with writing(self._engine).connect() as connection:
            transaction = connection.begin()
            try:
                _decide(connection, actor, candidate_id, same=True)
            except Conflict as conflict:
                raise Conflict(_WHY[self._obstacle(found)]) from conflict
            finally:
                transaction.rollback()

    def _note(self, actor: Actor, found: _Open, event: str) -> None:
        placed = found.placing.by_mention.values()
        candidate, link = _both(found.pair)
        self._decider.audit.record(
            [
                self._decider.entry(
                    actor,
                    found.permitted,
                    event,
                    subjects=sorted({candidate.person_id, link.person_id}),
                    signal_ids=sorted({one.item.signal.id for one in placed}),
                    result_count=2,
                )
            ]
        )


_WHY = {
    TWO_BSNS: "Two different BSNs are never one person. Mark the wrong one as disputed.",
    APART: "These two were said to be two people, or their numbers differ. They stay apart.",
}


def _both(pair: DoubtedPair) -> tuple[linking.CandidateRecord, linking.LinkRecord]:
    if pair.candidate is None or pair.link is None:
        raise NotFound
    return pair.candidate, pair.link


def _decide(connection: Connection, actor: Actor, candidate_id: str, *, same: bool) -> str:
    if same:
        return ledger.confirm_candidate(connection, candidate_id, actor.region, actor.subject)
    ledger.refuse_candidate(connection, candidate_id, actor.region, actor.subject)
    return ""
