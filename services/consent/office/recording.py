"""What the consent officer does: record, renew, withdraw, confirm, read.

Each use asks the rules first, and is an entry in the log before its answer leaves (I1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import sqlalchemy

from services.consent.consents import ledger
from services.consent.consents.model import Consent, Event, EventKind, Evidence, Reason, Terms, fold
from services.consent.decisions.questions import Asked, Asker
from services.consent.decisions.service import DecisionService, Recorded, reading
from services.consent.office.notices import GroundChanges
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.audit import MOST_SUBJECTS, AuditClient, entry_for
from shared.clients.decisions import subject_of
from shared.database import writing
from shared.problems import Conflict, Fault, InvalidInput, NotFound
from shared.vocabulary import Purpose

MOST_LISTED = 200
_PURPOSE = Purpose.ADMINISTRATION.value


@dataclass(frozen=True)
class ConsentOffice:
    """Use cases of consents; one transaction each. Raises NotFound for what one may not see."""

    database: sqlalchemy.Engine
    decisions: DecisionService
    audit: AuditClient = field(repr=False)
    notices: GroundChanges = field(repr=False)

    def record(self, actor: Actor, terms: Terms) -> Consent:
        """Adds a consent. The entry is written before the consent counts."""
        decided = self.allowed(actor, "record_consent")
        consent_id = ids.new_id()
        event = self._event(actor, consent_id, EventKind.GIVEN, terms.mention_id, terms=terms)
        return self._append(actor, decided, [event], "consent.recorded")

    def renew(
        self, actor: Actor, consent_id: str, valid_until: date, evidence: Evidence
    ) -> Consent:
        """Lengthens a consent that was not withdrawn."""
        decided, consent = self._own(actor, consent_id)
        if valid_until < clock.today():
            raise InvalidInput(
                "Choose a last day in the future.",
                faults=[Fault("/validUntil", "past", "The last day is over.")],
            )
        terms = replace(consent.terms, valid_until=valid_until, evidence=evidence)
        event = self._event(
            actor, consent_id, EventKind.RENEWED, consent.terms.mention_id, terms=terms
        )
        return self._append(actor, decided, [event], "consent.renewed")

    def withdraw(self, actor: Actor, consent_id: str, reason: Reason) -> Consent:
        """Ends a consent for good: no answer after this one relies on it (I5)."""
        decided, consent = self._own(actor, consent_id)
        event = self._event(
            actor, consent_id, EventKind.WITHDRAWN, consent.terms.mention_id, reason=reason
        )
        return self._append(actor, decided, [event], "consent.withdrawn")

    def confirm(self, actor: Actor, consent_id: str) -> Consent:
        """Says that a doubted consent does belong to this person after a split."""
        decided, consent = self._own(actor, consent_id)
        if not consent.doubted:
            raise Conflict("This consent is not in doubt.")
        event = self._event(actor, consent_id, EventKind.CONFIRMED, consent.terms.mention_id)
        return self._append(actor, decided, [event], "consent.confirmed")

    def doubt(self, actor: Actor, mention_ids: Sequence[str]) -> int:
        """After a split: these mentions' consents count as absent until confirmed. How many."""
        with reading(self.database).connect() as connection:
            consents = ledger.consents_of_mentions(connection, mention_ids)
        standing = [one for one in consents if not one.withdrawn_at and not one.doubted]
        events = [
            replace(
                self._event(
                    actor, one.consent_id, EventKind.DOUBTED, one.terms.mention_id,
                    reason=Reason.PERSONS_SPLIT,
                ),
                region=one.terms.region,
            )
            for one in standing
        ]  # fmt: skip
        if events:
            self._write(actor, None, events, "consent.doubted")
        return len(events)

    def search(
        self, actor: Actor, mention_ids: Sequence[str] | None, person_ids: Sequence[str] = ()
    ) -> list[Consent]:
        """The consents of these mentions, or the latest of the region; an entry either way."""
        decided = self.allowed(actor, "read_consent")
        with reading(self.database).connect() as connection:
            if mention_ids is None:
                found = ledger.consents_of_region(connection, actor.region, MOST_LISTED)
            else:
                found = ledger.consents_of_mentions(connection, mention_ids)
        found = [consent for consent in found if consent.terms.region == actor.region]
        subjects = [*person_ids, *(consent.terms.mention_id for consent in found)]
        self.log(actor, decided, "consent.read", subjects, len(found))
        return found

    def history(self, actor: Actor, consent_id: str) -> tuple[Consent, list[Event]]:
        """One consent with all that was recorded about it."""
        decided, consent = self._own(actor, consent_id, "read_consent")
        with reading(self.database).connect() as connection:
            events = ledger.events_of_consent(connection, consent_id)
        self.log(actor, decided, "consent.read", [consent.terms.mention_id], 1)
        return consent, events

    def _own(
        self, actor: Actor, consent_id: str, action: str = "record_consent"
    ) -> tuple[Recorded, Consent]:
        decided = self.allowed(actor, action)
        with reading(self.database).connect() as connection:
            states = fold(ledger.events_of_consent(connection, consent_id))
        if not states or states[0].terms.region != actor.region:
            self._refused(actor, decided, action)
            raise NotFound
        if states[0].withdrawn_at and action == "record_consent":
            raise Conflict("This consent was withdrawn; record a new one.")
        return decided, states[0]

    def allowed(self, actor: Actor, action: str) -> Recorded:
        """The decision, when the rules let this officer do it; else an entry and NotFound."""
        asked = Asked(
            asker=_asker(actor),
            action=action,
            purpose=_PURPOSE,
            resource_type="consents",
            resource_id="consents",
            given={"region": actor.region},
        )
        decided = self.decisions.evaluate(actor, [asked])
        if not decided.answers[0].permitted:
            self._refused(actor, decided, action)
            raise NotFound
        return decided

    def _refused(self, actor: Actor, decided: Recorded, action: str) -> None:
        entry = entry_for(
            actor, "decision.refused", purpose=_PURPOSE, decision="deny", reason=action,
            decision_id=decided.decision_id, policy_version=decided.policy_version,
            revision=decided.revision,
        )  # fmt: skip
        self.audit.record([entry])

    def log(
        self, actor: Actor, decided: Recorded | None, event: str, subjects: Iterable[str],
        count: int | None = None, region: str = "", reason: str = "",
    ) -> None:  # fmt: skip
        """Writes the entry of something done, for each 500 persons one. Raises Unavailable."""
        named = list(dict.fromkeys(subjects))
        entries = []
        for start in range(0, max(len(named), 1), MOST_SUBJECTS):
            entry = entry_for(
                actor, event, purpose=_PURPOSE, subjects=named[start : start + MOST_SUBJECTS],
                result_count=count, region=region or actor.region, reason=reason,
            )  # fmt: skip
            if decided is not None:
                ground = decided.answers[0].ground
                entry = replace(
                    entry,
                    ground=ground.id if ground else "",
                    decision_id=decided.decision_id,
                    policy_version=decided.policy_version,
                    revision=decided.revision,
                )
            entries.append(entry)
        self.audit.record(entries)

    def _append(
        self, actor: Actor, decided: Recorded, events: Sequence[Event], name: str
    ) -> Consent:
        self._write(actor, decided, events, name)
        with reading(self.database).connect() as connection:
            return fold(ledger.events_of_consent(connection, events[0].consent_id))[0]

    def _write(
        self, actor: Actor, decided: Recorded | None, events: Sequence[Event], name: str
    ) -> None:
        # The entry comes inside the transaction: without a receipt nothing is changed.
        with writing(self.database).begin() as connection:
            for event in events:
                ledger.append(connection, event)
            # A service doubts consents of several regions: each entry is for its own officer.
            for region in dict.fromkeys(event.region for event in events):
                mine = [event.mention_id for event in events if event.region == region]
                self.log(actor, decided, name, mine, region=region)
        self.notices.tell([event.mention_id for event in events])

    def _event(
        self, actor: Actor, consent_id: str, kind: EventKind, mention_id: str,
        reason: Reason = Reason.NONE, terms: Terms | None = None,
    ) -> Event:  # fmt: skip
        return Event(
            consent_id=consent_id,
            kind=kind,
            at=clock.timestamp(clock.now()),
            by_subject=actor.subject,
            mention_id=mention_id,
            region=actor.region,
            reason=reason,
            terms=terms,
        )


def _asker(actor: Actor) -> Asker:
    subject = subject_of(actor)
    return Asker(subject["type"], subject["id"], subject["properties"])
