"""Consents as values: the terms that were agreed, and the state their events add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from shared.clients.facts import BANDS


class GivenBy(StrEnum):
    """Who consented. `guardian`: the legal representative (voogd, mentor, curator).

    `judge`: replaces a parent's consent. `professional_decision`: one parent consented and a
    professional passed over the other with reasons, in this one case (Jeugdwet 7.3.15(4)).
    """

    SELF = "self"
    PARENT = "parent"
    BOTH_PARENTS = "both_parents"
    GUARDIAN = "guardian"
    JUDGE = "judge"
    PROFESSIONAL_DECISION = "professional_decision"


class Evidence(StrEnum):
    """What shows the consent; the document itself stays with the organisation."""

    SIGNED_FORM = "signed_form"
    RECORDED_CONVERSATION = "recorded_conversation"
    LETTER = "letter"
    COURT_ORDER = "court_order"
    AUTHORITY_REGISTER = "authority_register"


class Reason(StrEnum):
    """Why one parent is enough, or why a consent ended. Codes only, no free text."""

    NONE = ""
    SOLE_AUTHORITY = "sole_authority"
    OTHER_PARENT_UNSAFE = "other_parent_unsafe"
    OTHER_PARENT_UNREACHABLE = "other_parent_unreachable"
    CHILD_INTEREST = "child_interest"
    WITHDRAWN_BY_PERSON = "withdrawn_by_person"
    WITHDRAWN_BY_REPRESENTATIVE = "withdrawn_by_representative"
    RECORDED_IN_ERROR = "recorded_in_error"
    PERSONS_SPLIT = "persons_split"


class EventKind(StrEnum):
    GIVEN = "given"
    RENEWED = "renewed"
    WITHDRAWN = "withdrawn"
    DOUBTED = "doubted"  # the persons were split: it counts as absent until confirmed
    CONFIRMED = "confirmed"


@dataclass(frozen=True)
class Terms:
    """What was agreed. A recipient is a legal context, an organisation, or both (then both must
    match). `band`: age band on the day of recording; the birth date itself is not kept.
    `valid_until` is the last day it holds."""

    mention_id: str
    region: str
    purpose: str
    recipient_context: str
    recipient_organisation: str
    categories: frozenset[str]
    given_by: GivenBy
    incapable: bool
    band: str
    reason: Reason
    evidence: Evidence
    valid_from: date
    valid_until: date


@dataclass(frozen=True)
class Event:
    """One recorded fact about one consent. `terms` only with given and renewed."""

    consent_id: str
    kind: EventKind
    at: str
    by_subject: str
    mention_id: str
    region: str
    reason: Reason = Reason.NONE
    terms: Terms | None = None
    revision: int = 0


@dataclass(frozen=True)
class Consent:
    """The present state of one consent."""

    consent_id: str
    terms: Terms
    recorded_at: str
    withdrawn_at: str = ""
    doubted: bool = False
    revision: int = 0

    def holds_on(self, today: date) -> bool:
        return (
            not self.withdrawn_at
            and not self.doubted
            and self.terms.valid_from <= today <= self.terms.valid_until
        )

    def state_on(self, today: date) -> str:
        """withdrawn | doubted | not_yet | expired | valid."""
        if self.withdrawn_at:
            return "withdrawn"
        if self.doubted:
            return "doubted"
        if today < self.terms.valid_from:
            return "not_yet"
        return "valid" if today <= self.terms.valid_until else "expired"


def fold(events: Iterable[Event]) -> list[Consent]:
    """The state after these events (in order of revision). A withdrawal is final."""
    states: dict[str, Consent] = {}
    for event in events:
        state = states.get(event.consent_id)
        if state is None:
            if event.kind is EventKind.GIVEN and event.terms is not None:
                states[event.consent_id] = Consent(
                    event.consent_id, event.terms, event.at, revision=event.revision
                )
            continue
        if state.withdrawn_at:
            continue
        if event.kind is EventKind.WITHDRAWN:
            state = replace(state, withdrawn_at=event.at)
        elif event.kind is EventKind.RENEWED and event.terms is not None:
            state = replace(state, terms=event.terms)
        elif event.kind in (EventKind.DOUBTED, EventKind.CONFIRMED):
            state = replace(state, doubted=event.kind is EventKind.DOUBTED)
        states[event.consent_id] = replace(state, revision=event.revision)
    return list(states.values())


def possible_bands(recorded: str) -> frozenset[str]:
    """The age bands somebody may be in by now, who was in `recorded` when it was written down."""
    ages = [band for band in BANDS if band != "unknown"]
    if recorded not in ages:
        return frozenset(ages)
    return frozenset(ages[ages.index(recorded) :])
