"""A look under a break-glass: the signals about those it was asked for, as far as rule R21 opens.

It is no case: nothing is directed here, and each signal is decided by itself. Police data and
closed compartments stay closed. What a source excludes the asker from stays closed to the asker.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from services.signals.cases import repository
from services.signals.cases.facts import CaseItem, load_files
from services.signals.cases.model import FIRST_GROUND, FIRST_PHASE, CaseRecord, first_state
from services.signals.intake.reading import load_mentions_by_id
from services.signals.linking.reading import (
    households_of_signals,
    links_of_signals,
    person_mentions,
)
from services.signals.picture.builder import View
from services.signals.picture.circle import person_views
from services.signals.picture.decided import Verdict, decide_items
from services.signals.picture.model import Item, PersonView
from services.signals.picture.reader import open_viewed
from services.signals.picture.timeline import incidents, item_of
from services.signals.protection.vault import Vault
from shared import clock
from shared.authentication.actor import Actor
from shared.clients.audit import DENY, MOST_SUBJECTS, AuditClient, entry_for
from shared.clients.decisions import DecisionClient
from shared.clients.emergencies import EmergencyGrants, GrantInForce
from shared.problems import NotFound
from shared.vocabulary import LegalContext, Purpose

ACUTE = str(Purpose.ACUTE_PROTECTION)
ACTIVITY = "urn:bundel:processing:emergency"


@dataclass(frozen=True, slots=True)
class EmergencyPicture:
    """What one grant shows now. Empty when nothing may be seen, or nothing is there: both look
    the same (I4)."""

    grant_id: str
    ends_at: datetime
    opened_at: datetime
    persons: tuple[PersonView, ...]
    timeline: tuple[Item, ...]
    visible_count: int
    masked_count: int


class EmergencyPictures:
    """Looks for one actor at a time. Raises NotFound without a grant in force of one's own,
    Unavailable when consent or the log do not answer."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        decisions: DecisionClient,
        audit: AuditClient,
        grants: EmergencyGrants,
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._decisions = decisions
        self._audit = audit
        self._grants = grants

    def look(self, actor: Actor, grant_id: str) -> EmergencyPicture:
        """The picture under a grant. Each look is an entry that names the grant's opening."""
        held = self._grants.in_force(actor.subject)
        grant = next((one for one in held if one.id == grant_id), None)
        now = clock.now()
        with self._engine.connect() as connection, connection.begin():
            items = _items(connection, actor, grant.mentions if grant else ())
        verdict = decide_items(self._decisions, actor, ACUTE, items)
        if grant is None:
            self._refuse(actor, verdict)
            raise NotFound
        opened = open_viewed(self._vault, verdict.known)
        view = View(_no_case(actor, ""), verdict.known, opened, None, now)
        persons = view.persons()
        told = view.told(persons)
        timeline = tuple(item_of(incident, told) for incident in incidents(verdict.known))
        picture = EmergencyPicture(
            grant_id=grant.id,
            ends_at=grant.ends_at,
            opened_at=now,
            persons=person_views(persons, ()),
            timeline=timeline,
            visible_count=sum(1 for item in timeline if item.mask is None),
            masked_count=sum(1 for item in timeline if item.mask is not None),
        )
        self._record(actor, grant, verdict, list(persons))
        return picture

    def _record(
        self, actor: Actor, grant: GrantInForce, verdict: Verdict, persons: list[str]
    ) -> None:
        viewed = [one.item.signal.id for one in verdict.known if one.viewed]
        masked = [one.item.signal.id for one in verdict.known if not one.viewed]
        self._audit.record(
            entry_for(
                actor,
                "emergency.looked",
                purpose=ACUTE,
                ground="+".join(verdict.grounds) or "R21",
                decision_id=verdict.decision_id,
                policy_version=verdict.policy_version,
                revision=verdict.revision,
                subjects=persons[start : start + MOST_SUBJECTS],
                region=actor.region,
                signal_ids=[*viewed, *masked],
                result_count=len(viewed),
                reason=f"viewed={len(viewed)}/masked={len(masked)}",
                refers_to=grant.entry_id,
                processing_activity=ACTIVITY,
            )
            for start in range(0, max(1, len(persons)), MOST_SUBJECTS)
        )

    def _refuse(self, actor: Actor, verdict: Verdict) -> None:
        self._audit.record(
            [
                entry_for(
                    actor,
                    "decision.refused",
                    decision=DENY,
                    purpose=ACUTE,
                    decision_id=verdict.decision_id,
                    policy_version=verdict.policy_version,
                    revision=verdict.revision,
                    reason="emergency.looked",
                    processing_activity=ACTIVITY,
                )
            ]
        )


def _items(connection: Connection, actor: Actor, mentions: Collection[str]) -> list[CaseItem]:
    """Each signal about these persons once, with facts as for one who looks from outside."""
    signals = _signals_about(connection, mentions)
    homes = households_of_signals(connection, signals)
    households = sorted({household for found in homes.values() for household in found})
    named = repository.named_actors(connection, households)
    found: dict[str, CaseItem] = {}
    for context in dict.fromkeys(FIRST_GROUND.values()):
        cases = [
            replace(
                _no_case(actor, household),
                legal_context=context,
                state=first_state(context),
                named_actors=named.get(household, ()),
            )
            for household in households
        ]
        for file in load_files(connection, cases, signals):
            for item in file.items:
                # Whom a source or a rule excludes, it excludes here: the asker's own context.
                facts = replace(item.facts, case_context=str(actor.legal_context))
                found.setdefault(item.signal.id, replace(item, facts=facts))
    return list(found.values())


def _signals_about(connection: Connection, mentions: Collection[str]) -> set[str]:
    """Signals that name these persons, in whatever words."""
    first = load_mentions_by_id(connection, mentions)
    links = links_of_signals(connection, {one.signal_id for one in first.values()})
    persons = {link.person_id for link in links if link.mention_id in first}
    clusters = person_mentions(connection, persons)
    every = {mention for held in clusters.values() for mention in held} | set(first)
    return {one.signal_id for one in load_mentions_by_id(connection, every).values()}


def _no_case(actor: Actor, household_id: str) -> CaseRecord:
    return CaseRecord(
        id=household_id,
        number="",
        household_id=household_id,
        region=actor.region,
        legal_context=LegalContext(actor.legal_context),
        state=first_state(actor.legal_context),
        phase=FIRST_PHASE,
        opened_at="",
        closed_at="",
        sight_on_safety="",
    )
