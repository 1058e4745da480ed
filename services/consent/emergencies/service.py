"""The flow of a break-glass: opened, confirmed by a second person, ended, reviewed.

A grant takes effect only on its audit receipt: the entry is written inside the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy

from services.consent.decisions.service import Recorded, reading
from services.consent.emergencies import register
from services.consent.emergencies.asking import (
    CONFIRM,
    END,
    OPEN,
    REVIEW,
    EmergencyAsking,
    in_parts,
)
from services.consent.emergencies.model import (
    ACTIVE,
    CLOSED,
    CONFIRMED,
    ENDED,
    OUTCOMES,
    OVER,
    REVIEWED,
    WAITING,
    Details,
    Grant,
    GrantEvent,
    fold,
)
from services.consent.emergencies.scope import ScopeFinder, Sought
from services.consent.emergencies.sealing import Sealer
from services.consent.emergencies.steady import SteadyTime
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.audit import Entry, entry_for
from shared.database import writing
from shared.problems import Conflict, Fault, InvalidInput
from shared.vocabulary import Role

MOST_OPEN = 5  # of one person at a time: who needs more, needs a colleague


@dataclass(frozen=True)
class Shown:
    """A grant as one person sees it. `mine`: asked for it; `may_confirm`: is the second person."""

    grant: Grant
    details: Details = field(repr=False)
    state: str
    mine: bool
    may_confirm: bool


@dataclass(frozen=True)
class InForce:
    """What signals must know to write entries and to show when it ends."""

    grant_id: str
    ends_at: datetime
    entry_id: str
    mentions: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class EmergencyOffice:
    """One use case each. Raises NotFound for what one may not do or that is not there, Unavailable
    without signals or the log; then nothing changed."""

    database: sqlalchemy.Engine
    asking: EmergencyAsking
    finder: ScopeFinder = field(repr=False)
    sealer: Sealer = field(repr=False)
    time: SteadyTime

    def open(self, actor: Actor, sought: Sought, reason: str, why: str) -> Grant:
        """Asks for access: nothing opens before a second person confirms. Whether Bundel knows
        anybody like that is not told. `reason`: one of REASONS."""
        decided = self.asking.demand(actor, OPEN)
        now = self.time.now()
        with reading(self.database).connect() as connection:
            mine = register.load(connection, opener=actor.subject)
        if sum(kept.grant.state_at(now) != OVER for kept in mine) >= MOST_OPEN:
            raise Conflict("You have five break-glass requests open. Close one first.")
        entry_id = ids.new_id()
        mentions = self.finder.mentions(actor.region, sought, entry_id)
        grant = Grant(
            ids.new_id(), now, actor.subject, reason, actor.region, actor.organisation, entry_id
        )
        details = Details(actor.name, sought.in_words(), why)
        entries = [
            self.asking.entry(
                actor, "emergency.opened", decided, reason=reason, subjects=part,
                entry_id=entry_id if not number else None,
            )
            for number, part in enumerate(in_parts(mentions))
        ]  # fmt: skip
        with writing(self.database).begin() as connection:
            register.open_grant(connection, grant, mentions, self.sealer.seal(grant.id, details))
            self.asking.audit.record(entries)
        return grant

    def confirm(self, actor: Actor, grant_id: str) -> Grant:
        """The second person confirms. Raises Conflict when it is not waiting any more."""
        return self._step(actor, grant_id, CONFIRM, CONFIRMED, "", (WAITING,))

    def end(self, actor: Actor, grant_id: str) -> Grant:
        """Closes it before its time; from the next answer on it opens nothing (I5)."""
        return self._step(actor, grant_id, END, ENDED, CLOSED, (WAITING, ACTIVE))

    def review(self, actor: Actor, grant_id: str, outcome: str) -> Grant:
        """The privacy officer's judgement, one of OUTCOMES; one that still runs can be judged."""
        if outcome not in OUTCOMES:
            raise InvalidInput(
                "Mend every fault named in errors.",
                faults=[Fault("/outcome", "unknown-code", f"Use one of: {', '.join(OUTCOMES)}.")],
            )
        return self._step(actor, grant_id, REVIEW, REVIEWED, outcome, (WAITING, ACTIVE, OVER))

    def listed(self, actor: Actor) -> list[Shown]:
        """For who acts in danger: one's own requests, and colleagues' that wait for a second
        person. For the privacy officer: what waits for review. An entry when there is any."""
        officer = actor.role is Role.PRIVACY_OFFICER
        decided = self.asking.demand(actor, REVIEW if officer else OPEN, self._nobodys(actor))
        now = self.time.now()
        with reading(self.database).connect() as connection:
            found = register.load(connection, region=actor.region, unreviewed=officer)
        if not officer:
            found = [
                kept
                for kept in found
                if kept.grant.opener == actor.subject or kept.grant.state_at(now) == WAITING
            ]
        shown = self._shown(actor, found, now)
        shown = [one for one in shown if officer or one.mine or one.may_confirm]
        if shown:
            entry = self.asking.entry(actor, "emergency.listed", decided, result_count=len(shown))
            self.asking.audit.record([entry])
        return shown

    def in_force(self, subject: str) -> list[InForce]:
        """What opens something for this person now; for signals only."""
        now = self.time.now()
        with reading(self.database).connect() as connection:
            found = register.load(connection, opener=subject)
        return [
            InForce(kept.grant.id, kept.grant.ends_at, kept.grant.entry_id, kept.mentions)
            for kept in found
            if kept.grant.state_at(now) == ACTIVE
        ]

    def close_over(self, service: Actor) -> int:
        """Ends every grant whose time is over, each with an entry; how many."""
        now = self.time.now()
        with reading(self.database).connect() as connection:
            over = [(one, why) for one in register.unended(connection)
                    if (why := one.over_because(now))]  # fmt: skip
        for grant, why in over:
            entry = entry_for(
                service, "emergency.ended", reason=why, refers_to=grant.entry_id,
                region=grant.region,
            )  # fmt: skip
            self._add(grant, GrantEvent(grant.id, ENDED, _text(now), service.subject, why), entry)
        return len(over)

    def _step(
        self,
        actor: Actor,
        grant_id: str,
        action: str,
        kind: str,
        reason: str,
        states: Sequence[str],
    ) -> Grant:
        with reading(self.database).connect() as connection:
            found = register.load(connection, grant_id=grant_id)
        grant = found[0].grant if found else None
        decided = self.asking.demand(actor, action, grant)
        if grant is None:
            self.asking.refuse(actor, action, decided)
            raise AssertionError  # refuse() always raises
        now = self.time.now()
        if grant.state_at(now) not in states or (kind == REVIEWED and grant.reviewed_at):
            raise Conflict("This break-glass stands differently by now. Look again.")
        entry = self._entry(actor, decided, grant, kind, reason)
        event = GrantEvent(grant.id, kind, _text(now), actor.subject, reason)
        return self._add(grant, event, entry)

    def _entry(
        self, actor: Actor, decided: Recorded, grant: Grant, kind: str, reason: str
    ) -> Entry:
        return self.asking.entry(
            actor, f"emergency.{kind}", decided, reason=reason, refers_to=grant.entry_id
        )

    def _add(self, grant: Grant, event: GrantEvent, entry: Entry) -> Grant:
        with writing(self.database).begin() as connection:
            current = register.load(connection, grant_id=grant.id)[0].grant
            if current != grant:
                raise Conflict("Someone else changed this break-glass just now. Look again.")
            register.add_event(connection, grant, event)
            self.asking.audit.record([entry])
        return fold(grant, [event])

    def _shown(self, actor: Actor, found: Iterable[register.Kept], now: datetime) -> list[Shown]:
        kept = list(found)
        if not kept:
            return []
        officer = actor.role is Role.PRIVACY_OFFICER
        action = REVIEW if officer else CONFIRM
        may = self.asking.permitted(actor, action, [one.grant for one in kept])
        return [
            Shown(
                grant=one.grant,
                details=self.sealer.open(one.grant.id, one.sealed),
                state=one.grant.state_at(now),
                mine=one.grant.opener == actor.subject,
                may_confirm=allowed and not officer and one.grant.state_at(now) == WAITING,
            )
            for one, allowed in zip(kept, may, strict=True)
            if allowed or one.grant.opener == actor.subject
        ]

    def _nobodys(self, actor: Actor) -> Grant | None:
        """To list is to ask about grants that nobody opened: one's own rule is not in the way."""
        if actor.role is not Role.PRIVACY_OFFICER:
            return None
        return Grant("list", self.time.now(), "", "", actor.region, actor.organisation, "")


def _text(moment: datetime) -> str:
    return clock.timestamp(moment)


__all__ = ["EmergencyOffice", "InForce", "Shown"]
