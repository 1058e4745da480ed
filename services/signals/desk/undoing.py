"""Undoing links, a machine's too: a mention goes to a person of its own or to another, two persons
become one, a merge is taken back.

It takes effect at once (I5): the consents of both sides are doubted before anything is split, ties,
households, cases and index follow in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from services.signals.desk import objecting, separating
from services.signals.desk.deciding import Decider, open_files
from services.signals.desk.foreseeing import foresee
from services.signals.desk.judging import APART, TWO_BSNS, Follow
from services.signals.desk.model import Foreseen, Judged
from services.signals.desk.undo_plans import ALONE, MERGED_AGAIN, Plans, Undo
from services.signals.linking.finding import lock_linking
from services.signals.protection.vault import Vault
from shared.authentication.actor import Actor
from shared.database import writing
from shared.problems import Conflict

# Tells the consent service to doubt the consents of these mentions. Raises Unavailable.
Doubt = Callable[[Sequence[str]], None]


class Undoing:
    """The desk's door for undoing. Raises NotFound for what is not this desk's, Conflict for what
    would join two BSNs or a parted pair, Unavailable when consent or the log do not answer."""

    def __init__(self, decider: Decider, vault: Vault, follow: Follow, doubt: Doubt) -> None:
        self._decider = decider
        self._engine = decider.engine
        self._plans = Plans(decider, vault)
        self._follow = follow
        self._doubt = doubt

    def foresee_split(self, actor: Actor, link_id: str, person_id: str | None) -> Foreseen:
        """What follows when the mention of this link goes to `person_id`, or to its own person."""
        return self._foresee(actor, self._plans.split(actor, link_id, person_id))

    def split(self, actor: Actor, link_id: str, person_id: str | None) -> Judged:
        """A mention is of somebody else: it goes to `person_id`, or to a person of its own. It and
        those it leaves are parted for good."""
        return self._do(actor, link_id, self._plans.split(actor, link_id, person_id))

    def foresee_merge(self, actor: Actor, survivor: str, absorbed: str) -> Foreseen:
        """What follows when these two persons become one."""
        return self._foresee(actor, self._plans.merge(actor, survivor, absorbed))

    def merge(self, actor: Actor, survivor: str, absorbed: str) -> Judged:
        """Two persons are one human. Never with two BSNs, never after somebody parted them."""
        return self._do(actor, survivor, self._plans.merge(actor, survivor, absorbed))

    def foresee_unmerge(self, actor: Actor, merge_id: str, *, for_good: bool) -> Foreseen:
        """What follows when a merge is taken back."""
        return self._foresee(actor, self._plans.unmerge(actor, merge_id, for_good=for_good))

    def unmerge(self, actor: Actor, merge_id: str, *, for_good: bool) -> Judged:
        """Takes a merge back: all is as it was. `for_good`: they are two people, for ever."""
        return self._do(actor, merge_id, self._plans.unmerge(actor, merge_id, for_good=for_good))

    def _foresee(self, actor: Actor, undo: Undo) -> Foreseen:
        self._decider.audit.record(
            [
                self._decider.entry(
                    actor,
                    undo.permitted,
                    "pair.foreseen",
                    subjects=undo.subjects,
                    reason=undo.event,
                )
            ]
        )
        try:
            cases = foresee(self._engine, actor, undo.know, undo.signals, undo.act)
        except Conflict:
            return Foreseen((), undo.obstacle)
        return Foreseen(cases)

    def _do(self, actor: Actor, asked: str, undo: Undo) -> Judged:
        self._demand_possible(undo)
        separation = undo.separation
        entry = self._decider.entry(
            actor,
            undo.permitted,
            undo.event,
            subjects=undo.subjects,
            signal_ids=[*separation.moved, *separation.stayed] if separation else [],
            # So that the log by itself can tell who saw them together.
            reason=f"moved={len(separation.moved)}/since={separation.since}" if separation else "",
        )
        self._decider.audit.record([entry])
        if undo.doubted:
            # Before the split: at no moment does a consent count for the wrong human (I5).
            self._doubt(undo.doubted)
        with writing(self._engine).begin() as connection:
            lock_linking(connection)
            touched = {
                item.signal.id
                for file in open_files(connection, actor, undo.signals)
                for item in file.items
            }
            merge_id = undo.act(connection)
            self._follow(connection, touched | undo.signals)
            objecting.settle(
                connection,
                undo.mentions,
                str(actor.legal_context),
                objecting.SPLIT,
                actor.subject,
            )
            if separation is not None:
                separating.keep(
                    connection,
                    replace(
                        separation,
                        region=actor.region,
                        layer=str(actor.legal_context),
                        case_id=undo.permitted.case.id,
                        made_by=actor.subject,
                        entry_id=entry.entry_id,
                        made_at=entry.occurred_at,
                    ),
                )
        return Judged(
            asked,
            undo.permitted.case.id,
            merge_id=merge_id,
            separation_id=separation.id if separation else "",
        )

    def _demand_possible(self, undo: Undo) -> None:
        """Asked before the entry, so that the log does not tell of what was never done."""
        with writing(self._engine).connect() as connection:
            transaction = connection.begin()
            try:
                undo.act(connection)
            except Conflict as conflict:
                raise Conflict(_WHY[undo.obstacle]) from conflict
            finally:
                transaction.rollback()


_WHY = {
    TWO_BSNS: "Two different BSNs are never one person. Mark the wrong one as disputed.",
    APART: "These two were said to be two people, or their numbers differ. They stay apart.",
    ALONE: "This mention is a person of its own already.",
    MERGED_AGAIN: "The person was merged again since. Undo the later merge first.",
}
