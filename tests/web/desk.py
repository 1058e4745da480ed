"""What waits at the desk, by hand. Invented persons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from services.signals.desk.model import (
    CaseOutlook,
    CasePersons,
    FieldSeen,
    Foreseen,
    MentionView,
    MergeView,
    Pair,
    PersonRecord,
    Proposal,
    Queue,
    QueuedCase,
)
from services.signals.intake.answers import Notice
from services.signals.intake.status import Held
from tests.web import brandsma

SUBJECT = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
LINK = "33333333-3333-4333-8333-333333333333"

WAITING = QueuedCase(
    case_id=brandsma.CASE_ID,
    number="26-1184",
    household_id=brandsma.CASE.household_id,
    name="Brandsma",
    region="utrecht",
    legal_context="vt_task",
    state="queued",
    phase="direct_safety",
    opened_at=datetime(2026, 11, 20, 16, 30, tzinfo=UTC),
    acute=True,
    signal_count=9,
    coordinator_name="",
    deputy_names=(),
    closed_compartment=True,
)
RUNNING = replace(
    WAITING, case_id=OTHER, number="26-0990", name="Van Dalen", state="active", acute=False,
    coordinator_name="Marit de Jong", deputy_names=("Amal Said",), closed_compartment=False,
)  # fmt: skip
SURE = Proposal(
    "link", LINK, OTHER, "26-0990", "s-1", "police", "2026-03-03", "Karel van Dalen", "1979-05-02",
    "K. van Dalen", "1979-05-02", "auto", ("given:initial", "surname:equal"),
)  # fmt: skip
DOUBTED = replace(
    SURE, kind="candidate", id=OTHER, known_name="Carel van Dalen", known_birth_date="1979",
    band="review", reasons=("given_name_uncertain", "birth_date_uncertain", "surname:equal"),
)  # fmt: skip
MENTION = MentionView(
    "m-1", LINK, "s-1", OTHER, "26-0990", "police", "2026-03-03", "Karel van Dalen", (),
    "1979-05-02", "male", ("perpetrator",), "Dorpsstraat 1, Utrecht", "", "stated", "auto",
    False, False,
)  # fmt: skip
KNOWN = replace(
    MENTION, mention_id="m-2", link_id=OTHER, agency="youth_care", name="Carel van Dalen",
    birth_date="1979", place="", address_note="masked", bsn="none", confirmed=True,
)  # fmt: skip
KAREL = PersonRecord(SUBJECT, "Karel van Dalen", "1979-05-02", (MENTION,))
CAREL = PersonRecord(OTHER, "Carel van Dalen", "1979", (KNOWN,))
PAIR = Pair(
    "candidate", OTHER, OTHER, "26-0990", brandsma.NOW, KAREL, CAREL,
    (FieldSeen("bsn", "unknown", "nothing"), FieldSeen("given", "similar", "for"),
     FieldSeen("address", "unknown", "nothing"), FieldSeen("sex", "different", "against")),
    ("given_name_uncertain",), "", "",
)  # fmt: skip
JOINS = Foreseen((
    CaseOutlook(OTHER, "26-0990", "Marit de Jong", 2, 5, "stays", ""),
    CaseOutlook(SUBJECT, "26-1184", "", 3, 0, "joins", "26-0990"),
))  # fmt: skip
MERGE = MergeView(LINK, "2026-11-20T10:00:00.000Z", "C. van Dalen", "1979", "Karel van Dalen", True)
PERSONS = CasePersons(OTHER, "26-0990", "Van Dalen", brandsma.NOW, (KAREL, CAREL), (MERGE,))
QUEUE = Queue(brandsma.NOW, (WAITING, RUNNING), (SURE, DOUBTED))
HELD = Held(
    "h-1", "s-77", "police", "politie-midden-nederland", "PL0900-2026-881", "acute",
    "2026-11-21T20:11:00.000Z", 0, (Notice("/persons/0/birthDate", "invalid", "Not a date."),),
)  # fmt: skip
