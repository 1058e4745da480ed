"""The consent officer restricts the processing of what concerns a person, sees it, and lifts it.

Each step asks the rules first and is an entry before it counts; it works at the next answer (I5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy

from services.consent.consents import ledger
from services.consent.consents.restrictions import (
    IMPOSED,
    LIFTED,
    Restriction,
    restrictions_of,
)
from services.consent.decisions.service import reading
from services.consent.office.notices import GroundChanges
from services.consent.office.recording import ConsentOffice
from shared import clock
from shared.authentication.actor import Actor
from shared.database import writing
from shared.problems import Conflict


@dataclass(frozen=True)
class RestrictionOffice:
    """Raises NotFound for what one may not do, Unavailable without the log."""

    database: sqlalchemy.Engine
    office: ConsentOffice
    notices: GroundChanges = field(repr=False)

    def restrict(self, actor: Actor, mentions: Sequence[str], reason: str) -> int:
        """Restricts all mentions of one person at once, so that a later split changes nothing.
        `reason`: one of WHY_RESTRICTED. Gives the revision."""
        return self._change(actor, mentions, IMPOSED, reason)

    def lift(self, actor: Actor, mentions: Sequence[str], reason: str) -> int:
        """Ends it, for one of WHY_LIFTED. Raises Conflict when none of these is restricted."""
        with reading(self.database).connect() as connection:
            held = [one for one in restrictions_of(connection, actor.region, mentions) if one.holds]
        if not held:
            self.office.allowed(actor, "record_consent")
            raise Conflict("The processing of this is not restricted.")
        return self._change(actor, [one.mention_id for one in held], LIFTED, reason)

    def listed(
        self, actor: Actor, mentions: Sequence[str] | None, persons: Sequence[str] = ()
    ) -> list[Restriction]:
        """The restrictions of these mentions, or the latest of the region; an entry either way."""
        decided = self.office.allowed(actor, "read_consent")
        with reading(self.database).connect() as connection:
            found = restrictions_of(connection, actor.region, mentions)
        subjects = [*persons, *(one.mention_id for one in found)]
        self.office.log(actor, decided, "restriction.read", subjects, len(found))
        return found

    def _change(self, actor: Actor, mentions: Sequence[str], kind: str, reason: str) -> int:
        decided = self.office.allowed(actor, "record_consent")
        now, revision = clock.timestamp(clock.now()), 0
        with writing(self.database).begin() as connection:
            for mention in dict.fromkeys(mentions):
                revision = ledger.append_restriction(
                    connection, mention_id=mention, kind=kind, at=now, by=actor.subject,
                    region=actor.region, reason=reason,
                )  # fmt: skip
            # The entry comes inside the transaction: without a receipt nothing is changed.
            self.office.log(actor, decided, f"restriction.{kind}", mentions, reason=reason)
        self.notices.tell(list(mentions))
        return revision
