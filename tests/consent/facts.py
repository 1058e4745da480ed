"""Facts, questions and consents that tests start from; each test changes what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from services.consent.consents.coverage import Coverage
from services.consent.consents.model import Evidence, GivenBy, Reason, Terms
from services.consent.decisions.judge import Answer, Judge
from services.consent.decisions.questions import Asked, Asker
from services.consent.policy.compiled import Engine
from services.consent.policy.rules import load_bundle
from shared import clock
from shared.clients.facts import CaseFacts, SignalFacts, Subject

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = date(2026, 6, 15)
ENGINE = Engine(load_bundle())
MENTION = "7a5d1f3e-64c5-4f0e-9c0d-0b6f6b0f8f01"
OTHER_MENTION = "1c0d6f0e-8a61-4d53-8a5b-2f6a5a0c9b02"

_PEOPLE: dict[str, tuple[str, str, str, str, str]] = {
    "vt": ("coordinator", "vt-utrecht", "veilig_thuis", "utrecht", "vt_task"),
    "vt_gooi": ("coordinator", "vt-gooi", "veilig_thuis", "gooi-en-vechtstreek", "vt_task"),
    "zvh": ("coordinator", "zvh-utrecht", "zvh", "utrecht", "zvh_wgs"),
    "youth": ("coordinator", "jeugdteam-utrecht", "municipality", "utrecht", "youth_council"),
    "gi": ("coordinator", "gi-utrecht", "youth_care", "utrecht", "gi_measure"),
    "desk": ("desk", "vt-utrecht", "veilig_thuis", "utrecht", "vt_task"),
    "consent_officer": ("consent_officer", "vt-utrecht", "veilig_thuis", "utrecht", "none"),
    "privacy_officer": ("privacy_officer", "bundel-utrecht", "bundel", "utrecht", "none"),
    "administrator": ("administrator", "bundel-utrecht", "bundel", "utrecht", "none"),
    "police_source": ("source", "politie-midden-nederland", "police", "utrecht", "none"),
}


def asker(who: str, **changes: Any) -> Asker:
    role, organisation, agency, region, context = _PEOPLE[who]
    properties = {
        "role": role,
        "organisation": organisation,
        "agency": agency,
        "region": region,
        "legalContext": context,
    }
    return Asker("actor", who, {**properties, **changes})


def police(**changes: Any) -> SignalFacts:
    """A police signal of three months ago about a child of 9, seen from vt's own active case."""
    facts = SignalFacts(
        source_agency="police",
        source_organisation="politie-midden-nederland",
        category="incident",
        region="utrecht",
        addressed_to="VT",
        wpg_article="8",
        first_processed_days=clock.epoch_days(date(2026, 3, 1)),
        case_context="vt_task",
        case_state="active",
        coordinators=frozenset({"vt"}),
        closed_compartment=False,
        named_actors=frozenset(),
        withheld=False,
        restricted=False,
        conditions=frozenset(),
        minor_involved=True,
        human_confirmed=True,
        acute=False,
        subjects=(Subject((MENTION,), 9),),
    )
    return replace(facts, **changes)


def youth_care(**changes: Any) -> SignalFacts:
    """Youth-care file data about the same child."""
    base = police(
        source_agency="youth_care",
        source_organisation="jeugdhulp-vecht-en-venen",
        category="care",
        wpg_article="none",
        first_processed_days=0,
    )
    return replace(base, **changes)


def veilig_thuis(**changes: Any) -> SignalFacts:
    """A report in Veilig Thuis' own file about the same child."""
    base = youth_care(source_agency="veilig_thuis", source_organisation="vt-utrecht")
    return replace(base, category="report", **changes)


def for_zvh(facts: SignalFacts, **changes: Any) -> SignalFacts:
    """The same signal seen from a case of the Zorg- en Veiligheidshuis that collects data."""
    seen = replace(
        facts, case_context="zvh_wgs", case_state="collecting", coordinators=frozenset({"zvh"})
    )
    return replace(seen, **changes)


def for_youth(facts: SignalFacts, **changes: Any) -> SignalFacts:
    """The same signal seen from a case of the municipality's youth task."""
    seen = replace(facts, case_context="youth_council", coordinators=frozenset({"youth"}))
    return replace(seen, **changes)


def case(**changes: Any) -> CaseFacts:
    facts = CaseFacts("vt_task", "active", "utrecht", frozenset({"vt"}), False, frozenset())
    return replace(facts, **changes)


def terms(**changes: Any) -> Terms:
    """Both parents of a child consent to care data for zvh, for case coordination."""
    given = Terms(
        mention_id=MENTION,
        region="utrecht",
        purpose="case_coordination",
        recipient_context="zvh_wgs",
        recipient_organisation="",
        categories=frozenset({"care"}),
        given_by=GivenBy.BOTH_PARENTS,
        incapable=False,
        band="under12",
        reason=Reason.NONE,
        evidence=Evidence.SIGNED_FORM,
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
    )
    return replace(given, **changes)


def answer(
    who: str,
    action: str,
    facts: SignalFacts | CaseFacts | None = None,
    *,
    purpose: str = "case_coordination",
    coverage: Coverage | None = None,
    resource_type: str = "signal",
    at: datetime = NOW,
    given: dict[str, Any] | None = None,
    as_asker: Asker | None = None,
) -> Answer:
    """What the judge answers `who` (or `as_asker`)."""
    someone = as_asker or asker(who)
    body = given if given is not None else facts.to_json() if facts is not None else {}
    question = Asked(someone, action, purpose, resource_type, "r", body)
    return Judge(ENGINE, someone, purpose, at, coverage or Coverage({})).answer(question)


def knows(who: str, facts: SignalFacts, **options: Any) -> bool:
    return answer(who, "know", facts, **options).permitted


def views(who: str, facts: SignalFacts, **options: Any) -> bool:
    return answer(who, "view", facts, **options).permitted


def ground_of(found: Answer) -> str:
    return found.ground.id if found.ground else ""


def mask_of(found: Answer) -> str:
    return found.mask.id if found.mask else ""
