"""What waits at the desk, by hand. Invented persons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from services.signals.desk.doubting import Named
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
from services.signals.desk.narratives import WithheldView
from services.signals.desk.viewers import Separations, SeparationView, ViewersOf, ViewerView
from services.signals.intake.answers import Notice
from services.signals.intake.mending import Leaf
from services.signals.intake.redacting import TextPart
from services.signals.intake.status import Held
from shared.clients.recipients import Look
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
APART = SeparationView(
    LINK, "split", OTHER, "26-0990", "2026-11-01T10:00:00.000Z", "2026-11-20T10:00:00.000Z", 0
)
SEPARATIONS = Separations(brandsma.NOW, 3, (APART,))
VIEWERS = ViewersOf(APART, brandsma.NOW, (
    ViewerView(
        SUBJECT, "Marit de Jong", "coordinator", "vt-utrecht", 1, "2026-11-02T10:00:00.000Z",
        "2026-11-02T10:00:00.000Z",
        (Look(OTHER, "2026-11-02T10:00:00.000Z", "household.opened", "safety_assessment",
              "0123456789abcdef"),), "",
    ),
), True)  # fmt: skip
PERSONS = CasePersons(OTHER, "26-0990", "Van Dalen", brandsma.NOW, (KAREL, CAREL), (MERGE,))
QUEUE = Queue(brandsma.NOW, (WAITING, RUNNING), (SURE, DOUBTED))
HELD = Held(
    "h-1", "s-77", "police", "politie-midden-nederland", "PL0900-2026-881", "acute",
    "2026-11-21T20:11:00.000Z", 0, (Notice("/persons/0/birthDate", "invalid", "Not a date."),),
)  # fmt: skip
LEAVES = (
    Leaf("/severity", "acute", False),
    Leaf("/persons/0/birthDate", "31-02-1990", False),
    Leaf("/persons/0/addresses/0/street", "", True),
)
WITHHELD = WithheldView("s-9", OTHER, "26-0990", "police", "2026-03-03", True)
TEXTS = (
    TextPart("statements/0", "Zij zit in de Dorpsstraat 1.", True),
    TextPart("statements/1", "Het gaat goed.", False),
)
NAMED = Named("s-9", "police", "2026-03-04", "2026-03-03")
