"""The canonical signal's form: which members there are, of which kind.

Schemas are made once, at the end, for making them costs more than using them. What members mean
together is in `rules`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import post_load, validate

from services.signals.intake import records, signal
from services.signals.intake import vocabulary as codes
from services.signals.intake.form_fields import (
    MESSAGES,
    Form,
    Truth,
    Whole,
    date_text,
    full_date,
    list_of,
    matching,
    moment,
    one_of,
    part,
    partial_date,
    span,
    text_up_to,
)
from services.signals.intake.person_forms import PersonForm
from shared.problems import Fault
from shared.requests import faults_of
from shared.vocabulary import Category, Region, Severity

LONGEST_TEXT = 20_000  # characters of one statement
MOST_STATEMENTS = 200
MOST_PERSONS = 50
MOST_TIES = 200
SOURCE_REFERENCE = re.compile(r"[!-~](?:[ -~]{0,198}[!-~])?")


class StatementForm(Form):
    kind = one_of(codes.StatementKind, required=True)
    text = text_up_to(LONGEST_TEXT, required=True)
    by = text_up_to(64)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> records.Statement:
        return records.Statement(**data)


class TieForm(Form):
    from_ref = text_up_to(64, required=True, data_key="from")
    to_ref = text_up_to(64, required=True, data_key="to")
    kind = one_of(codes.TieKind, required=True)
    since = date_text(partial_date, "2014")
    until = date_text(partial_date, "2025-11")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> signal.GivenTie:
        return signal.GivenTie(**data)


class ReporterForm(Form):
    kind = one_of(codes.ReporterKind, required=True)
    visibility = one_of(codes.ReporterVisibility, required=True)
    profession = text_up_to(100)
    name = text_up_to(200)
    safety_reason = text_up_to(1000)
    meldcode_step = Whole(
        validate=validate.Range(1, 5, error="range: The meldcode has steps 1 to 5."),
        error_messages=MESSAGES,
    )
    weighing = one_of(codes.Weighing)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> records.Reporter:
        return records.Reporter(**data)


class InformedForm(Form):
    informed = Truth(required=True, error_messages=MESSAGES)
    reason = text_up_to(2000)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> signal.Informed:
        return signal.Informed(**data)


class EvidenceForm(Form):
    kind = one_of(codes.EvidenceKind, required=True)
    reference = text_up_to(500, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> records.Evidence:
        return records.Evidence(**data)


class PoliceForm(Form):
    article = one_of(codes.WpgArticle, required=True)
    first_processed = date_text(full_date, "2026-03-03", required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> signal.Police:
        return signal.Police(**data)


class RelayForm(Form):
    source_system = text_up_to(100, required=True)
    source_reference = text_up_to(200, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> records.Relay:
        return records.Relay(**data)


class RequestForm(Form):
    question = matching("(VT|NAZ|ZVH)-[0-9]{3}", "A question looks like VT-002.", required=True)
    answer = text_up_to(2000, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> records.Request:
        return records.Request(**data)


class SignalForm(Form):
    """The canonical signal (`POST /v1/signals`)."""

    source_reference = matching(
        SOURCE_REFERENCE.pattern,
        "Give 1 to 200 printable ASCII characters, no spaces at the ends.",
        required=True,
    )
    kind = one_of(codes.Kind, required=True)
    addressed_to = one_of(codes.AddressedTo, required=True)
    reported_at = date_text(moment, "2026-03-03T23:15:00+01:00", required=True)
    region = one_of(Region)
    category = one_of(Category, required=True)
    severity = one_of(Severity, required=True)
    occurred_from = date_text(span, "2026-03-03T21:40:00+01:00", required=True)
    occurred_to = date_text(span, "2026-03-03")
    place = one_of(codes.Place, required=True)
    violence_forms = list_of(one_of(codes.ViolenceForm), 13)
    pattern = one_of(codes.Pattern, load_default="unknown")
    origin_incident = text_up_to(200)
    relayed_from = part(RelayForm)
    statements = list_of(part(StatementForm), MOST_STATEMENTS)
    persons = list_of(part(PersonForm), MOST_PERSONS)
    ties = list_of(part(TieForm), MOST_TIES)
    reporter = part(ReporterForm)
    kindcheck = one_of(codes.YesNo, load_default="unknown")
    informal_care_check = one_of(codes.YesNo, load_default="unknown")
    informed = part(InformedForm)
    evidence = list_of(part(EvidenceForm), 50)
    police = part(PoliceForm)
    conditions = list_of(one_of(codes.Condition), 4)
    compartment = one_of(codes.Compartment, load_default="none")
    requests = list_of(part(RequestForm), 20)
    feedback_wanted = Truth(load_default=False, error_messages=MESSAGES)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> signal.Signal:
        for name in (
            "violence_forms",
            "statements",
            "persons",
            "ties",
            "evidence",
            "conditions",
            "requests",
        ):
            data[name] = tuple(data[name])
        data.setdefault("reporter", records.Reporter(kind="agency", visibility="open"))
        for name in (
            "region",
            "occurred_to",
            "origin_incident",
            "relayed_from",
            "informed",
            "police",
        ):
            data.setdefault(name, None)
        return signal.Signal(**data)


class WithdrawalForm(Form):
    reason = one_of(codes.WithdrawalReason, required=True)


class ReferenceForm(Form):
    source_reference = text_up_to(200, required=True)


SIGNAL = SignalForm()
WITHDRAWAL = WithdrawalForm()
REFERENCE = ReferenceForm()


def faults_in(messages: Mapping[str, Any] | list[Any]) -> list[Fault]:
    """marshmallow's messages as faults with stable codes, each with its JSON pointer."""
    found = []
    for fault in faults_of(messages):
        code, separator, detail = fault.detail.partition(": ")
        known = bool(separator) and re.fullmatch(r"[a-z-]+", code) is not None
        found.append(Fault(fault.pointer, code, detail) if known else fault)
    return found
